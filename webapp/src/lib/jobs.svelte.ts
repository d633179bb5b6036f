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

  /** Which jobs of a kind (null: of any) have ended, as text to compare; null before anybody looked. */
  ended(kind: string | null): string | null {
    if (!this.#looked) return null;
    const ended = this.jobs.filter((job) => job.ended_at !== null && (kind === null || job.kind === kind));
    return ended.map((job) => job.id).join();
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

/** For a page that shows what jobs of a kind (null: of any) make: watches while it stands, and calls `then` whenever one has ended. */
export function afterEach(kind: string | null, then: () => void): void {
  let known: string | null = null;
  onMount(() => work.watch());
  $effect(() => {
    const ended = work.ended(kind);
    if (known !== null && ended !== known) untrack(then);
    known = ended;
  });
}
