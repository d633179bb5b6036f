/** Likes, dislikes, nevers and skips: said at once on the page, kept by the server, undoable. */
import { SvelteMap } from 'svelte/reactivity';
import { write } from './api/client';
import type { SaidWord, Track, Word } from './api/types';
import { t, type Key } from './i18n/index.svelte';
import { complain, toast } from './toasts.svelte';

type Standing = Exclude<Word, 'skip'> | null;

/** What was said since the page was opened; it wins over what a track arrived with. */
const said = new SvelteMap<string, { word: Standing; id: number | null }>();
/** Counts every change, so that lists which depend on words can ask again. */
export const changes = $state({ count: 0 });

export function wordOf(track: Track): Standing {
  return said.has(`t${track.id}`) ? (said.get(`t${track.id}`)?.word ?? null) : (track.word ?? null);
}

interface About {
  kind: 't' | 'a';
  id: number;
  name: string;
  before: Standing;
}

async function say(about: About, word: Word, requestId?: string | null): Promise<void> {
  const key = about.kind + about.id;
  const earlier = said.get(key);
  if (word !== 'skip') said.set(key, { word, id: null });
  try {
    const answer = await write<SaidWord>('POST', '/feedback', {
      word,
      [about.kind === 't' ? 'track_id' : 'artist_id']: about.id,
      ...(requestId ? { request_id: requestId } : {}),
    });
    if (word !== 'skip') said.set(key, { word, id: answer.id });
    changes.count += 1;
    toast(t(`word.said.${word}` as Key, { name: about.name }), {
      label: t('action.undo'),
      run: () => void unsay(about, answer.id),
    });
  } catch (error) {
    if (earlier) said.set(key, earlier);
    else said.delete(key);
    complain(error);
  }
}

async function unsay(about: About, wordId: number): Promise<void> {
  try {
    await write('DELETE', `/feedback/${wordId}`);
    said.set(about.kind + about.id, { word: about.before, id: null });
    changes.count += 1;
  } catch (error) {
    complain(error);
  }
}

/** Says a word about a track, or takes it back when it is the one already standing. */
export async function toggleWord(track: Track, word: Word, requestId?: string | null): Promise<void> {
  const standing = wordOf(track);
  const about: About = { kind: 't', id: track.id, name: track.title, before: standing };
  if (word === 'skip' || standing !== word) return say(about, word, requestId);
  const id = said.get(`t${track.id}`)?.id ?? (await findWord(track.id, word));
  if (id === null) {
    said.set(`t${track.id}`, { word: null, id: null });
    return;
  }
  await unsay({ ...about, before: null }, id);
}

export async function sayAboutArtist(id: number, name: string, word: Word): Promise<void> {
  await say({ kind: 'a', id, name, before: null }, word);
}

/** Forgets what this page remembers of a track (the list of words changed it directly). */
export function forget(trackId: number): void {
  said.set(`t${trackId}`, { word: null, id: null });
  changes.count += 1;
}

async function findWord(trackId: number, word: Word): Promise<number | null> {
  const { get } = await import('./api/client');
  const { words } = await get<{ words: SaidWord[] }>('/feedback', { n: 500 });
  return words.find((one) => one.track?.id === trackId && one.word === word)?.id ?? null;
}
