// What happened in a world, in order, as text: to read when a test fails, and to compare two runs.

import type { Timeline } from './timeline.ts';

// Enough for any test; one that runs away must not take the memory.
const linesMax = 100_000;

export class Log {
  readonly #timeline: Timeline;
  readonly #beginning: number;
  readonly #lines: string[] = [];

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    this.#beginning = timeline.now;
  }

  add(who: string, what: string): void {
    if (this.#lines.length < linesMax) this.#lines.push(`${(this.#timeline.now - this.#beginning).toFixed(1)} ${who} ${what}`);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}

/** What a message is, without what it says. */
export function summaryOf(name: string, body: string): string {
  const types = [...body.matchAll(/"type":"([\w-]+)"/g)].map(([, type]) => type);
  return `${types.join(', ') || name} (${body.length})`;
}
