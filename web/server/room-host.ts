// Drives the rooms' core: gives it events one at a time with the time, carries out its commands, keeps its one timer.
//
// Must not know sockets: those are behind RoomPorts.

import type { BodyForm, Failure } from '../../bindings/client-types.ts';
import type { RoomCommand, RoomEvent, RoomOptions } from '../../bindings/room-types.ts';
import type { Step } from '../../bindings/machine.ts';
import type { ClockPort, Undo } from '../../bindings/ports.ts';
import type { Trace } from '../../bindings/trace.ts';
import type { Ask, Question } from './grants.ts';
import type { Logger } from './logger.ts';
import { systemClock } from './clock.ts';
import { Counts } from './counts.ts';
import type { Journal, RoomLog } from './journal.ts';
import { Keeping } from './keeping.ts';
import { describe } from './logger.ts';
import { eventCharge, outputCharge, turnBytesMax } from './bounds.ts';
import { Turns } from './turns.ts';
import type { Figures } from './stats.ts';

/** What the host needs of the core; bindings/machine.ts has the real one. */
export interface Machine {
  handle(nowMs: number, event: RoomEvent): Step<RoomCommand>;
  dispose(): void;
  /** What its memory has grown to. */
  readonly memoryBytes: number;
}
export type MakeMachine = (options: RoomOptions, trace?: Trace) => Promise<Machine>;

export interface RoomPorts {
  deliver(connection: string, name: string, ...payload: unknown[]): void;
  /** After what was delivered has gone out. */
  close(connection: string): void;
  /** Closed by the deadline unless the other end answers, so that `connection_closed` follows. */
  probe(connection: string, deadlineMs: number): void;
  /** A plain client's handshake succeeds, or fails with the error. */
  answer(connection: string, error: Failure | undefined): void;
  /** The core is dead: nothing will be asked of the ports again. Called once. */
  failed(error: unknown): void;
}

/** Of a connection, for the lines of the log that are about it or come of what it said. */
export interface Origin {
  readonly address: string;
  /** The same in all lines about one connection, and in those of a proxy in front that gave it. */
  readonly correlation?: string;
}

// Memory of WebAssembly does not shrink. So a core that has grown beyond this, as one large meeting does, gives way to a new
// one when it has nothing to remember. It is far above what a core takes that serves a few small rooms.
const memoryBytesMax = 16 * 1024 * 1024;

export class RoomHost {
  readonly #ports: RoomPorts;
  readonly #log: Logger;
  readonly #ask: Ask | undefined;
  readonly #clock: ClockPort;
  #machine: Machine | undefined;
  #state: 'loading' | 'running' | 'failed' | 'disposed' = 'loading';
  // Makes another one like it; none where its trace has to go on, or its end has come.
  #makeAnother: (() => Promise<Machine>) | undefined;
  #renewing = false;
  readonly counts = new Counts();
  #queue: (readonly [RoomEvent, Origin | undefined])[] = [];
  #draining = false;
  readonly #keeping: Keeping | undefined;
  readonly #journal: Journal | undefined;
  readonly #turns = new Turns(turnBytesMax);
  #cancelWake: Undo | undefined;
  #figures: Figures = { connections: 0, rooms: 0, members: 0 };

  constructor(ports: RoomPorts, log: Logger, ask?: Ask, clock = systemClock, journal?: Journal) {
    this.#ports = ports;
    this.#log = log;
    this.#ask = ask;
    this.#clock = clock;
    this.#journal = journal;
    this.#keeping = journal && new Keeping(journal, log, clock, (error) => this.#fail(error));
  }

  /** What the rooms decide cannot be kept at the moment: nobody is told of anything. */
  get cannotKeep(): boolean {
    return this.#keeping?.fails ?? false;
  }

  get figures(): Figures {
    return this.#figures;
  }

  get state(): 'loading' | 'running' | 'failed' | 'disposed' {
    return this.#state;
  }

