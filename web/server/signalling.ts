// socket.io on one side, the rooms' core on the other.
//
// Owns the socket.io server, its bounds and who may connect. Decides nothing about rooms and reads no message.

import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as SocketServer } from 'socket.io';
import type { ServerOptions, Socket } from 'socket.io';
import type { ClockPort } from '../../bindings/ports.ts';
import { LoadedRoomCore } from '../../bindings/machine.ts';
import { loadRoom } from '../../bindings/load-room.ts';
import { redactor } from '../../bindings/redact.ts';
import { Trace } from '../../bindings/trace.ts';
import { attachBeside } from './beside.ts';
import { systemClock } from './clock.ts';
import { Connection } from './connection.ts';
import type { Logger } from './log.ts';
import { Occasional } from './log.ts';
import type { AttachOptions } from './options.ts';
import { defaults } from './options.ts';
import { mayConnect } from './origin.ts';
import { frameBody, frameName, notJson } from './payload.ts';
import { RoomHost } from './room-host.ts';
import type { Figures, MakeMachine } from './room-host.ts';

export interface Stats extends Figures {
  readonly status: 'ok' | 'starting' | 'closing' | 'failed';
}

/** What only this package's own parts and tests say. */
export interface SignallingParts {
  readonly makeMachine?: MakeMachine;
  /** Of the core, of its questions to the application and of probes. */
  readonly clock?: ClockPort;
  /** The http server is all ours: an upgrade to another path is nobody's. */
  readonly alone?: boolean;
}

// A message of 64 KiB is JSON text within a JSON string, where each quote and backslash takes two bytes; beside it
// goes the framing. What is larger than this never becomes a message: engine.io answers 413, or closes the socket
// with 1009, before it has the whole. What is smaller but too large gets its typed error from the core.
const frameBytesMax = 2 * 64 * 1024 + 4 * 1024;
// From the transport's handshake to socket.io's own is one round trip.
const silentMsMax = 2_000;
// A server learns of a dead client, and a client of a dead server, within the sum of these.
const pingIntervalMs = 10_000;
const pingTimeoutMs = 15_000;
// For what was delivered at the end to go out, to clients that may have stopped reading.
const flushMsMax = 1_000;
// An http server that others share: their own upgrade handlers may take their time.
const strangeUpgradeMsMax = { alone: 1_000, beside: 10_000 };

// One core serves all rooms, so its trace has all of them. A pair that meets takes some 115 KB: this is 270 pairs.
const traceMax = { bytesMax: 32 * 1024 * 1024, entriesMax: 300_000 };

const loadMachine: MakeMachine = async (options, trace) => new LoadedRoomCore(await loadRoom()).create(options, trace);

/** Emits `error` once, if the core fails: everybody has been disconnected then, and nobody can connect any more. */
export class Signalling extends EventEmitter<{ error: [error: unknown] }> {
  /** Resolves when the core is loaded; connections made earlier wait for it. Rejects with why it is not. */
  readonly ready: Promise<void>;
  readonly #log: Logger;
  readonly #refusals: Occasional;
  readonly #origins: readonly string[] | undefined;
  readonly #host: RoomHost;
  readonly #clock: ClockPort;
  readonly #trace: Trace | undefined;
  readonly #io: SocketServer;
  readonly #detach: () => void;
  readonly #connections = new Map<string, Connection>();
  // Transports whose client has not yet said what it wants.
  readonly #greeting = new Set<Socket['conn']>();
  // Sockets that became WebSockets: the http server has forgotten those.
  readonly #upgraded = new Set<Duplex>();
  #connectionsEver = 0;
  #closing: Promise<void> | undefined;

