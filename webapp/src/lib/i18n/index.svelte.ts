import { en, type Strings } from './en';

export type Language = 'en' | 'de';
export const languages: Record<Language, string> = { en: 'English', de: 'Deutsch' };

const KEY = 'synesthete.language';
const loaded: { language: Language; strings: Strings; said: Record<string, string> } = $state({
  language: 'en',
  strings: en,
  said: {},
});

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
  if (language === 'de') {
    const [{ de }, { saidInGerman }] = await Promise.all([import('./de'), import('./saidInGerman')]);
    loaded.strings = de;
    loaded.said = saidInGerman;
  } else {
    loaded.strings = en;
    loaded.said = {};
  }
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

const patterns = $derived(
  Object.entries(loaded.said)
    .filter(([english]) => english.includes('{}'))
    .map(([english, own]) => {
      const parts = english.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      return { english, pattern: new RegExp(`^${parts.join('(.+)')}$`), own };
    }),
);

/** Phrases that stand inside other sentences; anything else in there is a name and stays as it is. */
const isPhrase = (english: string) => english.startsWith('“') || english.endsWith(' ago');

/** Sentences that may hold a word for sound; in any other a lone word is a name. */
const mayHoldWord = (english: string) => /^(Tagged|Sounds (much )?like) \{\}\./.test(english);

/** What the server said of music, in the present language where we know the sentence. */
export function said(english: string): string {
  return loaded.said[english] ?? filled(english, () => true) ?? english;
}

function filled(text: string, fits: (english: string) => boolean): string | undefined {
  for (const { english, pattern, own } of patterns) {
    const match = fits(english) ? pattern.exec(text) : null;
    if (!match) continue;
    let place = 1;
    return own.replace(/\{\}/g, () => {
      const part = match[place++] ?? '';
      if (isPhrase(english)) return part;
      return filled(part, isPhrase) ?? (mayHoldWord(english) ? loaded.said[part] : undefined) ?? part;
    });
  }
  return undefined;
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

/** 16.9 MB, 4.2 GB: what a disk holds. */
export function bytes(count: number): string {
  const [unit, length] = count < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  return `${number(count / (length as number), 1)} ${unit}`;
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