  /** Resolves when events are being handled; those that came earlier have waited in order. */
  async load(make: MakeMachine, options: RoomOptions, trace?: Trace): Promise<void> {
    try {
      const machine = this.#journal === undefined ? await make(options, trace) : await this.#restored(this.#journal, () => make(options, trace));
      if (this.#state === 'disposed') return machine.dispose();
      this.#machine = machine;
      if (trace === undefined) this.#makeAnother = () => make(options);
      this.#state = 'running';
      this.#drain();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  // The rooms as they were. A log over which the core fails is set aside, and the rest is read by a new core.
  async #restored(journal: Journal, make: () => Promise<Machine>): Promise<Machine> {
    let logs: readonly RoomLog[] | undefined;
    for (;;) {
      const machine = await make();
      const begun = this.#clock.now();
      logs ??= journal.read();
      const failed = logs.find((log) => {
        try {
          for (const command of machine.handle(this.#clock.now(), { type: 'room_read', ...log, entries: [...log.entries] }).commands) this.#carryOut(command, undefined);
          return false;
        } catch (error) {
          this.#log.warn({ ...describe(error), room: log.room }, 'the core failed over a log');
          return true;
        }
      });
      if (failed === undefined) {
        this.#queue.unshift([{ type: 'journal_read' }, undefined]);
        if (logs.length > 0) {
          const entries = logs.reduce((sum, log) => sum + log.entries.length, 0);
          this.#log.info({ rooms: logs.length, entries, bytes: journal.figures.bytes, ms: this.#clock.now() - begun }, 'the rooms were read from the journal');
        }
        return machine;
      }
      journal.setAside(failed.room, 'the core failed over it');
      logs = logs.filter((log) => log !== failed);
    }
  }

  /**
   * Never throws. An event that comes out of carrying out a command waits until that step is done; one of an address for
   * which much has been done in this turn of the event loop, until the next one.
   */
  handle(event: RoomEvent, origin?: Origin): void {
    if (this.#state === 'failed' || this.#state === 'disposed') return;
    if (this.#draining || this.#state === 'loading') return void this.#queue.push([event, origin]);
    if (event.type === 'shutdown_requested') {
      // Its end is nothing that a new one would know of.
      this.#makeAnother = undefined;
      this.#turns.finish();
      this.#take(event, origin);
      return this.#turns.finish();
    }
    if (origin === undefined || !('connection' in event)) return this.#take(event, origin);
    const cost = eventCharge + (event.type === 'frame_arrived' ? event.body.length : 0);
    this.#turns.input(origin.address, event.connection, { cost, run: () => this.#take(event, origin) });
  }

  /** What has come from that address and waits for its turn, or goes out because of it, in bytes. */
  waiting(address: string): number {
    return this.#turns.waiting(address);
  }

  #take(event: RoomEvent, origin: Origin | undefined): void {
    if (this.#state !== 'running') return;
    this.#queue.push([event, origin]);
    this.#drain();
  }

  dispose(): void {
    if (this.#state === 'disposed') return;
    this.#cancelWake?.();
    this.#queue = [];
    this.#turns.drop();
    if (this.#state === 'running') this.#machine?.dispose();
    this.#keeping?.close();
    this.#state = 'disposed';
  }

  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(...next);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#draining = false;
    }
  }

  #step(event: RoomEvent, origin: Origin | undefined): void {
    const step = this.#machine!.handle(this.#clock.now(), event);
    if (!Array.isArray(step.commands)) throw new Error(`the core did not take a ${event.type} event`);
    this.counts.step(event, step.commands);
    for (const command of step.commands) this.#carryOut(command, origin);
    this.#wakeAt(step.wakeAt);
    if (this.#idle && this.#makeAnother !== undefined && !this.#renewing && this.#machine!.memoryBytes > memoryBytesMax) void this.#renew(this.#makeAnother);
  }

  // Nobody is connected, no place is kept, and nothing waits for its time.
  get #idle(): boolean {
    return this.#figures.connections === 0 && this.#figures.rooms === 0 && this.#cancelWake === undefined;
  }

  async #renew(make: () => Promise<Machine>): Promise<void> {
    this.#renewing = true;
    try {
      const machine = await make();
      // Whoever came meanwhile is in the old one, which goes on.
      const due = this.#state === 'running' && this.#idle && !this.#draining;
      (due ? this.#machine! : machine).dispose();
      if (due) this.#machine = machine;
    } catch (error) {
      this.#log.warn(describe(error), 'the core could not be renewed; the old one goes on');
    } finally {
      this.#renewing = false;
    }
  }

  #carryOut(command: RoomCommand, origin: Origin | undefined): void {
    if (this.#keeping === undefined || Keeping.isAside(command)) return this.#tell(command, origin);
    if (Keeping.concerns(command)) return this.#keeping.keep(command);
    this.#keeping.after(bytesOf(command), () => this.#tell(command, origin));
  }

  #tell(command: RoomCommand, origin: Origin | undefined): void {
    switch (command.type) {
      case 'deliver': {
        const { connection, name, body, form } = command;
        return this.#output(connection, body.length, () => this.#deliver(connection, name, body, form));
      }
      case 'distribute': {
        const { to, name, body, tail, form } = command;
        for (const { connection, head } of to) {
          this.#output(connection, body.length, () => this.#deliver(connection, name, head + body + tail, form));
        }
        return;
      }
      case 'close_connection':
        return this.#output(command.connection, 0, () => this.#ports.close(command.connection));
      case 'probe_connection':
        return this.#ports.probe(command.connection, command.deadlineMs);
      case 'answer_handshake':
        return this.#ports.answer(command.connection, command.error);
      case 'authorize':
        return void this.#answer(this.#machine!, command.operation, command, origin);
      case 'log': {
        const { type: _, level, message, ...fields } = command;
        return this.#log[level]({ ...fields, ...origin }, message);
      }
      case 'count_changed':
        this.#figures = { connections: command.connections, rooms: command.rooms, members: command.members };
    }
  }

  #deliver(connection: string, name: string, body: string, form: BodyForm): void {
    const payload: unknown = form === 'text' ? body : JSON.parse(body);
    this.#ports.deliver(connection, name, ...(form === 'arguments' ? (payload as unknown[]) : [payload]));
  }

  // In the order of the decisions for each connection, but not of all of them in one turn.
  #output(connection: string, bytes: number, run: () => void): void {
    const guarded = (): void => {
      try {
        run();
      } catch (error) {
        this.#fail(error);
      }
    };
    this.#turns.output(connection, { cost: outputCharge + bytes, run: guarded });
  }

  async #answer(asker: Machine, operation: number, { room, user, token, renewal }: Question, origin: Origin | undefined): Promise<void> {
    const answer = await this.#ask!({ room, user, token, renewal }, origin);
    // A new core counts its questions from the start: this one was not its.
    if (asker !== this.#machine) return;
    if (renewal && answer.allowed) this.counts.renewals += 1;
    this.handle({ type: 'authorized', operation, ...answer }, origin);
  }

  // One timer, always at what the last step said.
  #wakeAt(time: number | undefined): void {
    this.#cancelWake?.();
    this.#cancelWake = time === undefined ? undefined : this.#clock.at(time, () => this.handle({ type: 'time_passed' }));
  }

  #fail(error: unknown): void {
    if (this.#state === 'failed' || this.#state === 'disposed') return;
    this.#state = 'failed';
    this.#queue = [];
    this.#turns.drop();
    this.#cancelWake?.();
    const cause = error instanceof Error && error.cause !== undefined ? { cause: describe(error.cause) } : {};
    this.#log.fatal({ ...describe(error), ...cause }, 'the core failed');
    this.#ports.failed(error);
  }
}

const bytesOf = (command: RoomCommand): number => 64 + (command.type === 'deliver' || command.type === 'distribute' ? command.body.length : 0);
