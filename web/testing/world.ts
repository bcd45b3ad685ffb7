// A world for the tests of an application: people in one process, with the real SDK, the real cores and the real rooms of
// the server, over a virtual network, a virtual clock and fake media. The same seed gives the same world.

import type { JoinOptions } from '../sdk/join.ts';
import type { Meeting } from '../sdk/meeting.ts';
import type { Undo } from '../../bindings/ports.ts';
import type { ServerOptions } from './server.ts';
import { Chance } from './chance.ts';
import { Log } from './log.ts';
import { Network } from './network.ts';
import { Paths } from './paths.ts';
import { Person, loadClientCore } from './person.ts';
import { Server, loadRoomCore } from './server.ts';
import { Timeline, restlessMs } from './timeline.ts';
import { WorldError, checkNumber } from './world-error.ts';

export interface WorldOptions {
  /** A whole number below 2^32, of which all chance comes. Default: 1. Try others to meet other orders of events. */
  seed?: number;
  /** Of the signalling server, as `attach` of `meetwire/server` takes them. */
  server?: ServerOptions;
}

export interface UntilOptions {
  /** So much virtual time it may take, in milliseconds. Default: a minute. */
  within?: number;
  /** For the error. */
  what?: string;
}

/** What a test has of a person who has joined, on top of the meeting. */
export interface Controls extends Pick<Person, 'network' | 'devices' | 'sleep' | 'wake' | 'freeze' | 'resume' | 'crash'> {
  readonly person: Person;
}

/** A meeting as the application has it, and what a test can do to the one who is in it. */
export type VirtualMeeting = Meeting & Controls;

/** The signalling server of a world. */
export interface VirtualServer {
  /** Sockets end, rooms are forgotten, and it is there again. */
  restart(): void;
  /** Nobody can connect until `start`. */
  stop(): void;
  start(): void;
  /** How many rooms it has. */
  readonly rooms: number;
  /** As `trace()` of `attach`, for `meetwire replay`. */
  trace(): string;
}

const untilMs = 60_000;

/** Loads the cores, once for all worlds of a process. Rejects with `invalid-argument` for bad options. */
export async function virtualWorld(options: WorldOptions = {}): Promise<VirtualWorld> {
  if (options === null || typeof options !== 'object') throw new WorldError('invalid-argument', 'options must be an object');
  const { seed = 1, server = {} } = options;
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) throw new WorldError('invalid-argument', 'seed must be a whole number from 0 to 4294967295');
  const [rooms] = await Promise.all([loadRoomCore(), loadClientCore()]);
  return new VirtualWorld(seed, (parts) => new Server(rooms, server, parts));
}

export class VirtualWorld implements AsyncDisposable {
  readonly seed: number;
  readonly server: VirtualServer;
  /** What applications' listeners have thrown, and what the SDK reported to the console. `close` rejects with what is left here. */
  readonly errors: unknown[] = [];
  readonly #timeline: Timeline;
  readonly #network: Network;
  readonly #paths: Paths;
  readonly #server: Server;
  readonly #log: Log;
  readonly #chance: Chance;
  readonly #people = new Map<string, Person>();
  readonly #began: number;
  #closing: Promise<void> | undefined;

  /** Internal: use `virtualWorld`. */
  constructor(seed: number, makeServer: (parts: ConstructorParameters<typeof Server>[2]) => Server) {
    const report = (error: unknown): void => void this.errors.push(error);
    this.seed = seed;
    this.#chance = new Chance(seed);
    this.#timeline = new Timeline(report);
    this.#began = this.#timeline.now;
    this.#log = new Log(this.#timeline);
    this.#network = new Network(this.#timeline, this.#chance.fork());
    this.#paths = new Paths(this.#network, this.#log);
    this.#server = makeServer({ timeline: this.#timeline, chance: this.#chance.fork(), log: this.#log, report });
    this.#server.start();
    this.server = this.#serverControls();
  }

  /** Virtual milliseconds since the beginning. */
  get now(): number {
    return this.#timeline.now - this.#began;
  }

  /** What happened so far, a line each: time, who, what. The same for the same seed and test. */
  get log(): readonly string[] {
    return this.#log.lines;
  }

  /** Timers and messages that are still to come. 0 after `close`. */
  get pending(): number {
    return this.#timeline.pending;
  }

