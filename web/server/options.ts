// What `attach` and `serve` can be told, and the words for what they cannot.
//
// Owns the defaults and the checks. Knows nothing of sockets: a wrong option is found before anything is opened.

import type { Server as HttpServer } from 'node:http';
import type { TraceOptions } from '../../bindings/trace.ts';
import { proxyList } from './addresses.ts';
import type { Logger, LogLevel } from './logger.ts';
import { logLevels } from './logger.ts';
import { faultOfOrigin } from './origin.ts';

export type Role = 'host' | 'guest' | 'viewer';

/** Asks the application about a newcomer. The token is what the client was given; empty when it has none. */
export interface AdmissionRequest {
  readonly room: string;
  readonly user: string;
  readonly token: string;
}

/**
 * `true` and `{ role }` admit. `false` and an exception are told to the client as `token-refused`, no answer within 5 s
 * as `server-timeout`.
 */
export type Admission = boolean | { readonly role?: Role };
export type Authorize = (request: AdmissionRequest) => Admission | Promise<Admission>;

/** RTCIceServer, as it is handed to the members. */
export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface AttachOptions {
  /**
   * Pages that may connect, as origins (`https://meet.example.org`), or `*` for all. Pages inside applications have
   * origins too: `capacitor://localhost`, `tauri://localhost`, `chrome-extension://…`; a page without one, such as a file,
   * is `null`. A page of the server's own origin may, by an address, a name of the local network or a listed one;
   * without this list, by any name through a proxy or over the internet too, and so may pages on localhost. Clients that are
   * not pages send no Origin: `authorize` is for those.
   */
  readonly origins?: readonly string[];
  /** Members a room, 1 to 1000. Default: the core's limits table, 12. A room with a codelab page in it holds two at most. */
  readonly participantsMax?: number;
  /**
   * Serves plain clients too, on this http or https server: bare WebSockets to `/<namespace>/<room>?pc` (a page) or `?app` (a
   * device), in the room `<namespace>/<room>`, or `<namespace>` where there is no second part. All upgrades of this server are
   * theirs, so it cannot be the one that is attached to. `serve` makes one by itself with `plainPort`.
   */
  readonly plainServer?: HttpServer;
  /** Members of a room with a plain client in it, 1 to 1000. Default 2: such a client has one connection. */
  readonly plainParticipantsMax?: number;
  /** How long a member whose socket was lost keeps its place, in milliseconds. Default 30,000. */
  readonly resumeWindowMs?: number;
  /**
   * Messages to all that a room keeps for those who come later, as long as somebody is in it: 0 (none) to 100. Never more
   * than 24 KB of text; never messages to one alone. Default 100.
   */
  readonly chatHistoryMax?: number;
  /** Handed to every member with the welcome. Default: none. */
  readonly iceServers?: readonly IceServer[];
  /** Who may enter which room. Default: everybody. */
  readonly authorize?: Authorize;
  /**
   * Newcomers wait until a host admits them. Whom `authorize` makes a host does not wait; without `authorize`, nor does the
   * first one. A host may switch it. Default: false.
   */
  readonly lobby?: boolean;
  /** Connections at the same time from one network address, 1 to 100,000. Default 2,000: an office behind one of them. */
  readonly connectionsPerAddress?: number;
  /** New connections a second from one address, 1 to 100,000; for a start, 20 seconds' worth. Default 50. */
  readonly joinsPerAddress?: number;
  /** Bytes a second from one address, 65,536 to 1,000,000,000; more than that waits. Default 8,388,608. */
  readonly bytesPerAddress?: number;
  /**
   * Addresses (`127.0.0.1`) and networks (`10.0.0.0/8`) of proxies whose X-Forwarded-For says from which address a client
   * comes. Default: none, and then that header has no effect.
   */
  readonly trustedProxies?: readonly string[];
  /** The path of the signalling socket. Default `/socket.io`, which classic clients and codelab pages expect. */
  readonly path?: string;
  /** A pino logger, or anything with its methods. Default: one that writes JSON lines to standard output. */
  readonly logger?: Logger;
  /**
   * Keep what went into the rooms' core and what came out, for `trace()`: without tokens, secrets, addresses and messages
   * unless `redact` is false. Default: false. `true`: about 32 MB of it.
   */
  readonly trace?: boolean | TraceOptions;
  /** Of the default logger. `attach` says only warnings, `serve` also the comings and goings. */
  readonly logLevel?: LogLevel;
}

export interface ServeOptions extends AttachOptions {
  /** 0 takes a free one. Default 18080. */
  readonly port?: number;
  /** Serves plain clients on this port, see `plainServer`; 0 takes a free one. Default: none is served. */
  readonly plainPort?: number;
  /** The address to listen on. Default 127.0.0.1: `0.0.0.0` or `::` to be reached from elsewhere. */
  readonly host?: string;
  /** The meeting page at `/`: `false` for none, or a folder of static files. Default: the package's own. */
  readonly page?: boolean | string;
}

/** An option that cannot be what was asked. Thrown by `attach`, a rejection of `serve`. */
export class OptionError extends TypeError {
  readonly code = 'invalid-argument';
  readonly blame = 'local';
  readonly retryable = false;
  /** The option's name. */
  readonly option: string;

  constructor(option: string, sentence: string) {
    super(`${option}: ${sentence}`);
    this.name = 'OptionError';
    this.option = option;
  }
}

export const defaults = {
  port: 18_080,
  host: '127.0.0.1',
  path: '/socket.io',
  connectionsPerAddress: 2_000,
  joinsPerAddress: 50,
  bytesPerAddress: 8 * 1024 * 1024,
} as const;

