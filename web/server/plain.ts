// Plain clients: bare WebSockets on an http server of their own, whose path says the room.
//
// Owns the bounds of such a socket, from its handshake to its end. Knows nothing of frames and rooms: whether a handshake
// succeeds is asked for, and answered when the rooms' core has decided.

import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { ErrorCode } from '../../bindings/client-types.ts';
import type { Addresses } from './addresses.ts';
import { flushMsMax, frameBytesMax, packetCharge, pingIntervalMs, pingTimeoutMs } from './bounds.ts';
import type { Gate } from './gate.ts';
import { PlainConnection } from './plain-connection.ts';
import { placeOfPath } from './plain-path.ts';
import type { PlainPlace } from './plain-path.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { watchedWebSockets } from './websockets.ts';
import { untilOver } from './until-over.ts';

export interface PlainPorts {
  /** Somebody asks for a socket. `known` is told the id by which the answer comes, which may be before this returns. */
  asked(place: PlainPlace, address: string, known: (id: string) => void): void;
  opened(connection: PlainConnection): void;
  /** One text; empty for what is none. */
  frame(id: string, text: string): void;
  /** Whoever has asked is gone, before or after the socket was open. */
  gone(id: string, deliberate: boolean): void;
}

type Verify = (verified: boolean, status?: number, words?: string) => void;

// What cannot be said in frames is said by the handshake.
const statusOf: Partial<Record<ErrorCode | 'server-full', number>> = {
  // As the servers of this kind do it.
  'room-full': 502,
  'invalid-room': 400,
  'rate-limited': 429,
  'server-closing': 503,
  'server-full': 503,
  'server-timeout': 504,
};

export class PlainServer {
  readonly #http: HttpServer;
  readonly #sockets: WebSocketServer;
  readonly #gate: Gate;
  readonly #addresses: Addresses;
  readonly #ports: PlainPorts;
  readonly #ids = new WeakMap<IncomingMessage, string>();
  readonly #asking = new Map<string, Verify>();
  readonly #open = new Map<string, PlainConnection>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => this.#judge(request, socket, head);

  constructor(http: HttpServer, gate: Gate, addresses: Addresses, ports: PlainPorts) {
    this.#http = http;
    this.#gate = gate;
    this.#addresses = addresses;
    this.#ports = ports;
    const Sockets = watchedWebSockets({
      came: (address, bytes) => addresses.came(address, bytes + packetCharge),
      ended: (address, reason) => gate.ended(address, reason),
      addressOf: (request) => addresses.of(request),
    });
    this.#sockets = new Sockets({
      noServer: true,
      clientTracking: false,
      maxPayload: frameBytesMax,
      perMessageDeflate: false,
      // Two parameters: the handshake then waits for the word.
      verifyClient: (info: { req: IncomingMessage }, decide: Verify) => this.#ask(info.req, decide),
    });
    http.on('upgrade', this.#onUpgrade);
    this.#heartbeat = setInterval(() => this.#beat(), pingIntervalMs);
    this.#heartbeat.unref();
  }

  /** The word on a handshake; of one that has gone meanwhile: nothing. */
  answer(id: string, refusal?: { code: ErrorCode; message: string }): void {
    const decide = this.#asking.get(id);
    if (decide === undefined) return;
    this.#asking.delete(id);
    if (refusal === undefined) return decide(true);
    decide(false, statusOf[refusal.code] ?? 403, `${refusal.code}: ${refusal.message}\n`);
  }

  /** What was delivered goes out for a while; then all is closed. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    for (const id of [...this.#asking.keys()]) this.answer(id, { code: 'server-closing', message: 'This server is shutting down.' });
    for (const connection of this.#open.values()) connection.hangUp();
    await untilOver(() => this.#open.size === 0, flushMsMax);
    for (const connection of [...this.#open.values()]) connection.drop();
  }

  /** The http server is as it was. */
  detach(): void {
    this.#http.removeListener('upgrade', this.#onUpgrade);
  }

  // Before anything is asked of the core.
  #judge(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    const refusal = this.#gate.refusalOf(request);
    if (refusal !== undefined) {
      this.#gate.refused(request, refusal, refusal);
      const [code] = refusal.split(':', 1) as [ErrorCode];
      return refuseUpgrade(socket, statusOf[code] ?? 403, refusal);
    }
    this.#gate.inTurn(request, () => {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#upgraded(request, webSocket));
    });
  }

  #ask(request: IncomingMessage, decide: Verify): void {
    const place = placeOfPath(request.url ?? '/');
    if (place === undefined) return decide(false, 400, 'invalid-argument: the address has to end in ?pc for a page or ?app for a device\n');
    const { socket } = request;
    const address = this.#addresses.of(request);
    const counted = this.#addresses.opened(address);
    let known: string | undefined;
    socket.once('close', () => {
      counted.closed();
      if (known === undefined || this.#open.has(known)) return;
      this.#asking.delete(known);
      this.#ports.gone(known, false);
    });
    this.#ports.asked(place, address, (id) => {
      known = id;
      this.#ids.set(request, id);
      this.#asking.set(id, (...word) => {
        counted.greeted();
        decide(...word);
      });
    });
  }

  #upgraded(request: IncomingMessage, socket: WebSocket): void {
    const id = this.#ids.get(request)!;
    const address = this.#addresses.of(request);
    const connection = new PlainConnection(id, { address }, socket, (reason) => this.#gate.ended(address, reason));
    this.#open.set(id, connection);
    socket.on('message', (data, isBinary) => {
      if (!connection.closing) this.#ports.frame(id, isBinary ? '' : String(data));
    });
    socket.on('error', () => {});
    socket.once('close', (code) => {
      this.#open.delete(id);
      this.#ports.gone(id, code === 1000 || code === 1001 || code === 1005);
    });
    this.#ports.opened(connection);
  }

  // Browsers answer pings by themselves; who is gone without a word holds a place that another cannot have.
  #beat(): void {
    for (const connection of this.#open.values()) connection.beat(pingIntervalMs + pingTimeoutMs);
  }
}
