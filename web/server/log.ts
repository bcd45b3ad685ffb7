// The server's log: JSON lines by pino.
//
// Must not know messages: what people say, session descriptions, tokens and secrets never come here. The core
// gives fixed phrases and ids; the host adds counts and codes.

import { pino } from 'pino';
import type { Logger, LogLevel } from './logger.ts';

export { describe, logLevels } from './logger.ts';
export type { Logger, LogLevel } from './logger.ts';

export function openLog(level: LogLevel): Logger {
  return pino({
    name: 'meetwire',
    level,
    base: undefined,
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}

const everyMs = 10_000;

/** Something that strangers can make happen as often as they like: the first is logged, then one line in ten seconds. */
export class Occasional {
  readonly #log: Logger;
  readonly #message: string;
  #timer: NodeJS.Timeout | undefined;
  #unsaid = 0;
  #latest: object = {};

  constructor(log: Logger, message: string) {
    this.#log = log;
    this.#message = message;
  }

  happened(fields: object): void {
    this.#unsaid += 1;
    this.#latest = fields;
    if (this.#timer === undefined) this.#say();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #say(): void {
    this.#timer = undefined;
    if (this.#unsaid === 0) return;
    this.#log.warn({ ...this.#latest, count: this.#unsaid }, this.#message);
    this.#unsaid = 0;
    this.#timer = setTimeout(() => this.#say(), everyMs);
    this.#timer.unref();
  }
}