  get people(): readonly Person[] {
    return [...this.#people.values()];
  }

  /** Somebody who has joined nothing yet: `person.join` and `person.devices` are for the application under test. */
  person(name: string): Person {
    this.#check();
    if (typeof name !== 'string' || name === '') throw new WorldError('invalid-argument', 'A person has a name');
    if (this.#people.has(name)) throw new WorldError('invalid-argument', `There is a ${name} already`);
    const world = {
      network: this.#network,
      paths: this.#paths,
      server: this.#server,
      log: this.#log,
      report: (error: unknown) => void this.errors.push(error),
      check: () => this.#check(),
    };
    const person = new Person(name, this.#chance.fork(), world, (other) => this.#personOf(other).access);
    this.#people.set(name, person);
    return person;
  }

  /**
   * Somebody new joins: as `join` of `meetwire`, and it rejects with the same errors. Time passes meanwhile. The user id is, unless given, the name in
   * small letters, so that `participants.get('ada')` is Ada.
   */
  join(room: string, options: JoinOptions = {}): Promise<VirtualMeeting> {
    return this.#enter(options, (person, given) => person.join(room, given));
  }

  /** Somebody new is online in no room, as `online` of `meetwire`. */
  online(options: JoinOptions = {}): Promise<VirtualMeeting> {
    return this.#enter(options, (person, given) => person.online(given));
  }

  /** Until nothing is under way any more; timers of more than 300 ms are left alone. Rejects with `restless` if that never comes. */
  async settle(): Promise<void> {
    this.#check();
    const isAtRest = await this.#timeline.settle();
    if (!isAtRest && !this.#closing) throw this.#error('restless', `After ${restlessMs / 60_000} minutes something is still under way`);
  }

  /** Lets so much time pass, in milliseconds, with all that happens in it: deadlines, attempts to reconnect, calls that ring out. */
  async advance(ms: number): Promise<void> {
    this.#check();
    checkNumber('The time to advance, in milliseconds,', ms, 0, 1e10);
    await this.#timeline.advance(ms);
  }

  /**
   * Lets time pass until the condition holds, or the promise is settled, which is what it gives then: a message that waits for
   * a reconnection, a call that rings out. Rejects with `never` if that does not come about.
   */
  async until<Result = void>(goal: (() => unknown) | Promise<Result>, { within = untilMs, what = String(goal) }: UntilOptions = {}): Promise<Result> {
    this.#check();
    if (typeof goal !== 'function' && !(goal instanceof Promise)) throw new WorldError('invalid-argument', 'What is waited for must be a function or a promise');
    checkNumber('within', within, 0, 1e10);
    let isSettled = false;
    const settled = (): void => void (isSettled = true);
    if (goal instanceof Promise) goal.then(settled, settled);
    const isReached = await this.#timeline.until(typeof goal === 'function' ? () => Boolean(goal()) : () => isSettled, within);
    if (!isReached) throw this.#error('never', `Not within ${within} ms of virtual time: ${what}`);
    return typeof goal === 'function' ? (undefined as Result) : goal;
  }

  /** Calls back after so much virtual time. Gives the undo. */
  after(ms: number, run: () => void): Undo {
    this.#check();
    checkNumber('The time, in milliseconds,', ms, 0, 1e10);
    return this.#timeline.at(this.#timeline.now + ms, run);
  }

  /** Time stands still until the promise is settled: for what the application waits for outside of the world. */
  during<Result>(work: Promise<Result>): Promise<Result> {
    this.#check();
    this.#timeline.during(work);
    return work;
  }

  /**
   * All at once: what these do by themselves is done before any of it gets to the server or from there. So two who change
   * what they share both offer, and their offers cross (glare). Then time passes until all are done.
   */
  async together<Results extends readonly unknown[]>(...actions: { [Index in keyof Results]: () => Results[Index] | Promise<Results[Index]> }): Promise<Results> {
    this.#check();
    this.#network.holding = true;
    const results = Promise.all(actions.map(async (action) => action()));
    results.catch(() => {});
    await this.#timeline.settle();
    this.#network.holding = false;
    this.#network.changed();
    return this.until(results as unknown as Promise<Results>, { what: 'what was done together' });
  }

  /**
   * The track that is sent into a received one: equal to the other's `camera.track`, say, when one sees the other's camera. Null:
   * nothing is; undefined: it is received over no connection that stands.
   */
  sentInto(received: MediaStreamTrack | undefined): MediaStreamTrack | null | undefined {
    return this.#paths.sentInto(received);
  }

  /** Everybody leaves, and nothing is left. Rejects with an AggregateError of `errors`, if there are any. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#network.holding = false;
    for (const person of this.people) person.wakeForGood();
    await this.#timeline.settle();
    this.#server.stop();
    await this.#timeline.close();
    if (this.errors.length > 0) throw new AggregateError(this.errors, `${this.errors.length} errors in the world of seed ${this.seed}, the first: ${String(this.errors[0])}`);
  }

  #check(): void {
    if (this.#closing) throw new WorldError('closed', 'The world is closed');
  }

  #error(code: 'never' | 'restless', message: string): WorldError {
    return new WorldError(code, `${message} (seed ${this.seed})`);
  }

  #personOf(who: unknown): Person {
    const person = who instanceof Person ? who : ((who as Partial<Controls> | undefined)?.person ?? this.#people.get(who as string));
    if (person instanceof Person && this.#people.get(person.name) === person) return person;
    throw new WorldError('invalid-argument', 'Nobody of this world: give a person, a meeting of world.join, or a name');
  }

  async #enter(options: JoinOptions, join: (person: Person, options: JoinOptions) => Promise<Meeting>): Promise<VirtualMeeting> {
    this.#check();
    const wished = options instanceof Object ? (options.user ?? options.name) : undefined;
    const base = (typeof wished === 'string' && wished.trim().toLowerCase().replace(/\s+/g, '-')) || 'person';
    let name = base;
    for (let count = 2; this.#people.has(name); count++) name = `${base}-${count}`;
    const person = this.person(name);
    try {
      const given = options instanceof Object ? { user: name, ...options } : options;
      return withControls(await this.until(join(person, given), { within: restlessMs }), person);
    } catch (error) {
      // Nobody came of it.
      this.#people.delete(name);
      throw error;
    }
  }

  #serverControls(): VirtualServer {
    const server = this.#server;
    const checked = (change: () => void) => (): void => {
      this.#check();
      change();
    };
    return {
      restart: checked(() => {
        server.stop();
        server.start();
      }),
      stop: checked(() => server.stop()),
      start: checked(() => server.start()),
      get rooms() {
        return server.rooms;
      },
      trace: () => server.trace(),
    };
  }
}

// A meeting must not have members of these names.
type Distinct = keyof Meeting & keyof Controls extends never ? true : never;

function withControls(meeting: Meeting, person: Person): VirtualMeeting {
  const isDistinct: Distinct = true;
  void isDistinct;
  const { network, devices } = person;
  return Object.assign(meeting, {
    person,
    network,
    devices,
    sleep: () => person.sleep(),
    wake: () => person.wake(),
    freeze: () => person.freeze(),
    resume: () => person.resume(),
    crash: () => person.crash(),
  });
}
