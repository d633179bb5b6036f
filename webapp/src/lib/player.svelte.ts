/** The player: one audio element that outlives every page, a queue, and radio that never ends. */
import { address, ApiError, whisper, write } from './api/client';
import type { RecommendationAnswer, Track } from './api/types';
import { t } from './i18n/index.svelte';
import { complain, toast } from './toasts.svelte';

export interface Queued {
  track: Track;
  /** Where playback starts: the matching moment, when there is one. */
  start_s?: number;
  /** The list it was seen in, so that rates are honest. */
  request_id?: string | null;
  key: number;
}

export type Playable = Omit<Queued, 'key'>;

const stored = (name: string) => localStorage.getItem(`synesthete.player.${name}`);
const store = (name: string, value: string | number | boolean) =>
  localStorage.setItem(`synesthete.player.${name}`, String(value));

let keys = 1;

class Player {
  queue: Queued[] = $state([]);
  place = $state(-1);
  playing = $state(false);
  waiting = $state(false);
  position = $state(0);
  duration = $state(0);
  volume = $state(Number(stored('volume') ?? 0.85));
  muted = $state(false);
  radio = $state(stored('radio') === 'true');
  showQueue = $state(false);

  #audio = new Audio();
  /** Seconds of the present track that really sounded, and since when it is on. */
  #heard = 0;
  #began = 0;
  #last = 0;
  #extending = false;
  #played: number[] = [];

  current: Queued | null = $derived(this.queue[this.place] ?? null);
  upcoming: Queued[] = $derived(this.queue.slice(this.place + 1));

