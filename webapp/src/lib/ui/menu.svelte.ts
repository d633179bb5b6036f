/** One menu for the whole page, opened beside whatever asked for it. */
import type { IconName } from './icons';

export interface Choice {
  label: string;
  icon?: IconName;
  danger?: boolean;
  /** Draws a line above. */
  apart?: boolean;
  run: () => void;
}

class Menu {
  choices: Choice[] = $state.raw([]);
  anchor: HTMLElement | null = $state.raw(null);

  open(anchor: HTMLElement, choices: Choice[]): void {
    if (this.anchor === anchor) return this.close();
    this.choices = choices;
    this.anchor = anchor;
  }

  close(): void {
    const anchor = this.anchor;
    this.anchor = null;
    anchor?.focus({ preventScroll: true });
  }
}

export const menu = new Menu();
