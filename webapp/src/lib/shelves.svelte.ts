/** Long lists that arrive page by page: what was fetched stays, so that coming back finds the same place. */
import type { Schemas } from './api/types';

type Initials = Schemas['Initial'][];

export interface Page<T> {
  total: number;
  items: T[];
  initials?: Initials;
}

type Fetch<T> = (offset: number, n: number, signal: AbortSignal) => Promise<Page<T>>;

const SIZE = 60;

export class Shelf<T> {
  total: number | null = $state(null);
  initials: Initials = $state.raw([]);
  error: unknown = $state.raw();
  /** Rises whenever a page arrives. */
  arrived = $state(0);
  #pages = new Map<number, T[]>();
  #under = new Map<number, AbortController>();

  constructor(readonly fetch: Fetch<T>) {}

  at(place: number): T | undefined {
    void this.arrived;
    return this.#pages.get(Math.floor(place / SIZE))?.[place % SIZE];
  }

  /** What is here from a place on, without a gap. */
  from(place: number): T[] {
    const found: T[] = [];
    for (let one = this.at(place); one !== undefined && found.length < 200; one = this.at(place + found.length)) found.push(one);
    return found;
  }

  /** Sees to it that these places are here or on their way; what is on its way to elsewhere is called back. */
  want(first: number, last: number): void {
    const [from, to] = [Math.floor(first / SIZE), Math.floor(Math.max(first, last - 1) / SIZE)];
    for (const [page, abort] of this.#under) {
      if (page >= from && page <= to) continue;
      abort.abort();
      this.#under.delete(page);
    }
    for (let page = from; page <= to; page++) {
      if (!this.#pages.has(page) && !this.#under.has(page)) void this.#take(page);
    }
  }

  again = (): void => {
    this.#pages.clear();
    this.error = undefined;
    this.want(0, SIZE);
  };

  async #take(page: number): Promise<void> {
    const abort = new AbortController();
    this.#under.set(page, abort);
    try {
      const { items, total, initials } = await this.fetch(page * SIZE, SIZE, abort.signal);
      this.#pages.set(page, items);
      this.total = total;
      if (initials) this.initials = initials;
      this.error = undefined;
      this.arrived += 1;
    } catch (error) {
      if (!abort.signal.aborted) this.error = error;
    } finally {
      if (this.#under.get(page) === abort) this.#under.delete(page);
    }
  }
}
