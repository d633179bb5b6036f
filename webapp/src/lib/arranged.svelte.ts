/** A playlist that somebody arranges: what they did is seen at once and told to the server one change after another. */
import { get, write } from './api/client';
import type { Entry, PlaylistPage } from './api/types';
import { load, type Loaded } from './load.svelte';
import { complain } from './toasts.svelte';

/** An entry and the name of its row: the same row keeps it wherever it goes, and with it the focus. */
export interface Line {
  key: number;
  entry: Entry;
}

let keys = 0;

/** These entries as lines; what was there before keeps its key. Twins may take each other's: nobody can tell them apart. */
function keyed(entries: Entry[], before: Line[]): Line[] {
  const waiting = new Map<string, number[]>();
  for (const { key, entry } of before) waiting.set(named(entry), [...(waiting.get(named(entry)) ?? []), key]);
  return entries.map((entry) => ({ key: waiting.get(named(entry))?.shift() ?? (keys += 1), entry }));
}

const named = ({ track, named }: Entry) => (track ? `${track.id}` : JSON.stringify(named));

export class Arranged {
  readonly page: Loaded<PlaylistPage>;
  #before: Line[] = [];
  readonly #known: Line[] = $derived.by(() => (this.#before = keyed(this.page.value?.entries ?? [], this.#before)));
  #draft: Line[] | null = $state.raw(null);
  #last: Promise<boolean> | null = null;

  constructor(readonly id: number) {
    this.page = load((signal) => get(`/playlists/${id}`, {}, signal));
  }

  /** The lines as they are to be shown: with what the server has not yet been told. */
  get lines(): Line[] {
    return this.#draft ?? this.#known;
  }

  /** Shows a line at another place; `keep` tells the server. */
  move(from: number, to: number): void {
    this.#draft = this.lines.toSpliced(from, 1).toSpliced(to, 0, ...this.lines.slice(from, from + 1));
  }

  keep(): void {
    if (this.#draft) void this.order(this.#draft);
  }

  /** Puts the lines in this order; those left out are removed. Answers whether it was done. */
  async order(next: Line[]): Promise<boolean> {
    this.#draft = next;
    const done = await this.change(() => {
      const places = new Map(this.#known.map(({ key }, place) => [key, place]));
      return write<PlaylistPage>('PUT', `/playlists/${this.id}/order`, {
        positions: next.flatMap(({ key }) => places.get(key) ?? []),
        changed_at: this.page.value?.playlist.changed_at ?? null,
      });
    });
    if (this.#draft === next) this.#draft = null;
    return done;
  }

  add(trackId: number, position: number | null = null): Promise<boolean> {
    return this.change(() => write('POST', `/playlists/${this.id}/tracks`, { track_ids: [trackId], position }));
  }

  /** Does this once those before it are done; where one of them fails, those that built on it are not tried. */
  private change(work: () => Promise<PlaylistPage>): Promise<boolean> {
    const before = this.#last;
    const mine = (async () => (before === null || (await before)) && (await this.#attempt(work)))();
    this.#last = mine;
    void mine.then(() => {
      if (this.#last === mine) this.#last = null;
    });
    return mine;
  }

  async #attempt(work: () => Promise<PlaylistPage>): Promise<boolean> {
    try {
      this.page.value = await work();
      return true;
    } catch (error) {
      complain(error);
      this.#draft = null;
      await this.page.again();
      return false;
    }
  }
}
