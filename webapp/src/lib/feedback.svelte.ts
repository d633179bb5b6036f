/** Likes, dislikes, nevers and skips: said at once on the page, kept by the server, undoable. */
import { SvelteMap } from 'svelte/reactivity';
import { get, write } from './api/client';
import type { Artist, SaidWord, Track, Word } from './api/types';
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

export function artistWordOf(artist: Pick<Artist, 'id' | 'word'>): Standing {
  return said.has(`a${artist.id}`) ? (said.get(`a${artist.id}`)?.word ?? null) : (artist.word ?? null);
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
    const answer = await send(about, word, requestId);
    if (word !== 'skip') said.set(key, { word, id: answer.id });
    changes.count += 1;
    toast(t(`word.said.${word}` as Key, { name: about.name }), {
      label: t('action.undo'),
      run: () => void (word === 'skip' ? unskip(answer.id) : unsay(about, answer.id)),
    });
  } catch (error) {
    if (earlier) said.set(key, earlier);
    else said.delete(key);
    complain(error);
  }
}

function send(about: About, word: Word, requestId?: string | null): Promise<SaidWord> {
  return write<SaidWord>('POST', '/feedback', {
    word,
    [about.kind === 't' ? 'track_id' : 'artist_id']: about.id,
    ...(requestId ? { request_id: requestId } : {}),
  });
}

async function unsay(about: About, wordId: number): Promise<void> {
  try {
    await write('DELETE', `/feedback/${wordId}`);
    // A later word had replaced the one before it, so that one has to be said again.
    const again = about.before && (await send(about, about.before));
    said.set(about.kind + about.id, { word: about.before, id: again ? again.id : null });
    changes.count += 1;
  } catch (error) {
    complain(error);
  }
}

/** A skip stands beside the other words; taking it back changes none of them. */
async function unskip(wordId: number): Promise<void> {
  try {
    await write('DELETE', `/feedback/${wordId}`);
    changes.count += 1;
  } catch (error) {
    complain(error);
  }
}

/** Says a word about a track, or takes it back when it is the one already standing. */
export async function toggleWord(track: Track, word: Word, requestId?: string | null): Promise<void> {
  await toggle({ kind: 't', id: track.id, name: track.title, before: wordOf(track) }, word, requestId);
}

/** The same about an artist. */
export async function toggleArtistWord(artist: Pick<Artist, 'id' | 'name' | 'word'>, word: Word): Promise<void> {
  await toggle({ kind: 'a', id: artist.id, name: artist.name, before: artistWordOf(artist) }, word);
}

async function toggle(about: About, word: Word, requestId?: string | null): Promise<void> {
  if (word === 'skip' || about.before !== word) return say(about, word, requestId);
  try {
    const id = said.get(about.kind + about.id)?.id ?? (await findWord(about, word));
    if (id === null) said.set(about.kind + about.id, { word: null, id: null });
    else await unsay({ ...about, before: null }, id);
  } catch (error) {
    complain(error);
  }
}

/** Forgets what this page remembers of a word (the list of words took it back directly). */
export function forget(word: SaidWord): void {
  if (word.word !== 'skip') said.set(word.track ? `t${word.track.id}` : `a${word.artist_id}`, { word: null, id: null });
  changes.count += 1;
}

async function findWord({ kind, id }: About, word: Word): Promise<number | null> {
  const { words } = await get<{ words: SaidWord[] }>('/feedback', { word, n: 500 });
  return words.find((one) => (kind === 't' ? one.track?.id : one.artist_id) === id)?.id ?? null;
}
