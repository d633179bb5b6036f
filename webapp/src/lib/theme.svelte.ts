/** Dark or light: the system's choice unless this device chose otherwise. */
export type Theme = 'auto' | 'dark' | 'light';
const KEY = 'synesthete.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

class Themes {
  chosen: Theme = $state((document.documentElement.dataset.theme as Theme | undefined) ?? 'auto');
  systemIsDark = $state(system.matches);

  constructor() {
    system.addEventListener('change', (event) => (this.systemIsDark = event.matches));
  }

  get dark(): boolean {
    return this.chosen === 'auto' ? this.systemIsDark : this.chosen === 'dark';
  }

  choose(theme: Theme): void {
    this.chosen = theme;
    if (theme === 'auto') {
      localStorage.removeItem(KEY);
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem(KEY, theme);
      document.documentElement.dataset.theme = theme;
    }
  }
}

export const themes = new Themes();
