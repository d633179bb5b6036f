/** A value that has to be fetched: loading, there, or failed with a way to try again. */
export class Loaded<T> {
  value: T | undefined = $state.raw();
  error: unknown = $state.raw();
  loading = $state(false);
  #abort: AbortController | undefined;

  constructor(readonly fetcher: (signal: AbortSignal) => Promise<T>) {}

  /** Fetches; an older answer still under way is dropped. What was there stays visible meanwhile. */
  again = async (): Promise<void> => {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.loading = true;
    try {
      const value = await this.fetcher(abort.signal);
      if (abort.signal.aborted) return;
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (abort.signal.aborted) return;
      this.error = error;
    } finally {
      if (!abort.signal.aborted) this.loading = false;
    }
  };

  stop(): void {
    this.#abort?.abort();
  }
}

export function load<T>(fetcher: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const loaded = new Loaded(fetcher);
  void loaded.again();
  return loaded;
}
