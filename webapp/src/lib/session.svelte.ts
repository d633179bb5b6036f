/** Who is here, and what the server can do. */
import { get, unknownVisitor, write } from './api/client';
import type { Me, Status } from './api/types';

class Session {
  me: Me | null = $state.raw(null);
  status: Status | null = $state.raw(null);
  /** True when the server answered that it does not know us. */
  locked = $state(false);
  failed: unknown = $state.raw(null);
  #last: number | undefined;

  get isOwner(): boolean {
    return this.me?.listener?.role === 'owner' && this.me.scopes.includes('admin');
  }

  async start(): Promise<void> {
    unknownVisitor.seen = () => (this.locked = true);
    this.failed = null;
    try {
      this.me = await get<Me>('/me');
      this.locked = this.me.via === null;
      this.#last = this.me.listener?.id;
      if (!this.locked) await this.look();
    } catch (error) {
      this.failed = error;
    }
  }

  async look(): Promise<void> {
    this.status = await get<Status>('/status');
  }

  async signIn(login: { name?: string; password?: string; token?: string }): Promise<void> {
    const before = this.me?.listener?.id ?? this.#last;
    this.me = await write<Me>('POST', '/login', login);
    if (before !== undefined && before !== this.me.listener?.id) return location.reload(); // nothing of theirs stays
    this.locked = false;
    await this.look();
  }

  async signOut(): Promise<void> {
    await write('POST', '/logout');
    location.reload();
  }
}

export const session = new Session();
