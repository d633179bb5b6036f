/** Short messages at the bottom of the page, each with at most one thing to do about it. */
import { ApiError } from './api/client';
import { t, type Key } from './i18n/index.svelte';

export interface Toast {
  id: number;
  text: string;
  kind: 'info' | 'bad';
  action?: { label: string; run: () => void };
}

export const toasts: Toast[] = $state([]);
let next = 1;

export function toast(text: string, action?: Toast['action'], kind: Toast['kind'] = 'info'): number {
  const id = next++;
  toasts.push({ id, text, kind, ...(action ? { action } : {}) });
  if (toasts.length > 3) toasts.shift();
  setTimeout(() => dismiss(id), action || kind === 'bad' ? 8000 : 4000);
  return id;
}

export function dismiss(id: number): void {
  const place = toasts.findIndex((one) => one.id === id);
  if (place >= 0) toasts.splice(place, 1);
}

/** A failure in words; what people stopped themselves is no failure. */
export function complain(error: unknown): void {
  if (error instanceof DOMException && error.name === 'AbortError') return;
  toast(inWords(error), undefined, 'bad');
}

/** Does something that may fail, and says so, or that it is done. */
export async function attempt(work: () => Promise<void>, done?: Key): Promise<void> {
  try {
    await work();
    if (done) toast(t(done));
  } catch (error) {
    complain(error);
  }
}

export function inWords(error: unknown): string {
  if (error instanceof ApiError) return error.status === 0 ? t('error.offline') : error.words;
  return error instanceof Error ? error.message : String(error);
}
