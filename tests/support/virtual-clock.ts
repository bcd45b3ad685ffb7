// A clock that stands still until a test moves it.

import type { ClockPort, Undo } from '../../bindings/ports.ts';

interface Timer {
  readonly instant: number;
  readonly wake: () => void;
}

export class VirtualClock implements ClockPort {
  readonly #timers = new Set<Timer>();
  #now: number;

  constructor(now = 1_000) {
    this.#now = now;
  }

  /** How many timers are set: neither due yet nor undone. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  at(instant: number, wake: () => void): Undo {
    const timer = { instant, wake };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Wakes everybody who is due within that time, in order, each at its own instant. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ instant }) => instant <= end).sort((a, b) => a.instant - b.instant);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.instant);
      next.wake();
    }
    this.#now = end;
  }
}
