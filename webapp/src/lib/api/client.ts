/** One door to /api/v1: JSON in, JSON out, and every failure as an ApiError in words. */
import type { Problem } from './types';

export const base = '/api/v1';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.what);
  }

  /** What happened, to what, and what to do next, as one text. */
  get words(): string {
    const { what, subject, hint } = this.problem;
    return [subject ? `${what}: ${subject}` : what, hint].filter(Boolean).join('. ');
  }
}

/** Called when the server says 401: the shell shows the sign-in. */
export const unknownVisitor = { seen: () => {} };

type Values = Record<string, string | number | boolean | null | undefined>;

export function address(path: string, query: Values = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return `${base}${path}${search ? `?${search}` : ''}`;
}

async function failure(response: Response): Promise<ApiError> {
  let problem: Problem = { what: `${response.status} ${response.statusText}`.trim(), subject: null, hint: null };
  try {
    problem = ((await response.json()) as { error: Problem }).error ?? problem;
  } catch {
    // Not our shape (a proxy's page, perhaps): the status line has to do.
  }
  if (response.status === 401) unknownVisitor.seen();
  return new ApiError(response.status, problem);
}

async function send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path.startsWith(base) ? path : base + path, { method, credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, { what: 'offline', subject: null, hint: null });
  }
  if (!response.ok) throw await failure(response);
  return response;
}

async function json<T>(response: Response): Promise<T> {
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export async function get<T>(path: string, query: Values = {}, signal?: AbortSignal): Promise<T> {
  return json<T>(await send('GET', address(path, query), signal ? { signal } : {}));
}

export async function getBytes(path: string, query: Values = {}, signal?: AbortSignal): Promise<ArrayBuffer> {
  return (await send('GET', address(path, query), signal ? { signal } : {})).arrayBuffer();
}

export async function write<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const init: RequestInit = signal ? { signal } : {};
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  return json<T>(await send(method, path, init));
}

/** Sent even while the page is being left. */
export function whisper(path: string, body: unknown): void {
  void fetch(base + path, {
    method: 'POST',
    keepalive: true,
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {});
}
