// `meetwire/server`: the signalling server, on an http server of the application's or on one of its own.

import type { Server as HttpServer } from 'node:http';
import { openLog } from './log.ts';
import type { Metrics } from './metrics.ts';
import { findPackage } from './package-files.ts';
import type { AttachOptions } from './options.ts';
import { OptionError, checkOptions } from './options.ts';
import { Signalling } from './signalling.ts';
import type { Stats } from './stats.ts';

export { OptionError } from './options.ts';
export type {
  Admission, AdmissionRequest, AttachOptions, Authorize, IceAnswer, IceMember, IceServer, IceServers, Role, ServeOptions,
} from './options.ts';
export { issueToken } from './tokens.ts';
export type { TokenRequest } from './tokens.ts';
export type { Logger, LogLevel } from './log.ts';
export type { TraceOptions } from '../../bindings/trace.ts';
export type { Stats } from './stats.ts';
export { StartError, serve } from './serve.ts';
export type { MeetwireServer } from './serve.ts';

export interface Attachment {
  /**
   * Resolves when clients are served; those that come earlier wait. Rejects if the core cannot be loaded, of which
   * `onFailure` tells too.
   */
  readonly ready: Promise<void>;
  stats(): Stats;
  /** Figures for Prometheus in its text format, to be answered where you like: as `text/plain; version=0.0.4`. */
  metrics(): Promise<string>;
  /** What went into the rooms' core and what came out, for `meetwire replay`; empty without the option `trace`. Also after the end. */
  trace(): string;
  /**
   * Before `close`: newcomers are refused (`server-closing`, which may be tried again), whoever has a place stays. Resolves when
   * nobody is in a room any more, or after so many milliseconds.
   */
  drain(msMax: number): Promise<void>;
  /** Tells everybody, closes the signalling sockets and leaves the http server as it was. Resolves in about a second. */
  close(): Promise<void>;
  /**
   * The core has failed: everybody has been disconnected and nobody can connect. Nothing else in the process is
   * touched. What to do is the application's choice; `serve` ends its process.
   */
  onFailure(listener: (error: unknown) => void): void;
}

/**
 * Serves meetings on an existing http or https server, under its own path (`/socket.io/`); all other requests and
 * upgrades go where they went before. Throws OptionError.
 */
export function attach(httpServer: HttpServer, options: AttachOptions = {}): Attachment {
  checkOptions(options);
  if (options.plainServer === httpServer) throw new OptionError('plainServer', 'must be another server than the one that is attached to');
  const log = options.logger ?? openLog(options.logLevel ?? 'warn');
  const signalling = new Signalling(httpServer, options, log);
  return {
    ready: signalling.ready,
    stats: () => signalling.stats(),
    metrics: async () => (await metricsOf(signalling)).text(),
    trace: () => signalling.trace(),
    drain: (msMax) => signalling.drain(msMax),
    close: () => signalling.close(),
    onFailure: (listener) => void signalling.on('error', listener),
  };
}

const kept = new WeakMap<Signalling, Promise<Metrics>>();

// Made when first asked for: what it counts is counted anyway.
function metricsOf(signalling: Signalling): Promise<Metrics> {
  let metrics = kept.get(signalling);
  if (metrics === undefined) {
    const parts = { stats: () => signalling.stats(), counts: signalling.counts, version: findPackage().version };
    kept.set(signalling, (metrics = import('./metrics.ts').then((module) => new module.Metrics(parts))));
  }
  return metrics;
}