const participantsMost = 1_000;
const resumeWindowMsMost = 3_600_000;
const chatHistoryMost = 100;
// Half of the longest string that V8 has: as one string a trace is handed out.
const traceBytesMost = 256 * 1024 * 1024;

/** Throws OptionError for the first option that is wrong. */
export function checkOptions(options: ServeOptions): void {
  if (options === null || typeof options !== 'object') throw new OptionError('options', 'must be an object');
  if (options.port !== undefined) checkWhole('port', options.port, 0, 65_535);
  if (options.plainPort !== undefined) checkWhole('plainPort', options.plainPort, 0, 65_535);
  if (options.plainPort !== undefined && options.plainPort !== 0 && options.plainPort === (options.port ?? defaults.port)) {
    throw new OptionError('plainPort', 'must be another port than the one of the other clients');
  }
  if (options.plainServer !== undefined && typeof options.plainServer?.on !== 'function') throw new OptionError('plainServer', 'must be an http or https server');
  if (options.plainPort !== undefined && options.plainServer !== undefined) throw new OptionError('plainPort', 'is for where no plainServer is given');
  if (options.plainParticipantsMax !== undefined) checkWhole('plainParticipantsMax', options.plainParticipantsMax, 1, participantsMost);
  if (options.participantsMax !== undefined) checkWhole('participantsMax', options.participantsMax, 1, participantsMost);
  if (options.resumeWindowMs !== undefined) checkWhole('resumeWindowMs', options.resumeWindowMs, 0, resumeWindowMsMost);
  if (options.chatHistoryMax !== undefined) checkWhole('chatHistoryMax', options.chatHistoryMax, 0, chatHistoryMost);
  if (options.connectionsPerAddress !== undefined) checkWhole('connectionsPerAddress', options.connectionsPerAddress, 1, 100_000);
  if (options.joinsPerAddress !== undefined) checkWhole('joinsPerAddress', options.joinsPerAddress, 1, 100_000);
  if (options.bytesPerAddress !== undefined) checkWhole('bytesPerAddress', options.bytesPerAddress, 65_536, 1_000_000_000);
  if (options.host !== undefined && (typeof options.host !== 'string' || options.host.trim() === '')) {
    throw new OptionError('host', 'must be an address or a host name');
  }
  if (options.authorize !== undefined && typeof options.authorize !== 'function') {
    throw new OptionError('authorize', 'must be a function');
  }
  if (options.lobby !== undefined && typeof options.lobby !== 'boolean') throw new OptionError('lobby', 'must be true or false');
  if (options.logLevel !== undefined && !logLevels.includes(options.logLevel)) {
    throw new OptionError('logLevel', `must be one of ${logLevels.join(', ')}`);
  }
  if (options.page !== undefined && typeof options.page !== 'boolean' && typeof options.page !== 'string') {
    throw new OptionError('page', 'must be true, false or a folder');
  }
  if (options.path !== undefined && (typeof options.path !== 'string' || !/^\/[^?#\s]+$/.test(options.path))) {
    throw new OptionError('path', 'must start with a slash and name something');
  }
  checkOrigins(options.origins);
  checkProxies(options.trustedProxies);
  checkIceServers(options.iceServers);
  checkTrace(options.trace);
}

function checkProxies(proxies: unknown): void {
  if (proxies === undefined) return;
  const wrong = new OptionError('trustedProxies', 'must be a list of addresses such as 127.0.0.1 and networks such as 10.0.0.0/8');
  if (!Array.isArray(proxies) || !proxies.every((proxy) => typeof proxy === 'string')) throw wrong;
  try {
    proxyList(proxies);
  } catch {
    throw wrong;
  }
}

function checkTrace(trace: unknown): void {
  if (trace === undefined || typeof trace === 'boolean') return;
  if (trace === null || typeof trace !== 'object') throw new OptionError('trace', 'must be true, false or { bytesMax, entriesMax, redact }');
  const { bytesMax = 1, entriesMax = 1, redact = true } = trace as Record<string, unknown>;
  checkWhole('trace.bytesMax', bytesMax, 1, traceBytesMost);
  checkWhole('trace.entriesMax', entriesMax, 1, traceBytesMost);
  if (typeof redact !== 'boolean') throw new OptionError('trace', 'redact must be true or false');
}

function checkWhole(option: string, value: unknown, least: number, most: number): void {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw new OptionError(option, `must be a whole number from ${least} to ${most}`);
  }
}

function checkOrigins(origins: unknown): void {
  if (origins === undefined) return;
  if (!Array.isArray(origins)) throw new OptionError('origins', 'must be a list of origins');
  for (const origin of origins as unknown[]) {
    const fault = faultOfOrigin(origin);
    if (fault !== undefined) throw new OptionError('origins', `${JSON.stringify(origin)} ${fault}`);
  }
}

function checkIceServers(servers: unknown): void {
  if (servers === undefined) return;
  if (!Array.isArray(servers)) throw new OptionError('iceServers', 'must be a list of RTCIceServer');
  for (const server of servers as unknown[]) {
    const { urls, username, credential } = (server ?? {}) as { urls?: unknown; username?: unknown; credential?: unknown };
    const list: unknown[] = Array.isArray(urls) ? urls : [urls];
    if (list.length === 0 || !list.every((url) => typeof url === 'string' && /^(stun|turn)s?:\S+$/.test(url))) {
      throw new OptionError('iceServers', 'every server needs urls that start with stun:, stuns:, turn: or turns:');
    }
    // Browsers throw InvalidAccessError for such a server, and the whole connection fails: better here than there.
    const relays = list.some((url) => (url as string).startsWith('turn'));
    if (relays && (typeof username !== 'string' || typeof credential !== 'string')) {
      throw new OptionError('iceServers', 'a turn server needs username and credential');
    }
  }
}
