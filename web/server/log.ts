// The server's log: JSON lines by pino.
//
// Must not know messages: what people say, session descriptions, tokens and secrets never come here. The core
// gives fixed phrases and ids; the host adds counts and codes.

import { pino } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The part of a pino logger that is used here. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
}

export function openLog(level: LogLevel): Logger {
  return pino({
    name: 'meetwire',
    level,
    base: undefined,
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}

/** What may be told of an error: its name, code and message, not what hangs on it. */
export function describe(error: unknown): { error: string; code?: string } {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = (error as { code?: unknown }).code;
  return { error: `${error.name}: ${error.message}`, ...(typeof code === 'string' ? { code } : {}) };
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
