/** What the mixer holds: seeds, sliders, filters, what was kept and what was removed. */
import { get, write } from './api/client';
import { said } from './i18n/index.svelte';
import type { Recommendation, RecommendationAnswer, Seed } from './api/types';

export interface Chip {
  seed: Seed;
  label: string;
}

export interface MixFilters {
  genres: string[];
  year_from: number | null;
  year_to: number | null;
  minutes_from: number | null;
  minutes_to: number | null;
  folder_id: number | null;
}

const emptyFilters = (): MixFilters => ({
  genres: [], year_from: null, year_to: null, minutes_from: null, minutes_to: null, folder_id: null,
}); // prettier-ignore

class Mix {
  chips: Chip[] = $state([]);
  taste = $state(0.35);
  fresh = $state(0.5);
  variety = $state(0.3);
  filters: MixFilters = $state(emptyFilters());
  n = $state(25);
  perArtist = $state(2);
  kept: Recommendation[] = $state.raw([]);
  removed: number[] = $state.raw([]);
  order: number[] | null = $state.raw(null);
  answer: RecommendationAnswer | null = $state.raw(null);
  error: unknown = $state.raw(null);
  busy = $state(false);
  #abort: AbortController | undefined;

  /** Kept ones first, then the answer, in the order people gave it. */
  list: Recommendation[] = $derived.by(() => {
    const kept = new Set(this.kept.map((one) => one.track.id));
    const all = [...this.kept, ...(this.answer?.results ?? []).filter((one) => !kept.has(one.track.id))];
    const order = this.order;
    if (!order) return all;
    const place = (one: Recommendation) => {
      const at = order.indexOf(one.track.id);
      return at < 0 ? order.length : at;
    };
    return [...all].sort((a, b) => place(a) - place(b));
  });

  add(chip: Chip): void {
    const same = (one: Chip) => one.seed.kind === chip.seed.kind && String(one.seed.id) === String(chip.seed.id);
    if (!this.chips.some(same)) this.chips.push(chip);
  }

  flip(chip: Chip): void {
    const place = this.chips.indexOf(chip);
    if (place >= 0) this.chips[place] = { ...chip, seed: { ...chip.seed, weight: -(chip.seed.weight ?? 1) } };
  }

  drop(chip: Chip): void {
    this.chips = this.chips.filter((one) => one !== chip);
  }

  keep(one: Recommendation): void {
    const there = this.kept.some((other) => other.track.id === one.track.id);
    this.kept = there ? this.kept.filter((other) => other.track.id !== one.track.id) : [...this.kept, one];
  }

  remove(one: Recommendation): void {
    this.removed = [...this.removed, one.track.id];
    this.kept = this.kept.filter((other) => other.track.id !== one.track.id);
    void this.ask();
  }

  move(from: number, to: number): void {
    const ids = this.list.map((one) => one.track.id);
    const [id] = ids.splice(from, 1);
    if (id === undefined || to < 0 || to > ids.length) return;
    ids.splice(to, 0, id);
    this.order = ids;
  }

  clear(): void {
    this.chips = [];
    this.filters = emptyFilters();
    this.kept = [];
    this.removed = [];
    this.order = null;
  }

  get question() {
    const { filters } = this;
    const seconds = (minutes: number | null) => (minutes === null || minutes <= 0 ? null : minutes * 60);
    return {
      seeds: this.chips.map((chip) => chip.seed),
      sliders: { taste: this.taste, new: this.fresh, variety: this.variety },
      filters: {
        genres: filters.genres,
        year_from: filters.year_from,
        year_to: filters.year_to,
        duration_from_s: seconds(filters.minutes_from),
        duration_to_s: seconds(filters.minutes_to),
        folder_id: filters.folder_id,
      },
      exclude: { tracks: [...this.removed, ...this.kept.map((one) => one.track.id)] },
      n: Math.max(1, this.n - this.kept.length),
      per_artist: this.perArtist,
    };
  }

  async ask(): Promise<void> {
    this.#abort?.abort();
    const mine = (this.#abort = new AbortController());
    this.busy = true;
    try {
      this.answer = await write<RecommendationAnswer>('POST', '/recommendations', this.question, mine.signal);
      this.error = null;
    } catch (error) {
      if (!mine.signal.aborted) this.error = error;
    } finally {
      if (this.#abort === mine) this.busy = false;
    }
  }

  /** Seeds named in the address: `/mixer?track=5`, `?artist=`, `?album=`, `?genre=`, `?tag=`, `?playlist=`. */
  async takeFrom(query: URLSearchParams): Promise<void> {
    const weight = 1;
    const track = query.get('track');
    const artist = query.get('artist');
    const album = query.get('album');
    const genre = query.get('genre');
    const tag = query.get('tag');
    const playlist = query.get('playlist');
    if (track) {
      const page = await get<{ track: { title: string; artist: string } }>(`/tracks/${track}`);
      this.add({ seed: { kind: 'track', id: Number(track), weight }, label: `${page.track.title} – ${page.track.artist}` });
    }
    if (artist) {
      const page = await get<{ artist: { name: string } }>(`/artists/${artist}`);
      this.add({ seed: { kind: 'artist', id: Number(artist), weight }, label: page.artist.name });
    }
    if (album) {
      const page = await get<{ album: { title: string } }>(`/albums/${album}`);
      this.add({ seed: { kind: 'album', id: Number(album), weight }, label: page.album.title });
    }
    if (genre) this.add({ seed: { kind: 'genre', id: genre, weight }, label: genre });
    if (tag) this.add({ seed: { kind: 'tag', id: tag, weight }, label: said(tag) });
    if (playlist) {
      const page = await get<{ playlist: { name: string } }>(`/playlists/${playlist}`);
      this.add({ seed: { kind: 'playlist', id: Number(playlist), weight }, label: page.playlist.name });
    }
  }
}

export const mix = new Mix();
