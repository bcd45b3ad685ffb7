// One-to-one calls: who rings whom, and what came of it. A mirror of what the core says, and wishes back to it.

import type { Call as CallRow, CallOutcome, CallState, ClientEvent } from '../../bindings/client-types.ts';
import type { ErrorTable } from '../../bindings/errors.ts';
import type { ListenOptions, Undo } from './events.ts';
import { isWellFormed } from '../../bindings/machine.ts';
import { Emitter } from './events.ts';

export type { CallOutcome, CallState };

export interface CallOptions {
  /** How long it rings, in milliseconds: from 1 s to 2 minutes, and shorter or longer times count as these. Default: 30 s. */
  timeout?: number;
  /** Aborting it takes the call back while it rings; afterwards it has no effect. */
  signal?: AbortSignal;
}

/** Internal: what calls need of their meeting. */
export interface CallOwner {
  readonly me: string;
  readonly errors: ErrorTable;
  id(): string;
  request(make: (request: number) => ClientEvent): Promise<void>;
  report(error: unknown): void;
}

/**
 * One call. Its outcome is the server's and the same on both sides: `accepted`, or how it ended: `rejected`, `busy`,
 * `cancelled`, `timed-out`, `unavailable`; `hung-up` after it was accepted; `gone` when one of the two has left.
 */
export class Call {
  /** Resolves once it no longer rings: with `accepted`, or with how it ended. Never rejects. */
  readonly answered: Promise<CallOutcome>;
  /** Resolves with how it ended. Never rejects. */
  readonly ended: Promise<CallOutcome>;
  readonly #owner: CallOwner;
  readonly #emitter: Emitter<{ change: Call }>;
  #row: CallRow;
  #answer!: (outcome: CallOutcome) => void;
  #end!: (outcome: CallOutcome) => void;

  /** Internal: calls come from `meeting.call` and with the event `call`. */
  constructor(owner: CallOwner, row: CallRow) {
    this.#owner = owner;
    this.#row = row;
    this.#emitter = new Emitter(owner.report);
    this.answered = new Promise((resolve) => (this.#answer = resolve));
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  /** When two call each other at the same time, the ids of both become that of the call which both keep. */
  get id(): string {
    return this.#row.id;
  }

  /** The caller's user id. */
  get from(): string {
    return this.#row.from;
  }

  /** The callee's user id. */
  get to(): string {
    return this.#row.to;
  }

  /** The other one's user id. */
  get peer(): string {
    return this.incoming ? this.from : this.to;
  }

  get incoming(): boolean {
    return this.from !== this.#owner.me;
  }

  /** `calling` until the server has answered, `ringing`, `connected`, `ended`; never backwards. */
  get state(): CallState {
    return this.#row.state;
  }

  /** `pending` while it rings. */
  get outcome(): CallOutcome {
    return this.#row.outcome;
  }

  /** The words of the one who ended it; empty: none. Text, never markup. */
  get reason(): string {
    return this.#row.reason;
  }

  /** Called whenever anything of it has changed. Gives the undo. */
  on(type: 'change', listener: (call: Call) => unknown, options?: ListenOptions): Undo {
    return this.#emitter.on(type, listener, options);
  }

  /**
   * Takes a call that rings here; once it stands, `answered` says so: the caller may have been quicker to cancel. Rejects
   * with `invalid-argument` where there is nothing to take any more.
   */
  accept(): Promise<void> {
    const { id } = this;
    return this.#owner.request((request) => ({ type: 'call_accepted', request, id }));
  }

  /** Does not take it. `reason`: words for the other one, at most 256 bytes of UTF-8, else `message-too-large`. */
  reject(reason = ''): Promise<void> {
    return this.hangUp(reason);
  }

  /** Takes an own call back. */
  cancel(reason = ''): Promise<void> {
    return this.hangUp(reason);
  }

  /**
   * Ends it. Which of the three ends it comes to depends on how far the call is when the server hears of it, so all three
   * may be used at any time, and any number of times.
   */
  async hangUp(reason = ''): Promise<void> {
    const { id, state } = this;
    if (typeof reason !== 'string' || !isWellFormed(reason)) throw this.#owner.errors.make('invalid-argument', 'reason');
    if (state !== 'ended') await this.#owner.request((request) => ({ type: 'call_ended', request, id, reason }));
  }

  /** Internal. */
  change(row: CallRow): () => void {
    this.#row = row;
    if (row.outcome !== 'pending') this.#answer(row.outcome);
    return () => {
      this.#emitter.emit('change', this);
      if (row.state !== 'ended') return;
      this.#end(row.outcome);
      this.#emitter.close();
    };
  }
}

/** Internal: the calls of one meeting that ring or stand. */
export class Calls {
  readonly #owner: CallOwner;
  readonly #live = new Map<string, Call>();

  constructor(owner: CallOwner) {
    this.#owner = owner;
  }

  get list(): readonly Call[] {
    return [...new Set(this.#live.values())];
  }

  async request(to: string, { timeout = 0, signal }: CallOptions): Promise<Call> {
    const { errors, me } = this.#owner;
    if (typeof to !== 'string' || !isWellFormed(to)) throw errors.make('invalid-user');
    if (!(timeout >= 0)) throw errors.make('invalid-argument', 'timeout');
    if (signal?.aborted) throw errors.make('aborted', undefined, signal.reason);
    const id = this.#owner.id();
    const call = new Call(this.#owner, { id, from: me, to, state: 'calling', outcome: 'pending', reason: '', replaces: '' });
    const cancel = (): void => void call.cancel().catch(() => {});
    this.#live.set(id, call);
    try {
      const timeoutMs = Math.min(Math.ceil(timeout), 2 ** 31);
      await this.#owner.request((request) => ({ type: 'call_requested', request, id, to, timeoutMs }));
    } catch (error) {
      this.#live.delete(id);
      throw error;
    }
    signal?.addEventListener('abort', cancel);
    void call.answered.then(() => signal?.removeEventListener('abort', cancel));
    return call;
  }

  /** What the core says of a call; gives what is to be announced, and the call if nobody has heard of it yet. */
  told(row: CallRow): { fresh: Call | undefined; announce: () => void } {
    // The other one's may stand for ours: to the application it is one and the same.
    const known = this.#live.get(row.id) ?? this.#live.get(row.replaces);
    const call = known ?? new Call(this.#owner, row);
    this.#live.delete(row.replaces);
    this.#live.set(row.id, call);
    if (row.state === 'ended') this.#live.delete(row.id);
    return { fresh: known ? undefined : call, announce: call.change(row) };
  }

  /** The core is gone and says no more. */
  close(): void {
    for (const call of this.list) {
      const { id, from, to, reason } = call;
      call.change({ id, from, to, reason, state: 'ended', outcome: 'gone', replaces: '' })();
    }
    this.#live.clear();
  }
}
