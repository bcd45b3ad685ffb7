// Ownership of a handle into the WASM core: one machine, one handle, freed once. Text in, text out.
// Must not know: what events and commands mean.
//
// A trap (an assertion of ours, memory exhausted) leaves the module's memory in no known state. From then on all of
// its machines are dead, and each owner is told once, so that it can let go of devices and connections.

import type { ClientCommand, ClientEvent, ClientOptions, Failure } from './client-types.ts';
import type { RoomCommand, RoomEvent, RoomOptions } from './room-types.ts';
import type { ClientCore } from './client-core.ts';
import type { RoomCore } from './load-room.ts';
import type { Trace } from './trace.ts';
import { ErrorTable, MeetingError } from './errors.ts';

/** The functions of one machine in the module; see bindings/client.cpp. */
export interface Door<Event> {
  /** Gives 0 when the options are unreadable. */
  create(optionsText: string): number;
  /** The step as JSON; `{"error"}` when the handle or the event is none. */
  handle(handle: number, nowMs: number, eventText: string): string;
  /** The same for the one event that has a body, field by field: inside, the body would be escaped and parsed twice. */
  receive(handle: number, nowMs: number, event: Event): string;
  dispose(handle: number): void;
  /** Bytes of the module's memory, where somebody has to know. */
  memory?(): number;
}

export interface Step<Command> {
  commands: Command[];
  /** Milliseconds on the host's clock. Replaces that of the step before. */
  wakeAt?: number;
}

// Newer than the library that TypeScript is told of: asked for, and done by hand where it is missing.
const wellFormedness = (String.prototype as { isWellFormed?: () => boolean }).isWellFormed;

// With the u flag a pair is one character, so that only halves without their other half match.
const loneSurrogates = /\p{Surrogate}/gu;

/** Whether C++ will see the same text. */
export const isWellFormed = (text: string): boolean =>
  wellFormedness ? wellFormedness.call(text) : text.search(loneSurrogates) < 0;

/** Lone surrogates have no UTF-8; they become U+FFFD here, where that is meant, rather than somewhere else. */
export const toWellFormed = (text: string): string => text.replace(loneSurrogates, '\uFFFD');

function toJson(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify writes lone surrogates as escapes, which the core's parser refuses. Rare, so checked cheaply first.
  if (!text.includes('\\ud')) return text;
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'string' ? toWellFormed(item) : item));
}

/** One loaded module and whether it still works. Machines are made from it. */
export class LoadedCore<Options, Event extends { type: string; body?: string }, Command> {
  readonly #door: Door<Event>;
  readonly #mourners = new Set<(error: MeetingError) => void>();
  // Frees the handle of a machine that was dropped without dispose(): a safety net, not the way.
  readonly #forgotten = new FinalizationRegistry<number>((handle) => this.guarded((door) => door.dispose(handle)));
  #death: MeetingError | undefined;

  constructor(door: Door<Event>) {
    this.#door = door;
  }

  /** Why the module is dead; undefined while it lives. */
  get death(): MeetingError | undefined {
    return this.#death;
  }

  /** Called once if the module dies. Gives the undo. */
  onDeath(mourner: (error: MeetingError) => void): () => void {
    this.#mourners.add(mourner);
    return () => this.#mourners.delete(mourner);
  }

  /** Throws `invalid-argument` when the core cannot read the options. What the machine then does is kept in the trace. */
  create(options: Options, trace?: Trace): Machine<Event, Command> {
    const text = toJson(options);
    const handle = this.guarded((door) => door.create(text));
    if (handle === 0) throw new MeetingError({ code: 'invalid-argument', message: 'The core cannot read these options.' });
    trace?.begin(text);
    const machine = new Machine<Event, Command>(this, handle, trace);
    this.#forgotten.register(machine, handle, machine);
    return machine;
  }

  /** Internal: every call into the module goes through here. */
  guarded<Result>(call: (door: Door<Event>) => Result): Result {
    if (this.#death) throw this.#death;
    try {
      return call(this.#door);
    } catch (cause) {
      this.#death = new MeetingError({ code: 'internal', message: 'The core of Meetwire has failed.' }, { cause });
      const mourners = [...this.#mourners];
      this.#mourners.clear();
      for (const mourner of mourners) mourner(this.#death);
      throw this.#death;
    }
  }

  /** Internal. */
  free(machine: Machine<Event, Command>, handle: number): void {
    this.#forgotten.unregister(machine);
    if (!this.#death) this.guarded((door) => door.dispose(handle));
  }
}

/** One state machine of the core: events in, commands out. */
export class Machine<Event extends { type: string; body?: string }, Command> {
  readonly #core: LoadedCore<never, Event, Command>;
  readonly #trace: Trace | undefined;
  #handle: number;

  /** Use `LoadedCore.create`. */
  constructor(core: LoadedCore<never, Event, Command>, handle: number, trace?: Trace) {
    this.#core = core;
    this.#handle = handle;
    this.#trace = trace;
  }

  /** `now`: whole milliseconds that never go backwards. Throws `already-left` after dispose, `internal` after a trap. */
  handle(now: number, event: Event): Step<Command> {
    if (this.#handle === 0) throw new MeetingError({ code: 'already-left', message: 'This machine has been disposed of.' });
    const { body } = event;
    const whole = body === undefined ? toJson(event) : '';
    const given = body === undefined || isWellFormed(body) ? event : { ...event, body: toWellFormed(body) };
    this.#trace?.handed(now, whole || given, (body ?? whole).length);
    const text = this.#core.guarded((door) => (whole ? door.handle(this.#handle, now, whole) : door.receive(this.#handle, now, given)));
    this.#trace?.answered(text);
    const step = JSON.parse(text) as Step<Command> & { error?: Failure };
    if (step.error) throw new MeetingError(step.error);
    return step;
  }

  /** Bytes of the module's memory: it grows, and never shrinks. 0 where the module does not tell. */
  get memoryBytes(): number {
    return this.#core.guarded((door) => door.memory?.() ?? 0);
  }

  /** Whether the core still takes events. */
  get alive(): boolean {
    return this.#handle !== 0 && !this.#core.death;
  }

  /** May be called any number of times. */
  dispose(): void {
    const handle = this.#handle;
    this.#handle = 0;
    if (handle !== 0) this.#core.free(this, handle);
  }
}

export type ClientMachine = Machine<ClientEvent, ClientCommand>;
export type RoomMachine = Machine<RoomEvent, RoomCommand>;

export class LoadedClientCore extends LoadedCore<ClientOptions, ClientEvent, ClientCommand> {
  readonly errors: ErrorTable;

  constructor(module: ClientCore) {
    super({
      create: module.clientCreate,
      handle: module.clientHandle,
      receive: (handle, now, event) => {
        if (event.type !== 'message_arrived') throw new TypeError(`${event.type} has no body`);
        return module.clientReceive(handle, now, event.attempt, event.name, event.body);
      },
      dispose: module.clientDispose,
    });
    this.errors = new ErrorTable(module.clientErrors());
  }
}

export class LoadedRoomCore extends LoadedCore<RoomOptions, RoomEvent, RoomCommand> {
  constructor(module: RoomCore) {
    super({
      create: module.roomCreate,
      handle: module.roomHandle,
      receive: (handle, now, event) => {
        if (event.type !== 'frame_arrived') throw new TypeError(`${event.type} has no body`);
        return module.roomReceive(handle, now, event.connection, event.name, event.body);
      },
      dispose: module.roomDispose,
      memory: module.roomMemory,
    });
  }
}
