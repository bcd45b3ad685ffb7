// The socket.io server with its transports, beside whatever else the http server does.
//
// Owns the bounds of a transport, from the first request to its end. Knows nothing of frames and rooms: an open socket
// is handed on.

import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as SocketServer } from 'socket.io';
import type { ServerOptions, Socket } from 'socket.io';
import type { Addresses } from './addresses.ts';
import { attachBeside } from './beside.ts';
import { flushMsMax, frameBytesMax, packetCharge, pingIntervalMs, pingTimeoutMs, silentMsMax, strangeUpgradeMsMax } from './bounds.ts';
import { Conversation } from './conversation.ts';
import { correlationOf } from './correlation.ts';
import type { EngineSocket } from './conversation.ts';
import type { Gate } from './gate.ts';
import { keepPath } from './neighbours.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import type { Origin } from './room-host.ts';
import { silentBody } from './silence.ts';
import { watchedWebSockets } from './websockets.ts';
import { untilOver } from './until-over.ts';

export interface TransportsParts {
  readonly path: string;
  /** The http server is all ours: an upgrade to another path is nobody's. */
  readonly alone: boolean;
  readonly gate: Gate;
  readonly addresses: Addresses;
  readonly opened: (socket: Socket, origin: Origin) => void;
}

type Next = (error?: unknown) => void;

interface Known {
  readonly address: string;
  readonly conversation: Conversation;
  readonly counted: { greeted(): void; closed(): void };
}

export class Transports {
  readonly #io: SocketServer;
  readonly #gate: Gate;
  readonly #addresses: Addresses;
  readonly #detach: () => void;
  readonly #known = new WeakMap<EngineSocket, Known>();
  // Transports whose client has not yet said what it wants.
  readonly #greeting = new Set<EngineSocket>();
  // Sockets that became WebSockets: the http server has forgotten those.
  readonly #upgraded = new Set<Duplex>();
  // The answer to the latest poll of each transport.
  readonly #answers = new WeakMap<EngineSocket, ServerResponse>();