  start(): void {
    const audio = this.#audio;
    audio.id = 'player-audio';
    audio.preload = 'auto';
    audio.volume = this.volume;
    audio.hidden = true;
    document.body.append(audio);
    audio.addEventListener('timeupdate', () => this.#tick());
    audio.addEventListener('durationchange', () => this.#length());
    audio.addEventListener('play', () => (this.playing = true));
    audio.addEventListener('pause', () => (this.playing = false));
    audio.addEventListener('waiting', () => (this.waiting = true));
    audio.addEventListener('playing', () => (this.waiting = false));
    audio.addEventListener('ended', () => void this.next(true));
    audio.addEventListener('error', () => this.#unplayable());
    addEventListener('pagehide', () => this.#report(false));
    this.#mediaKeys();
  }

  /** Replaces the queue and plays from `place`. */
  play(items: Playable[], place = 0): void {
    this.#report(false);
    this.queue = items.filter((item) => item.track.playable).map((item) => ({ ...item, key: keys++ }));
    const wanted = items[place]?.track.id;
    const found = this.queue.findIndex((item) => item.track.id === wanted);
    this.#load(Math.max(0, found));
  }

  playNext(item: Playable): void {
    if (!this.current) return this.play([item]);
    this.queue.splice(this.place + 1, 0, { ...item, key: keys++ });
    toast(t('player.willPlayNext', { title: item.track.title }));
  }

  add(items: Playable[]): void {
    if (!this.current) return this.play(items);
    this.queue.push(...items.filter((item) => item.track.playable).map((item) => ({ ...item, key: keys++ })));
    toast(t('player.added', { n: items.length }));
  }

  remove(key: number): void {
    const place = this.queue.findIndex((item) => item.key === key);
    if (place < 0 || place === this.place) return;
    this.queue.splice(place, 1);
    if (place < this.place) this.place -= 1;
  }

  move(from: number, to: number): void {
    const [item] = this.queue.splice(from, 1);
    if (item) this.queue.splice(to, 0, item);
  }

  jump(place: number): void {
    this.#report(true);
    this.#load(place);
  }

  async toggle(): Promise<void> {
    if (!this.current) return;
    if (this.#audio.paused) await this.#start();
    else this.#audio.pause();
  }

  async next(ended = false): Promise<void> {
    this.#report(!ended);
    if (this.place + 1 >= this.queue.length && this.radio) await this.#extend();
    if (this.place + 1 < this.queue.length) this.#load(this.place + 1);
    else if (ended) this.playing = false;
  }

  previous(): void {
    if (this.#audio.currentTime > 4 || this.place <= 0) this.seek(0);
    else {
      this.#report(true);
      this.#load(this.place - 1);
    }
  }

  seek(seconds: number): void {
    const end = Number.isFinite(this.#audio.duration) ? this.#audio.duration : this.duration;
    this.#audio.currentTime = Math.min(Math.max(0, seconds), Math.max(0, end - 0.25));
    this.position = this.#audio.currentTime;
    this.#last = this.position;
    this.#tellPosition();
  }

  setVolume(volume: number): void {
    this.volume = Math.min(1, Math.max(0, volume));
    this.muted = false;
    this.#audio.muted = false;
    this.#audio.volume = this.volume;
    store('volume', this.volume);
  }

  toggleMuted(): void {
    this.muted = !this.muted;
    this.#audio.muted = this.muted;
  }

  toggleRadio(): void {
    this.radio = !this.radio;
    store('radio', this.radio);
    toast(this.radio ? t('player.radioOn') : t('player.radioOff'));
    if (this.radio) void this.#extendWhenShort();
  }

  isCurrent(track: Track): boolean {
    return this.current?.track.id === track.id;
  }

  #load(place: number): void {
    const item = this.queue[place];
    if (!item) return;
    this.place = place;
    this.#began = Math.floor(Date.now() / 1000);
    this.#heard = 0;
    this.#last = item.start_s ?? 0;
    this.position = this.#last;
    this.duration = item.track.duration_s ?? 0;
    const audio = this.#audio;
    audio.src = address(`/tracks/${item.track.id}/audio`);
    if (item.start_s) {
      const begin = item.start_s;
      audio.addEventListener('loadedmetadata', () => (audio.currentTime = begin), { once: true });
    }
    void this.#start();
    this.#tellTrack(item.track);
    if (item.request_id) whisper('/clicks', { request_id: item.request_id, track_id: item.track.id });
    void this.#extendWhenShort();
  }

  async #start(): Promise<void> {
    try {
      await this.#audio.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') toast(t('player.pressPlay'));
    }
  }

  #tick(): void {
    const now = this.#audio.currentTime;
    const step = now - this.#last;
    if (step > 0 && step < 2) this.#heard += step;
    this.#last = now;
    this.position = now;
  }

  #length(): void {
    if (Number.isFinite(this.#audio.duration)) this.duration = this.#audio.duration;
    this.#tellPosition();
  }

  /** The server's reason where it has one (the file is gone), else the browser's lack of skill. */
  async #tellWhy(address: string, title: string): Promise<void> {
    let why = t('player.cannotPlay', { title });
    try {
      const answer = await fetch(address, { headers: { Range: 'bytes=0-0' }, credentials: 'same-origin' });
      if (!answer.ok) why = `${title}: ${new ApiError(answer.status, (await answer.json()).error).words}`;
    } catch {
      // no answer at all, or not in words: the browser's own failure is told
    }
    toast(why, undefined, 'bad');
  }

  #unplayable(): void {
    const item = this.current;
    if (!item || !this.#audio.src) return;
    void this.#tellWhy(this.#audio.src, item.track.title);
    this.#heard = 0;
    if (this.upcoming.length) void this.next(true);
  }

  /** One play for the ledger of listens; the server decides whether it was long enough to count. */
  #report(left: boolean): void {
    const item = this.current;
    if (!item || this.#heard < 1) return;
    const skipped = left && this.#heard < Math.min(30, this.duration / 2);
    const listen = {
      at: this.#began,
      track_id: item.track.id,
      played_s: Math.round(this.#heard * 10) / 10,
      skipped,
      ...(item.request_id ? { request_id: item.request_id } : {}),
    };
    this.#heard = 0;
    whisper('/listens', { listens: [listen] });
  }

  async #extendWhenShort(): Promise<void> {
    if (this.radio && this.upcoming.length < 3) await this.#extend();
  }

  /** Radio: more that fits the last tracks, without repeating the queue. */
  async #extend(): Promise<void> {
    if (this.#extending || !this.current) return;
    this.#extending = true;
    try {
      const seeds = this.queue.slice(Math.max(0, this.place - 2), this.place + 1);
      this.#played = [...new Set([...this.#played, ...this.queue.map((item) => item.track.id)])].slice(-500);
      const answer = await write<RecommendationAnswer>('POST', '/recommendations', {
        seeds: seeds.map((item) => ({ kind: 'track', id: item.track.id })),
        exclude: { tracks: this.#played },
        n: 10,
      });
      const found = answer.results.filter((one) => one.track.playable);
      if (!found.length) toast(answer.note ?? t('player.radioEmpty'));
      const more = found.map((one) => ({ track: one.track, request_id: answer.request_id, key: keys++ }));
      this.queue.push(...more);
    } catch (error) {
      complain(error);
    } finally {
      this.#extending = false;
    }
  }

  #mediaKeys(): void {
    if (!('mediaSession' in navigator)) return;
    const keysOf: [MediaSessionAction, MediaSessionActionHandler][] = [
      ['play', () => void this.#start()],
      ['pause', () => this.#audio.pause()],
      ['nexttrack', () => void this.next()],
      ['previoustrack', () => this.previous()],
      ['seekbackward', (details) => this.seek(this.position - (details.seekOffset ?? 10))],
      ['seekforward', (details) => this.seek(this.position + (details.seekOffset ?? 10))],
      ['seekto', (details) => this.seek(details.seekTime ?? 0)],
    ];
    for (const [action, handler] of keysOf) {
      try {
        navigator.mediaSession.setActionHandler(action, handler);
      } catch {
        // This browser does not know the action.
      }
    }
  }

  #tellTrack(track: Track): void {
    if (!('mediaSession' in navigator)) return;
    const artwork = track.has_cover
      ? [256, 512].map((size) => ({
          src: new URL(address(`/tracks/${track.id}/cover`, { size }), location.href).href,
          sizes: `${size}x${size}`,
          type: 'image/jpeg',
        }))
      : [{ src: new URL('/icon-512.png', location.href).href, sizes: '512x512', type: 'image/png' }];
    navigator.mediaSession.metadata = new MediaMetadata({
      title: track.title,
      artist: track.artist,
      album: track.album ?? '',
      artwork,
    });
  }

  #tellPosition(): void {
    if (!('mediaSession' in navigator) || !(this.duration > 0)) return;
    navigator.mediaSession.setPositionState({
      duration: this.duration,
      position: Math.min(this.position, this.duration),
    });
  }
}

export const player = new Player();
