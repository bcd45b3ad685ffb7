// The socket.io server with its transports, beside whatever else the http server does.
//
// Owns the bounds of a transport, from the first request to its end. Knows nothing of frames and rooms: an open socket
// is handed on.

import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as SocketServer } from 'socket.io';
import type { ServerOptions, Socket } from 'socket.io';
import { attachBeside } from './beside.ts';
import type { Gate } from './gate.ts';

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

export interface TransportsParts {
  readonly path: string;
  /** The http server is all ours: an upgrade to another path is nobody's. */
  readonly alone: boolean;
  readonly gate: Gate;
  readonly opened: (socket: Socket) => void;
}

export class Transports {
  readonly #io: SocketServer;
  readonly #detach: () => void;
  // Transports whose client has not yet said what it wants.
  readonly #greeting = new Set<Socket['conn']>();
  // Sockets that became WebSockets: the http server has forgotten those.
  readonly #upgraded = new Set<Duplex>();

  constructor(http: HttpServer, { path, alone, gate, opened }: TransportsParts) {
    this.#io = new SocketServer(socketOptions(path, gate));
    this.#detach = attachBeside(http, () => {
      this.#io.attach(http);
      http.on('upgrade', (request, socket) => {
        if (request.url?.startsWith(`${path}/`) === true) this.#track(socket);
        else endUnanswered(socket as NetSocket, alone ? strangeUpgradeMsMax.alone : strangeUpgradeMsMax.beside);
      });
    });
    this.#io.engine.on('connection_error', (refused: { message: string; context?: { message?: unknown } }) => {
      gate.refused(refused.message, refused.context?.message);
    });
    this.#io.engine.on('connection', (conn: Socket['conn']) => this.#greet(conn));
    this.#io.on('connection', (socket) => {
      this.#greeting.delete(socket.conn);
      opened(socket);
    });
  }

  /** What was delivered goes out for a while; then all is closed. */
  async close(): Promise<void> {
    for (const conn of [...this.#greeting]) conn.close(true);
    await this.#gone(flushMsMax);
    this.#io.engine.close();
    for (const socket of this.#upgraded) socket.destroy();
  }

  /** The http server is as it was. */
  detach(): void {
    this.#detach();
  }

  #greet(conn: Socket['conn']): void {
    this.#greeting.add(conn);
    conn.once('close', () => this.#greeting.delete(conn));
    // A polling transport that has failed would wait 30 s for a poll that cannot come, and keep the process alive.
    const { transport } = conn;
    transport.prependOnceListener('error', () => transport.discard());
  }

  #track(socket: Duplex): void {
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
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

function socketOptions(path: string, gate: Gate): Partial<ServerOptions> {
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
      const refusal = gate.refusalOf(request);
      answer(refusal, refusal === undefined);
    },
    // For polling across origins; socket.io 2 clients send credentials, and then insist on this.
    cors: (request: IncomingMessage, answer: (error: null, options: object) => void) => {
      answer(null, { origin: gate.corsOrigin(request), credentials: true, methods: ['GET', 'POST'] });
    },
  } as Partial<ServerOptions>;
}

// Where somebody listens for upgrades Node leaves all of them to the listeners: one that nobody answers would hang.
function endUnanswered(socket: NetSocket, msMax: number): void {
  const timer = setTimeout(() => {
    if (socket.bytesWritten === 0) socket.destroy();
  }, msMax);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}