  constructor(http: HttpServer, { path, alone, gate, addresses, opened }: TransportsParts) {
    this.#gate = gate;
    this.#addresses = addresses;
    const kept = keepPath(http, path);
    this.#io = new SocketServer(this.#options(path));
    const detach = attachBeside(http, () => {
      this.#io.attach(http);
      http.on('upgrade', (request, socket) => {
        if (request.url?.startsWith(`${path}/`) === true) this.#track(socket);
        else endUnanswered(socket as NetSocket, alone ? strangeUpgradeMsMax.alone : strangeUpgradeMsMax.beside);
      });
    });
    kept.watch();
    this.#detach = () => {
      kept.undo();
      detach();
    };
    this.#io.engine.use((request: IncomingMessage, response: ServerResponse, next: Next) => this.#judge(request, response, next));
    // A poll's answer is text that others have written.
    this.#io.engine.on('headers', (headers: Record<string, string>) => (headers['X-Content-Type-Options'] = 'nosniff'));
    this.#io.engine.on('connection_error', (refused: { req: IncomingMessage; message: string; context?: { message?: unknown } }) => {
      gate.refused(refused.req, refused.message, refused.context?.message);
    });
    this.#io.engine.on('connection', (conn: EngineSocket) => this.#greet(conn));
    this.#io.on('connection', (socket) => {
      this.#greeting.delete(socket.conn);
      const known = this.#known.get(socket.conn);
      known?.counted.greeted();
      known?.conversation.opened(socket);
      const { request } = socket.conn;
      opened(socket, { address: known?.address ?? '', correlation: correlationOf(request, addresses.trusted(request)) });
    });
  }

  /** What was delivered goes out for a while; then all is closed. */
  async close(): Promise<void> {
    for (const conn of [...this.#greeting]) conn.close(true);
    await untilOver(() => this.#io.engine.clientsCount === 0 && this.#upgraded.size === 0, flushMsMax);
    this.#io.engine.close();
    for (const socket of this.#upgraded) socket.destroy();
  }

  /** The http server is as it was. */
  detach(): void {
    this.#detach();
  }

  // Before engine.io, and for every request. What opens a transport is judged once more, by `allowRequest`, where the
  // reason can be told.
  #judge(request: IncomingMessage, response: ServerResponse, next: Next): void {
    const query = new URL(request.url ?? '/', 'http://path').searchParams;
    const sid = query.get('sid');
    const upgrade = request.headers.upgrade !== undefined;
    const stranger = this.#gate.strangerOf(request);
    if (stranger !== undefined) this.#gate.taken(request, this.#connOf(sid) !== undefined);
    // By a status of its own, so that a proxy or a load balancer knows it from a stranger's.
    const full = stranger === undefined && sid === null ? this.#gate.full : undefined;
    const refusal = stranger ?? full ?? (upgrade ? undefined : this.#oddPoll(query.get('transport'), request, response, sid));
    if (refusal !== undefined && (sid !== null || !upgrade || full !== undefined)) {
      this.#gate.refused(request, refusal, refusal);
      if (full !== undefined && upgrade) return refuseUpgrade(request.socket, 503, refusal);
      return refuse(response, refusal, full === undefined ? 403 : 503);
    }
    if (!upgrade) silentBody(request);
    this.#gate.inTurn(request, next);
  }

  // What engine.io would never answer, and who polls without reading what the last poll brought.
  #oddPoll(transport: string | null, request: IncomingMessage, response: ServerResponse, sid: string | null): string | undefined {
    if (transport === 'websocket') return 'transport-refused: a WebSocket has to ask for an upgrade';
    const conn = this.#connOf(sid);
    if (conn === undefined || request.method !== 'GET') return undefined;
    const last = this.#answers.get(conn);
    if (last !== undefined && last.writableEnded && !last.writableFinished) this.#known.get(conn)?.conversation.end('does not read');
    this.#answers.set(conn, response);
    return undefined;
  }

  #connOf(sid: string | null): EngineSocket | undefined {
    const { clients } = this.#io.engine as unknown as { clients: Record<string, EngineSocket> };
    return sid !== null && Object.hasOwn(clients, sid) ? clients[sid] : undefined;
  }

  #greet(conn: EngineSocket): void {
    const address = this.#addresses.of(conn.request);
    const conversation = new Conversation(conn, {
      came: (bytes) => void this.#addresses.came(address, bytes + packetCharge),
      ended: (reason) => this.#gate.ended(address, reason),
    });
    const counted = this.#addresses.opened(address);
    this.#known.set(conn, { address, conversation, counted });
    this.#greeting.add(conn);
    conn.once('close', () => {
      this.#greeting.delete(conn);
      counted.closed();
    });
    // A polling transport that has failed would wait 30 s for a poll that cannot come, and keep the process alive.
    const { transport } = conn;
    transport.prependOnceListener('error', () => transport.discard());
  }

  #options(path: string): Partial<ServerOptions> {
    return {
      path,
      // The later classic edition is met by clients of socket.io 2 too.
      allowEIO3: true,
      maxHttpBufferSize: frameBytesMax,
      connectTimeout: silentMsMax,
      // Two round trips: the probe and its answer, then the word to change over.
      upgradeTimeout: 2 * silentMsMax,
      pingInterval: pingIntervalMs,
      pingTimeout: pingTimeoutMs,
      wsEngine: watchedWebSockets({
        came: (address, bytes) => this.#addresses.came(address, bytes + packetCharge),
        ended: (address, reason) => this.#gate.ended(address, reason),
        addressOf: (request) => this.#addresses.of(request),
      }),
      // Compression keeps some 300 KB a socket, and lets lengths tell of secrets beside a stranger's text.
      perMessageDeflate: false,
      httpCompression: false,
      // Done here, as its timer would keep the process alive.
      destroyUpgrade: false,
      allowRequest: (request, answer) => {
        const refusal = this.#gate.refusalOf(request);
        answer(refusal, refusal === undefined);
      },
      // For polling across origins; socket.io 2 clients send credentials, and then insist on this.
      cors: (request: IncomingMessage, answer: (error: null, options: object) => void) => {
        answer(null, { origin: this.#gate.corsOrigin(request), credentials: true, methods: ['GET', 'POST'] });
      },
    } as Partial<ServerOptions>;
  }

  #track(socket: Duplex): void {
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
  }
}

// In engine.io's own form.
function refuse(response: ServerResponse, message: string, status: 403 | 503): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  response.end(JSON.stringify({ code: 4, message }));
}

// Where somebody listens for upgrades Node leaves all of them to the listeners: one that nobody answers would hang.
function endUnanswered(socket: NetSocket, msMax: number): void {
  const timer = setTimeout(() => {
    if (socket.bytesWritten === 0) socket.destroy();
  }, msMax);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}
