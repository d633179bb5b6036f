/** Jobs as they go: one stream of server-sent events, open while someone looks. */
import { onMount, untrack } from 'svelte';
import { base, get, write } from './api/client';
import type { Job } from './api/types';
import { session } from './session.svelte';
import { complain } from './toasts.svelte';

class Work {
  jobs: Job[] = $state.raw([]);
  #looked = $state(false);
  #watchers = 0;
  #source: EventSource | null = null;

  get running(): Job[] {
    return this.jobs.filter((job) => job.state === 'running' || job.state === 'paused');
  }

  /** The last job of a kind that has ended, by its id (0: none has); null before anybody looked. */
  lastEnded(kind: string): number | null {
    if (!this.#looked) return null;
    return Math.max(0, ...this.jobs.filter((job) => job.kind === kind && job.ended_at !== null).map((job) => job.id));
  }

  /** Starts watching; the answer stops it. Jobs are the owner's: for others there is nothing to see. */
  watch(): () => void {
    if (!session.isOwner) return () => {};
    this.#watchers += 1;
    if (this.#watchers === 1) {
      void this.look();
      this.#source = new EventSource(`${base}/jobs/events`);
      this.#source.addEventListener('jobs', (event: MessageEvent<string>) =>
        this.#take((JSON.parse(event.data) as { jobs: Job[] }).jobs),
      );
    }
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#source?.close();
    };
  }

  async look(): Promise<void> {
    try {
      this.#take((await get<{ jobs: Job[] }>('/jobs')).jobs);
    } catch (error) {
      complain(error);
    }
  }

  async start(kind: string, more: Record<string, unknown> = {}): Promise<void> {
    try {
      await write('POST', '/jobs', { kind, ...more });
      await this.look();
    } catch (error) {
      complain(error);
    }
  }

  async wish(job: Job, wish: 'pause' | 'resume' | 'stop'): Promise<void> {
    try {
      await write('POST', `/jobs/${job.id}/${wish}`);
      await this.look();
    } catch (error) {
      complain(error);
    }
  }

  #take(jobs: Job[]): void {
    this.jobs = jobs;
    this.#looked = true;
    void session.look().catch(() => {});
  }
}

export const work = new Work();

/** For a page that shows what jobs of this kind make: watches while it stands, and calls `then` whenever one has ended. */
export function afterEach(kind: string, then: () => void): void {
  let known: number | null = null;
  onMount(() => work.watch());
  $effect(() => {
    const last = work.lastEnded(kind);
    if (known !== null && last !== known) untrack(then);
    known = last;
  });
}
