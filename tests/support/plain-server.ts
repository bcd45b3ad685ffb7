// A double of the published plain server, written from its behaviour: what our client has to live with, defects included.
// Sockets are real.
//
// - `/<namespace>/<room>?pc` or `?app`; one part is a namespace with its default room, none is both defaults, later ones are
//   ignored, nothing is decoded.
// - The limit is checked in the handshake (HTTP 502), but one is a member only from the WebSocket pong on: two who come at
//   once both get in.
// - A device empties the room's list as it becomes a member. Without `pc` or `app` its code throws, and nobody becomes one.
// - What a member sends goes to every other member as it is, if it is a JSON object with a string `type`.
// - A member that has sent a keepAlive and then none for 20 s is out, though its socket stays open and it is told nothing.
//
// Must not know anything of Meetwire: it is the other side.

import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

export interface PlainServerOptions {
  /** To come back where the one before was. */
  port?: number;
  /** Members a room. */
  limit?: number;
  /** For how long a member that has sent a keepAlive may send none. */
  silenceMs?: number;
}

interface Member {
  readonly socket: WebSocket;
  timer?: NodeJS.Timeout;
}

const defaultName = 'default';

export class PlainServer {
  readonly port: number;
  /** Every text that came, from whomever, in order. */
  readonly texts: string[] = [];
  /** Connections whose code threw. */
  thrown = 0;
  refused = 0;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #rooms = new Map<string, Set<Member>>();
  readonly #limit: number;
  readonly #silenceMs: number;

  private constructor(http: Server, { limit = 2, silenceMs = 20_000 }: PlainServerOptions) {
    this.#http = http;
    this.port = (http.address() as AddressInfo).port;
    this.#limit = limit;
    this.#silenceMs = silenceMs;
    http.on('upgrade', (request, socket, head) => {
      const room = this.#roomOf(request);
      if (room.size >= this.#limit) {
        this.refused += 1;
        socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#connected(webSocket, room, request.url?.split('?')[1] ?? ''));
    });
  }

  static async start(options: PlainServerOptions = {}): Promise<PlainServer> {
    const http = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
    return new PlainServer(http, options);
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** How many are members of a room, by the path that names it. */
  members(path: string): number {
    return this.#rooms.get(keyOf(path))?.size ?? 0;
  }

  get connections(): number {
    return this.#sockets.clients.size;
  }

  /** Cuts every socket, as a bad network does. */
  cut(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  async stop(): Promise<void> {
    this.cut();
    for (const room of this.#rooms.values()) for (const { timer } of room) clearTimeout(timer);
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  #roomOf(request: IncomingMessage): Set<Member> {
    const key = keyOf(request.url ?? '/');
    const room = this.#rooms.get(key) ?? new Set<Member>();
    this.#rooms.set(key, room);
    return room;
  }

  #connected(socket: WebSocket, room: Set<Member>, query: string): void {
    let member: Member | undefined;
    socket.once('pong', () => {
      if (query !== 'pc' && query !== 'app') {
        this.thrown += 1;
        return;
      }
      if (query === 'app') room.clear();
      member = { socket };
      room.add(member);
    });
    socket.on('message', (data, isBinary) => {
      if (isBinary) return;
      const text = String(data);
      this.texts.push(text);
      const type = typeOf(text);
      if (type === undefined || member === undefined || !room.has(member)) return;
      if (type === 'keepAlive') return this.#heard(member, room);
      for (const other of room) if (other !== member) other.socket.send(text);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (member === undefined) return;
      clearTimeout(member.timer);
      room.delete(member);
    });
    socket.ping();
  }

  #heard(member: Member, room: Set<Member>): void {
    clearTimeout(member.timer);
    member.timer = setTimeout(() => room.delete(member), this.#silenceMs);
  }
}

function keyOf(url: string): string {
  const [namespace, room] = (url.split('?')[0] ?? '').split('/').filter(Boolean);
  return `${namespace ?? defaultName}/${room ?? defaultName}`;
}

function typeOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const { type } = value as { type?: unknown };
    return typeof type === 'string' ? type : undefined;
  } catch {
    return undefined;
  }
}