  constructor(http: HttpServer, options: AttachOptions, log: Logger, parts: SignallingParts = {}) {
    super();
    this.#log = log;
    this.#refusals = new Occasional(log, 'connections refused');
    this.#origins = options.origins;
    this.#clock = parts.clock ?? systemClock;
    this.#host = new RoomHost(
      {
        deliver: (id, name, payload, bytes) => this.#deliver(id, name, payload, bytes),
        close: (id) => this.#close(id),
        probe: (id, deadlineMs) => void this.#connections.get(id)?.probe(deadlineMs),
        failed: (error) => this.#failed(error),
      },
      log,
      options.authorize,
      this.#clock,
    );
    const { trace: wish } = options;
    this.#trace = wish ? new Trace('room', { ...traceMax, ...(wish === true ? {} : wish) }) : undefined;
    const path = options.path ?? defaults.path;
    this.#io = new SocketServer(this.#socketOptions(path));
    this.#detach = attachBeside(http, () => {
      this.#io.attach(http);
      http.on('upgrade', (request, socket) => {
        if (request.url?.startsWith(`${path}/`) === true) this.#track(socket);
        else endUnanswered(socket as NetSocket, parts.alone ? strangeUpgradeMsMax.alone : strangeUpgradeMsMax.beside);
      });
    });
    this.#io.engine.on('connection_error', (refused: { code: number; message: string; context?: { message?: unknown } }) => {
      const reason = refused.context?.message;
      this.#refusals.happened({ reason: typeof reason === 'string' ? reason.slice(0, 200) : refused.message });
    });
    this.#io.engine.on('connection', (conn: Socket['conn']) => this.#greet(conn));
    this.#io.on('connection', (socket) => this.#open(socket));
    this.ready = this.#host.load(parts.makeMachine ?? loadMachine, {
      iceServers: JSON.stringify(options.iceServers ?? []),
      authorize: options.authorize !== undefined,
      ...(options.lobby === undefined ? {} : { lobby: options.lobby }),
      ...(options.participantsMax === undefined ? {} : { participantsMax: options.participantsMax }),
      ...(options.resumeWindowMs === undefined ? {} : { resumeWindowMs: options.resumeWindowMs }),
      ...(options.chatHistoryMax === undefined ? {} : { chatHistoryMax: options.chatHistoryMax }),
    }, this.#trace);
    // Who does not wait for it hears of a failure by the event.
    this.ready.catch(() => undefined);
  }

  stats(): Stats {
    const { state, figures } = this.#host;
    const status = state === 'failed' ? 'failed' : this.#closing ? 'closing' : state === 'loading' ? 'starting' : 'ok';
    return { status, ...figures };
  }

  trace(): string {
    return this.#trace?.text(redactor) ?? '';
  }

  /** Everybody is told, what was delivered goes out, the sockets are closed. Done within about a second. */
  close(): Promise<void> {
    // Not called right here: from its first command on this has to be known to be closing.
    this.#closing ??= Promise.resolve().then(() => this.#shutDown());
    return this.#closing;
  }

  #socketOptions(path: string): Partial<ServerOptions> {
    return {
      path,
      // The later classic edition is met by clients of socket.io 2 too.
      allowEIO3: true,
      maxHttpBufferSize: frameBytesMax,
      connectTimeout: silentMsMax,
      pingInterval: pingIntervalMs,
      pingTimeout: pingTimeoutMs,
      // Compression keeps some 300 KB a socket, and lets lengths tell of secrets beside a stranger's text.
      perMessageDeflate: false,
      httpCompression: false,
      // Done here, as its timer would keep the process alive.
      destroyUpgrade: false,
      allowRequest: (request, answer) => {
        const refusal = this.#refusalOf(request);
        answer(refusal, refusal === undefined);
      },
      // For polling across origins; socket.io 2 clients send credentials, and then insist on this.
      cors: (request: { headers: { origin?: string; host?: string } }, answer: (error: null, options: object) => void) => {
        const { origin, host } = request.headers;
        const allowed = origin !== undefined && mayConnect(origin, host, this.#origins);
        answer(null, { origin: allowed ? origin : false, credentials: true, methods: ['GET', 'POST'] });
      },
    } as Partial<ServerOptions>;
  }

  #refusalOf(request: IncomingMessage): string | undefined {
    const { status } = this.stats();
    if (status === 'closing') return 'server-closing: this server is shutting down';
    if (status === 'failed') return 'internal: this server has failed and waits to be restarted';
    const { origin, host } = request.headers;
    if (mayConnect(origin, host, this.#origins)) return undefined;
    return `origin-refused: pages of ${origin} may not connect; add it to the server's allowed origins`;
  }

  #greet(conn: Socket['conn']): void {
    this.#greeting.add(conn);
    conn.once('close', () => this.#greeting.delete(conn));
    // A polling transport that has failed would wait 30 s for a poll that cannot come, and keep the process alive.
    const { transport } = conn;
    transport.prependOnceListener('error', () => transport.discard());
  }

  #open(socket: Socket): void {
    this.#greeting.delete(socket.conn);
    const connection = new Connection(String(++this.#connectionsEver), socket, this.#clock);
    this.#connections.set(connection.id, connection);
    socket.onAny((event: unknown, argument: unknown) => {
      const name = frameName(event);
      this.#frame(connection, name, frameBody(name, argument));
    });
    socket.conn.on('data', (data: unknown) => {
      if (typeof data === 'string' || connection.closing) return;
      // An attachment. Up to ten could be kept for one event: the first ends it.
      this.#frame(connection, notJson, notJson);
      connection.hangUp();
    });
    socket.on('disconnect', (reason) => {
      this.#connections.delete(connection.id);
      const deliberate = reason === 'client namespace disconnect' || reason === 'server namespace disconnect';
      this.#host.handle({ type: 'connection_closed', connection: connection.id, deliberate });
    });
    this.#host.handle(connection.opened());
  }

  #frame(connection: Connection, name: string, body: string): void {
    if (connection.closing) return;
    this.#host.handle({ type: 'frame_arrived', connection: connection.id, name, body });
  }

  #deliver(id: string, name: string, payload: unknown, bytes: number): void {
    const connection = this.#connections.get(id);
    if (connection === undefined || connection.deliver(name, payload, bytes)) return;
    this.#log.warn({ connection: id }, 'a client does not read; dropped');
    connection.drop();
  }

  #close(id: string): void {
    const connection = this.#connections.get(id);
    if (this.#closing) connection?.hangUp();
    else connection?.dismiss();
  }

  #track(socket: Duplex): void {
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
  }

  #failed(error: unknown): void {
    for (const connection of [...this.#connections.values()]) connection.drop();
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }

  async #shutDown(): Promise<void> {
    this.#host.handle({ type: 'shutdown_requested' });
    for (const connection of [...this.#connections.values()]) connection.hangUp();
    for (const conn of [...this.#greeting]) conn.close(true);
    await this.#gone(flushMsMax);
    this.#io.engine.close();
    for (const socket of this.#upgraded) socket.destroy();
    this.#host.dispose();
    this.#refusals.close();
    this.#detach();
  }

  /** Until nobody is connected any more, or time is up. */
  #gone(msMax: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(deadline);
        clearInterval(poll);
        resolve();
      };
      const look = (): void => {
        if (this.#io.engine.clientsCount === 0 && this.#upgraded.size === 0) done();
      };
      const deadline = setTimeout(done, msMax);
      const poll = setInterval(look, 20);
      look();
    });
  }
}

// Where somebody listens for upgrades Node leaves all of them to the listeners: one that nobody answers would hang.
function endUnanswered(socket: NetSocket, msMax: number): void {
  const timer = setTimeout(() => {
    if (socket.bytesWritten === 0) socket.destroy();
  }, msMax);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}
