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
const addressesMax = 64;

/**
 * Something that strangers can make happen as often as they like: the first is logged, then one line in ten seconds, with
 * how often it was and the address that it came from most often.
 */
export class Occasional {
  readonly #log: Logger;
  readonly #message: string;
  readonly #addresses = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #unsaid = 0;
  #latest: object = {};

  constructor(log: Logger, message: string) {
    this.#log = log;
    this.#message = message;
  }

  happened(fields: object, address?: string): void {
    this.#unsaid += 1;
    this.#latest = fields;
    if (address !== undefined && (this.#addresses.has(address) || this.#addresses.size < addressesMax)) {
      this.#addresses.set(address, (this.#addresses.get(address) ?? 0) + 1);
    }
    if (this.#timer === undefined) this.#say();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #say(): void {
    this.#timer = undefined;
    if (this.#unsaid === 0) return;
    const [busiest] = [...this.#addresses].sort((a, b) => b[1] - a[1]);
    this.#log.warn({ ...this.#latest, ...(busiest === undefined ? {} : { address: busiest[0] }), count: this.#unsaid }, this.#message);
    this.#unsaid = 0;
    this.#addresses.clear();
    this.#timer = setTimeout(() => this.#say(), everyMs);
    this.#timer.unref();
  }
}

/** One `Occasional` for each kind: a flood of one leaves the lines of another. The kinds are few and the caller's own. */
export class Occasionals {
  readonly #log: Logger;
  readonly #message: string;
  readonly #kinds = new Map<string, Occasional>();

  constructor(log: Logger, message: string) {
    this.#log = log;
    this.#message = message;
  }

  happened(kind: string, fields: object, address?: string): void {
    let occasional = this.#kinds.get(kind);
    if (occasional === undefined) this.#kinds.set(kind, (occasional = new Occasional(this.#log, this.#message)));
    occasional.happened(fields, address);
  }

  close(): void {
    for (const occasional of this.#kinds.values()) occasional.close();
  }
}

const linesMax = 100;

/** A log of what clients do: so many lines of one message in ten seconds, then one that says how many were left out. */
export class LimitedLog implements Logger {
  readonly debug = (fields: object, message: string): void => this.#say('debug', fields, message);
  readonly info = (fields: object, message: string): void => this.#say('info', fields, message);
  readonly warn = (fields: object, message: string): void => this.#say('warn', fields, message);
  readonly error = (fields: object, message: string): void => this.#say('error', fields, message);
  readonly fatal: Logger['fatal'];
  readonly #log: Logger;
  readonly #said = new Map<string, { lines: number; leftOut: number; last: () => void }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Logger) {
    this.#log = log;
    this.fatal = (fields, message) => log.fatal(fields, message);
  }

  /** What was left out so far is still told. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { leftOut, last } of this.#said.values()) if (leftOut > 0) last();
    this.#said.clear();
  }

  #say(level: 'debug' | 'info' | 'warn' | 'error', fields: object, message: string): void {
    let kind = this.#said.get(message);
    if (kind === undefined) this.#said.set(message, (kind = { lines: 0, leftOut: 0, last: () => undefined }));
    if (++kind.lines <= linesMax) this.#log[level](fields, message);
    else {
      const leftOut = ++kind.leftOut;
      kind.last = () => this.#log[level]({ ...fields, leftOut }, message);
    }
    this.#timer ??= setTimeout(() => this.close(), everyMs).unref();
  }
}
