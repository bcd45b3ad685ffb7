// The order between keeping and telling: nothing goes out before what it tells of is in the journal.
//
// Where the journal fails, everything after that waits, in order, and it is tried again: on a full disk people go on seeing and
// hearing each other, and what they say meanwhile is handled when there is room. Must not know what commands mean beyond
// that.

import type { RoomCommand } from '../../bindings/room-types.ts';
import type { ClockPort, Undo } from '../../bindings/ports.ts';
import type { Journal } from './journal.ts';
import type { Logger } from './logger.ts';
import { describe } from './logger.ts';

type Kept = Extract<RoomCommand, { type: 'append_entry' | 'store_room' | 'forget_room' | 'refuse_log' }>;

const retryMs = 250;
// Of what waits; beyond that the process has to start again from what it has kept.
const waitingBytesMax = 32 * 1024 * 1024;

export class Keeping {
  readonly #journal: Journal;
  readonly #log: Logger;
  readonly #clock: ClockPort;
  readonly #failed: (error: unknown) => void;
  #waiting: { readonly bytes: number; readonly run: () => void }[] = [];
  #bytes = 0;
  #retry: Undo | undefined;
  #since: number | undefined;

  constructor(journal: Journal, log: Logger, clock: ClockPort, failed: (error: unknown) => void) {
    this.#journal = journal;
    this.#log = log;
    this.#clock = clock;
    this.#failed = failed;
  }

  /** The journal cannot be written to at the moment. */
  get fails(): boolean {
    return this.#since !== undefined;
  }

  /** Tells nobody of anything. */
  static isAside(command: RoomCommand): boolean {
    return command.type === 'log' || command.type === 'count_changed' || command.type === 'authorize';
  }

  static concerns(command: RoomCommand): command is Kept {
    return command.type === 'append_entry' || command.type === 'store_room' || command.type === 'forget_room' || command.type === 'refuse_log';
  }

  keep(command: Kept): void {
    this.#inOrder(sizeOf(command), () => this.#keep(command));
  }

  /** What tells of what was kept before. `bytes`: that it holds meanwhile. */
  after(bytes: number, run: () => void): void {
    if (this.#since === undefined) return run();
    this.#wait(bytes, run);
  }

  /** Once more, and then it is over: what cannot be kept is lost, and nobody was told of it. */
  close(): void {
    if (this.#since !== undefined) this.#tryAgain();
    this.#retry?.();
    this.#waiting = [];
    try {
      this.#journal.close();
    } catch (error) {
      this.#log.warn(describe(error), 'the journal could not be closed');
    }
  }

  #inOrder(bytes: number, run: () => void): void {
    if (this.#since !== undefined) return this.#wait(bytes, run);
    try {
      run();
    } catch (error) {
      this.#since = this.#clock.now();
      this.#log.warn(describe(error), 'the journal cannot be written to: what is said waits, and so do newcomers');
      this.#wait(bytes, run);
      this.#retryLater();
    }
  }

  #wait(bytes: number, run: () => void): void {
    this.#waiting.push({ bytes, run });
    this.#bytes += bytes;
    if (this.#bytes > waitingBytesMax) this.#failed(new Error('The journal could not be written to for too long.'));
  }

  #retryLater(): void {
    this.#retry = this.#clock.at(this.#clock.now() + retryMs, () => this.#tryAgain());
  }

  #tryAgain(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        next.run();
      } catch {
        return this.#retryLater();
      }
      this.#waiting.shift();
      this.#bytes -= next.bytes;
    }
    this.#log.info({ ms: this.#clock.now() - this.#since! }, 'the journal can be written to again');
    this.#since = undefined;
  }

  #keep(command: Kept): void {
    switch (command.type) {
      case 'append_entry':
        return this.#journal.append(command.room, command.at, command.entry);
      case 'store_room':
        return this.#journal.store(command.room, command.value);
      case 'forget_room':
        return this.#journal.forget(command.room);
      case 'refuse_log':
        return this.#journal.setAside(command.room, command.reason);
    }
  }
}

const sizeOf = (command: Kept): number => 64 + (command.type === 'append_entry' ? command.entry.length : command.type === 'store_room' ? command.value.length : 0);
