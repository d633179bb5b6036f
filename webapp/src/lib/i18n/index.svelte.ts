import { en, type Strings } from './en';

export type Language = 'en' | 'de';
export const languages: Record<Language, string> = { en: 'English', de: 'Deutsch' };

const KEY = 'synesthete.language';
const loaded: { language: Language; strings: Strings } = $state({ language: 'en', strings: en });

/** The language chosen on this device, else the browser's, else English. */
function preferred(): Language {
  const chosen = localStorage.getItem(KEY);
  if (chosen && chosen in languages) return chosen as Language;
  const known = navigator.languages.map((l) => l.slice(0, 2)).find((l) => l in languages);
  return (known as Language | undefined) ?? 'en';
}

export async function startLanguage(): Promise<void> {
  await useLanguage(preferred());
}

export async function useLanguage(language: Language, remember = false): Promise<void> {
  if (remember) localStorage.setItem(KEY, language);
  loaded.strings = language === 'de' ? (await import('./de')).de : en;
  loaded.language = language;
  document.documentElement.lang = language;
}

export function currentLanguage(): Language {
  return loaded.language;
}

export type Key = keyof Strings;

/** The text for a key in the current language; `{name}` parts are filled from `parts`. */
export function t(key: Key, parts: Record<string, string | number> = {}): string {
  return loaded.strings[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const part = parts[name];
    if (part === undefined) return whole;
    return typeof part === 'number' ? number(part) : part;
  });
}

type Counted = { [K in Key]: K extends `${infer Stem}.one` ? Stem : never }[Key];

/** A counted text: `stem.one` or `stem.other`, with `{n}` filled. */
export function tn(stem: Counted, n: number, parts: Record<string, string | number> = {}): string {
  const form = n === 1 ? 'one' : 'other';
  return t(`${stem}.${form}` as Key, { n, ...parts });
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(loaded.language, { maximumFractionDigits: digits }).format(value);
}

export function percent(share: number, digits = 0): string {
  return new Intl.NumberFormat(loaded.language, { style: 'percent', maximumFractionDigits: digits }).format(share);
}

export function date(unixSeconds: number, withTime = false): string {
  return new Intl.DateTimeFormat(loaded.language, {
    dateStyle: 'medium',
    ...(withTime ? { timeStyle: 'short' as const } : {}),
  }).format(unixSeconds * 1000);
}

/** "3 minutes ago", in the current language. */
export function ago(unixSeconds: number): string {
  const seconds = unixSeconds - Date.now() / 1000;
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 31_557_600],
    ['month', 2_629_800],
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  const format = new Intl.RelativeTimeFormat(loaded.language, { numeric: 'auto' });
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  }
  return format.format(0, 'minute');
}

/** Seconds as m:ss or h:mm:ss. */
export function clock(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–:––';
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
