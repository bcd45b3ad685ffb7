// What `attach` and `serve` can be told: the types, with what each option means. options.ts has the checks.

import type { Server as HttpServer } from 'node:http';
import type { TraceOptions } from '../../bindings/trace.ts';
import type { Logger, LogLevel } from './logger.ts';

export const roles = ['host', 'guest', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** Asks the application about a newcomer. The token is what the client was given; empty when it has none. */
export interface AdmissionRequest {
  readonly room: string;
  readonly user: string;
  readonly token: string;
  /** Of somebody who is in, or waits in the lobby, before what let him in expires. Absent: a newcomer, or one who comes back. */
  readonly renewal?: true;
  /** What the token says, which was found good; only with the options `secret` or `publicKey`. */
  readonly claims?: { readonly role: Role; readonly name?: string };
}

/**
 * `true` and `{ role }` admit. `false` and an exception are told to the client as `token-refused`, no answer within 5 s
 * as `server-timeout`. A `name` goes in place of the client's own. `lifetimeMs`, at least 1,000: for how long this
 * holds; the client renews before, which asks again, or is out then. What is absent is as the token says, if there is one.
 */
export type Admission = boolean | { readonly role?: Role; readonly name?: string; readonly lifetimeMs?: number };
export type Authorize = (request: AdmissionRequest) => Admission | Promise<Admission>;

/** RTCIceServer, as it is handed to the members. */
export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** Whom a function for ICE servers is asked about. */
export interface IceMember {
  readonly room: string;
  readonly user: string;
  readonly role: Role;
}
/** `lifetimeMs`: how long the credentials hold, at least 1,000; default 600,000. They are renewed before. */
export type IceAnswer = readonly IceServer[] | { readonly iceServers: readonly IceServer[]; readonly lifetimeMs?: number };
export type IceServers = readonly IceServer[] | ((member: IceMember) => IceAnswer | Promise<IceAnswer>);

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
  /**
   * Handed to every member with the welcome. A function is asked about each newcomer, and again before what it gave expires.
   * If it fails nobody is refused: newcomers get none, the others keep theirs, and it is asked again soon. Default: none.
   */
  readonly iceServers?: IceServers;
  /**
   * TURN servers for which each member gets credentials of its own, which hold for ten minutes and are renewed in the meeting:
   * `turn:turn.example.org:3478`, `turns:turn.example.org:5349?transport=tcp`. Added to `iceServers`. Default: none.
   */
  readonly turn?: string | readonly string[];
  /** What those are made with: coturn's `static-auth-secret`, with `use-auth-secret`. */
  readonly turnSecret?: string;
  /**
   * Nobody enters without a token that this has signed (HS256), for that room and user: see `issueToken`. 32 bytes or more.
   * Several: while one replaces another. Default: none.
   */
  readonly secret?: string | readonly string[];
  /** Likewise, Ed25519 public keys as PEM: whoever issues tokens keeps the private one, and this server cannot make any. */
  readonly publicKey?: string | readonly string[];
  /** Who may enter which room; where there are `secret` or `publicKey`, asked about those with a good token. Default: everybody. */
  readonly authorize?: Authorize;
  /**
   * Newcomers wait until a host admits them. Whom `authorize` makes a host does not wait; without `authorize`, nor does the
   * first one. A host may switch it. Default: false.
   */
  readonly lobby?: boolean;
  /**
   * Connections at the same time in all, 1 to 100,000; whoever comes beyond that is refused (HTTP 503, `server-full`) and may try
   * again. Default 10,000.
   */
  readonly connectionsTotal?: number;
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
  /**
   * Rooms outlive the process: what happens in them is kept in this folder, which is made where it is missing and belongs to one
   * process at a time. Whoever is back within `resumeWindowMs` after the next start finds roster, roles, chat, calls, lock and
   * lobby as they were. Default: rooms end with the process.
   */
  readonly data?: string;
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
  /** Figures for Prometheus at `/metrics` of the same port, for whoever can reach it. Default: false. */
  readonly metrics?: boolean;
  /** Or on a port of their own, with `/healthz` and `/readyz`; 0 takes a free one. Default: none. */
  readonly metricsPort?: number;
  /** The address of that port. Default 127.0.0.1. */
  readonly metricsHost?: string;
  /**
   * How long `close` waits, in milliseconds, for meetings to end by themselves: newcomers are refused meanwhile (`server-closing`, which may be
   * tried again), `/readyz` fails, and whoever has a place stays. 0 to 86,400,000; default 0.
   */
  readonly drainMs?: number;
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

