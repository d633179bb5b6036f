/** Keys that work everywhere, unless something that takes keys itself has the focus. */
import { toggleWord } from './feedback.svelte';
import { player } from './player.svelte';
import { router } from './router.svelte';

/** Shown in the help, in this order. */
export const shortcuts = [
  ['/', 'keys.search'],
  ['Space', 'keys.play'],
  ['← →', 'keys.seek'],
  ['Shift ← →', 'keys.skip'],
  ['Shift ↑ ↓', 'keys.volume'],
  ['L', 'keys.like'],
  ['D', 'keys.dislike'],
  ['Q', 'keys.queue'],
  ['M', 'keys.mute'],
  ['?', 'keys.help'],
] as const;

const takesKeys = 'input, select, textarea, dialog, [role=menu], [role=slider], [role=application], [contenteditable]';

export function listenToKeys(showHelp: () => void): () => void {
  const plain: Record<string, () => void> = {
    ArrowLeft: () => player.seek(player.position - 5),
    ArrowRight: () => player.seek(player.position + 5),
    l: () => player.current && void toggleWord(player.current.track, 'like', player.current.request_id),
    d: () => player.current && void toggleWord(player.current.track, 'dislike', player.current.request_id),
    q: () => (player.showQueue = !player.showQueue),
    m: () => player.toggleMuted(),
    '?': showHelp,
    '/': focusSearch,
  };
  const shifted: Record<string, () => void> = {
    ArrowLeft: () => player.previous(),
    ArrowRight: () => void player.next(),
    ArrowUp: () => player.setVolume(player.volume + 0.05),
    ArrowDown: () => player.setVolume(player.volume - 0.05),
    '?': showHelp,
  };

  function press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(takesKeys)) return;
    if (event.key === ' ') {
      if (target.closest('button, a, summary') || !player.current) return;
      event.preventDefault();
      void player.toggle();
      return;
    }
    const action = (event.shiftKey ? shifted : plain)[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || (event.key.startsWith('Arrow') && !player.current)) return;
    event.preventDefault();
    action();
  }

  addEventListener('keydown', press);
  return () => removeEventListener('keydown', press);
}

export function focusSearch(): void {
  const fields = [...document.querySelectorAll<HTMLInputElement>('input[type=search]')];
  const field = fields.find((one) => one.offsetParent !== null);
  if (field) {
    field.focus();
    field.select();
  } else {
    router.go('/search');
  }
}
