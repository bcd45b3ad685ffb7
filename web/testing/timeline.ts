// Virtual time: what is to happen when, one thing after the other. No timer of the machine's is used.
//
// While something is under way (an operation, a message, a short wait) time goes on by itself, from one event to the
// next, so that whoever awaits a promise gets it. Then it stands still until somebody moves it.

import type { Undo } from '../../bindings/ports.ts';
import { nextTurn } from '../../bindings/node/turns.ts';

/** Who does nothing while it is frozen; what it would have done waits. */
export interface Doer {
  readonly frozen: boolean;
  readonly waiting: Task[];
}

export interface Task {
  instant: number;
  order: number;
  readonly run: () => void;
  readonly doer: Doer | undefined;
  /** Time goes on by itself for it. */
  readonly isWork: boolean;
  /** How many timers led to it, one after the other. */
  readonly rounds: number;
  place: 'set' | 'waiting' | 'gone';
}

interface Goal {
  readonly ms: number;
  /** Goes on for timers too. */
  readonly timers: boolean;
  readonly reached: () => boolean;
  end?: number;
  resolve(outcome: 'reached' | 'end' | 'rest'): void;
  reject(error: unknown): void;
}

// The core's own short waits gather candidates, wishes and offers (up to 50 ms) and let a goodbye go out (250 ms).
const shortWaitMs = 300;
// What is done again and again by timers alone is not waited for. Nothing that ends takes more rounds.
const roundsMax = 32;
// Two that answer one another for ever.
export const restlessMs = 600_000;
// Reading a file or a checksum takes real time. What takes longer than these turns is not waited for.
const turnsMax = 20_000;
const beginning = 1_000;
// Of a millisecond: sums of these are exact, so that times can be compared.
const grain = 1 / 64;

const turn = (): Promise<void> => new Promise(nextTurn);

export class Timeline {
  readonly #tasks: Task[] = [];
  readonly #outside = new Set<Promise<unknown>>();
  readonly #goals: Goal[] = [];
  readonly #report: (error: unknown) => void;
  #now = beginning;
  #orders = 0;
  #work = 0;
  #rounds = 0;
  #moving = false;
  #moved: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Milliseconds; the beginning is not 0, which is a time before everything. */
  get now(): number {
    return this.#now;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How many tasks are set, timers included. */
  get pending(): number {
    return this.#tasks.length;
  }

  /** Something that takes so long: time goes on for it. */
  post(ms: number, run: () => void, doer?: Doer): Undo {
    return this.#set(this.#now + ms, run, doer, true, this.#rounds);
  }

  /** A timer. Short ones count as something under way. */
  at(instant: number, run: () => void, doer?: Doer): Undo {
    return this.#set(Math.max(instant, this.#now), run, doer, instant - this.#now <= shortWaitMs, this.#rounds + 1);
  }

  /** Time stands still meanwhile: for what ends outside of the world. */
  during(work: Promise<unknown>): void {
    const ended = (): void => void this.#outside.delete(work);
    this.#outside.add(work);
    work.then(ended, ended);
    this.#start();
  }

  /** What would have happened meanwhile happens now. */
  thaw(doer: Doer): void {
    for (const task of doer.waiting.splice(0)) {
      if (task.place === 'gone') continue;
      Object.assign(task, { instant: Math.max(task.instant, this.#now), order: ++this.#orders });
      this.#insert(task);
    }
  }

  /** Everything within that time happens. */
  async advance(ms: number): Promise<void> {
    await this.#go(ms, true);
  }

  /** Until nothing is under way. False: that never comes about. */
  async settle(): Promise<boolean> {
    return (await this.#go(restlessMs, false)) === 'rest';
  }

  /** False: it did not come about within that time. Rejects with what the condition throws. */
  async until(condition: () => boolean, ms: number): Promise<boolean> {
    return (await this.#go(ms, true, condition)) === 'reached';
  }

  /** Nothing happens any more, and once it resolves nothing is left of it. */
  close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#tasks.splice(0)) task.place = 'gone';
    this.#work = 0;
    this.#outside.clear();
    for (const goal of this.#goals.splice(0)) goal.resolve('end');
    return this.#moved;
  }

  // ---- tasks

  #set(instant: number, run: () => void, doer: Doer | undefined, isWork: boolean, rounds: number): Undo {
    const rounded = Math.ceil(instant / grain) * grain;
    const task: Task = { instant: rounded, order: ++this.#orders, run, doer, isWork: isWork && rounds <= roundsMax, rounds, place: 'gone' };
    if (!this.#closed) this.#insert(task);
    return () => {
      if (task.place === 'set') this.#remove(this.#tasks.indexOf(task));
      task.place = 'gone';
    };
  }

  #insert(task: Task): void {
    let [low, high] = [0, this.#tasks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { instant, order } = this.#tasks[middle]!;
      if (instant < task.instant || (instant === task.instant && order < task.order)) low = middle + 1;
      else high = middle;
    }
    this.#tasks.splice(low, 0, task);
    task.place = 'set';
    if (task.isWork) this.#work++;
    this.#start();
  }

  #remove(index: number): Task {
    const [task] = this.#tasks.splice(index, 1) as [Task];
    if (task.isWork) this.#work--;
    task.place = 'gone';
    return task;
  }

  // The frozen ones' are laid aside when their time has come.
  #next(): Task | undefined {
    for (let next = this.#tasks[0]; next?.doer?.frozen; next = this.#tasks[0]) {
      this.#remove(0);
      next.place = 'waiting';
      next.doer.waiting.push(next);
    }
    return this.#tasks[0];
  }

  // ---- time

  #go(ms: number, timers: boolean, reached = (): boolean => false): Promise<'reached' | 'end' | 'rest'> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return resolve('end');
      this.#goals.push({ ms, timers, reached, resolve, reject });
      this.#start();
    });
  }

  #start(): void {
    if (this.#moving || this.#closed) return;
    this.#moving = true;
    this.#moved = this.#move();
  }

  async #move(): Promise<void> {
    const since = this.#now;
    for (;;) {
      await this.#quiet();
      const goal = this.#goals[0];
      if (goal && this.#serve(goal)) continue;
      const next = this.#next();
      const isWanted = goal ? true : this.#work > 0 && this.#now - since <= restlessMs;
      if (this.#closed || !next || !isWanted) break;
      this.#remove(0);
      this.#now = Math.max(this.#now, next.instant);
      this.#rounds = next.rounds;
      try {
        next.run();
      } catch (error) {
        this.#report(error);
      }
    }
    this.#rounds = 0;
    this.#moving = false;
  }

  // All that waits for promises only has happened.
  async #quiet(): Promise<void> {
    await turn();
    for (let turns = 0; this.#outside.size > 0; turns++) {
      if (turns === turnsMax) this.#outside.clear();
      await turn();
    }
  }

  /** Whether it is done with; whoever waited for it then goes on before anything else happens. */
  #serve(goal: Goal): boolean {
    goal.end ??= this.#now + goal.ms;
    try {
      const isReached = goal.reached();
      const next = this.#next();
      const goesOn = next !== undefined && next.instant <= goal.end && (goal.timers || this.#work > 0);
      if (goesOn && !isReached) return false;
      if (!isReached && goal.timers) this.#now = goal.end;
      goal.resolve(isReached ? 'reached' : this.#work > 0 || goal.timers ? 'end' : 'rest');
    } catch (error) {
      goal.reject(error);
    }
    this.#goals.shift();
    this.#rounds = 0;
    return true;
  }
}
