// `meetwire/server`: the signalling server, on an http server of the application's or on one of its own.

import type { Server as HttpServer } from 'node:http';
import { openLog } from './log.ts';
import type { AttachOptions } from './options.ts';
import { OptionError, checkOptions } from './options.ts';
import { Signalling } from './signalling.ts';
import type { Stats } from './signalling.ts';

export { OptionError } from './options.ts';
export type { Admission, AdmissionRequest, AttachOptions, Authorize, IceServer, Role, ServeOptions } from './options.ts';
export type { Logger, LogLevel } from './log.ts';
export type { TraceOptions } from '../../bindings/trace.ts';
export type { Stats } from './signalling.ts';
export { StartError, serve } from './serve.ts';
export type { MeetwireServer } from './serve.ts';

export interface Attachment {
  /**
   * Resolves when clients are served; those that come earlier wait. Rejects if the core cannot be loaded, of which
   * `onFailure` tells too.
   */
  readonly ready: Promise<void>;
  stats(): Stats;
  /** What went into the rooms' core and what came out, for `meetwire replay`; empty without the option `trace`. Also after the end. */
  trace(): string;
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
    trace: () => signalling.trace(),
    close: () => signalling.close(),
    onFailure: (listener) => void signalling.on('error', listener),
  };
}
