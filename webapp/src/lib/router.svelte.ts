/** A small router on the History API: paths to lazily loaded pages, without ever reloading the player. */
import type { Component } from 'svelte';
import { get } from './api/client';

type Loader = () => Promise<{ default: Component }>;

interface Route {
  name: string;
  pattern: RegExp;
  load: Loader;
}

/** What stands behind a colon in a path is an id, which is a number. */
function route(name: string, path: string, load: Loader): Route {
  const pattern = new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>\\d+)')}/?$`);
  return { name, pattern, load };
}

const page = (loader: () => Promise<unknown>) => loader as Loader;

const routes: Route[] = [
  route('home', '/', page(() => import('../pages/Home.svelte'))),
  route('search', '/search', page(() => import('../pages/Search.svelte'))),
  route('track', '/track/:id', page(() => import('../pages/Track.svelte'))),
  route('artist', '/artist/:id', page(() => import('../pages/Artist.svelte'))),
  route('album', '/album/:id', page(() => import('../pages/Album.svelte'))),
  route('mixer', '/mixer', page(() => import('../pages/Mixer.svelte'))),
  route('map', '/map', page(() => import('../pages/Map.svelte'))),
  route('playlists', '/playlists', page(() => import('../pages/Playlists.svelte'))),
  route('playlist', '/playlist/:id', page(() => import('../pages/Playlist.svelte'))),
  route('feedback', '/feedback', page(() => import('../pages/Feedback.svelte'))),
  route('library', '/library', page(() => import('../pages/Library.svelte'))),
  route('dashboard', '/dashboard', page(() => import('../pages/Dashboard.svelte'))),
  route('settings', '/settings', page(() => import('../pages/Settings.svelte'))),
  route('lost', '/.*', page(() => import('../pages/Lost.svelte'))),
];

interface Place {
  path: string;
  query: URLSearchParams;
  name: string;
  params: Record<string, string>;
}

function placeOf(url: URL): Place {
  for (const { name, pattern } of routes) {
    const match = pattern.exec(url.pathname);
    if (match) {
      return { path: url.pathname, query: url.searchParams, name, params: { ...match.groups } };
    }
  }
  throw new Error('the last route takes every path');
}

/** The link to one of our pages that an event is about. */
function linkOf(event: Event): HTMLAnchorElement | null {
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return null;
  return link.pathname.startsWith('/api/') || link.pathname.startsWith('/assets/') || link.hash ? null : link;
}

/** Loads the page behind a link that somebody points at: a click will find it here. */
function foresee(event: Event): void {
  const link = linkOf(event);
  const found = link && routes.find(({ pattern }) => pattern.test(link.pathname));
  found?.load().catch(() => {}); // going there says what is wrong
}

class Router {
  place: Place = $state.raw(placeOf(new URL(location.href)));
  component: Component | null = $state.raw(null);
  /** Changes with every arrival, so that a page is made afresh for another id. */
  arrival = $state(0);
  loading = $state(false);
  /** Why the page of this place cannot be shown; the music plays on. */
  failed: unknown = $state.raw(null);

  /** Tries again what failed. */
  again = (): void => void this.#arrive(0);

  start(): void {
    history.scrollRestoration = 'manual';
    addEventListener('popstate', (event) => {
      void this.#arrive((event.state as { scroll?: number } | null)?.scroll ?? 0);
    });
    document.addEventListener('click', (event) => this.#click(event));
    for (const sign of ['pointerover', 'focusin']) document.addEventListener(sign, foresee, { passive: true });
    void this.#arrive(0, true);
  }

  go(path: string, { replace = false } = {}): void {
    history.replaceState({ ...history.state, scroll: scrollY }, '');
    history[replace ? 'replaceState' : 'pushState']({}, '', path);
    void this.#arrive(0);
  }

  /** Writes the query without making the page again (a search as it is typed). */
  setQuery(values: Record<string, string | null>): void {
    const url = new URL(location.href);
    for (const [key, value] of Object.entries(values)) {
      if (value) url.searchParams.set(key, value);
      else url.searchParams.delete(key);
    }
    history.replaceState(history.state, '', url);
    this.place = placeOf(url);
  }

  async #arrive(scroll: number, first = false): Promise<void> {
    const place = placeOf(new URL(location.href));
    const same = place.path === this.place.path && place.name === this.place.name && !first;
    const found = routes.find((r) => r.name === place.name);
    if (!found) return;
    this.loading = true;
    try {
      const { default: component } = await found.load();
      if (location.pathname !== place.path) return;
      this.failed = null;
      this.place = place;
      this.component = component;
      if (!same || place.query.size) this.arrival += 1;
    } catch {
      if (location.pathname === place.path) await this.#missed(place);
      return;
    } finally {
      this.loading = false;
    }
    if (first) return;
    requestAnimationFrame(() => {
      scrollTo(0, scroll);
      if (document.activeElement?.matches('input[type=search]')) return; // somebody is typing
      document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
    });
  }

  /** A page that could not be loaded: gone with an older release, so that the new one is taken, or the server is away. */
  async #missed(place: Place): Promise<void> {
    try {
      await get('/health');
    } catch (error) {
      this.failed = error;
      this.place = place;
      return;
    }
    location.reload();
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = linkOf(event);
    if (!link) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const router = new Router();
