// What an attack is, and what it is made of: sockets that speak engine.io by hand, from an address of its own.

import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

/** One attacker: runs in a process of its own until `over`, with an address that nobody else has. */
export interface Attack {
  readonly name: string;
  /** In a few words, for the table. */
  readonly what: string;
  /** Of the server's command line. */
  readonly options?: readonly string[];
  /** The server's memory while it is attacked, in MB. Default: memoryMbMax. */
  readonly memoryMbMax?: number;
  run(target: Target): Promise<void>;
}

/** What a server with its default options may take, whatever is done to it. */
export const memoryMbMax = 512;

export class Target {
  readonly url: string;
  readonly address: string;
  readonly over: AbortSignal;
  readonly #agent: Agent;

  constructor(url: string, address: string, over: AbortSignal) {
    this.url = url;
    this.address = address;
    this.over = over;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 64, localAddress: address });
  }

  get #port(): number {
    return Number(new URL(this.url).port);
  }

  /** A bare connection. */
  tcp(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', localAddress: this.address });
    socket.on('error', () => undefined);
    return socket;
  }

  socket(query = 'EIO=4&transport=websocket', headers: Record<string, string> = {}): Line {
    return new Line(new WebSocket(`${this.url.replace('http', 'ws')}/socket.io/?${query}`, { headers, localAddress: this.address } as object));
  }

  /** A socket whose hello has been sent; it is a member when the server says so. */
  async member(room: string, user: string, hello: object = {}): Promise<Line> {
    const line = this.socket();
    await line.heard('0');
    line.send('40{"meetwire":1}');
    await line.heard('40');
    line.say({ type: 'hello', versions: [1, 1], room, user, name: '', ...hello });
    return line;
  }

  /** Status and body; status 0 when the connection ends without an answer. */
  http(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
    return new Promise((resolve) => {
      const none = (): void => resolve({ status: 0, body: '' });
      const asked = request(`${this.url}${path}`, { method, headers, agent: this.#agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('close', () => resolve({ status: response.statusCode ?? 0, body: text }));
        response.once('error', none);
      });
      asked.once('error', none);
      asked.end(body);
    });
  }

  /** A polling transport: its sid; undefined if the server gives none. */
  async poll(version = 4): Promise<string | undefined> {
    const { body } = await this.http('GET', `/socket.io/?EIO=${version}&transport=polling`);
    return /"sid":"([^"]+)"/.exec(body)?.[1];
  }

  post(sid: string, body: string, version = 4): Promise<{ status: number; body: string }> {
    return this.http('POST', `/socket.io/?EIO=${version}&transport=polling&sid=${sid}`, body, { 'content-type': 'text/plain;charset=UTF-8' });
  }

  /** As often as it can until the end, a little of the time left to the rest of the process. */
  async untilOver(turn: (count: number) => unknown): Promise<void> {
    for (let count = 0; !this.over.aborted; ++count) {
      await turn(count);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** So many at the same time, each again and again. */
  async crowd(size: number, turn: (who: number, count: number) => unknown): Promise<void> {
    await Promise.all(Array.from({ length: size }, (_, who) => this.untilOver((count) => turn(who, count))));
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.over.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.over.addEventListener('abort', done);
    });
  }
}

/** A WebSocket with what it got. What the server has closed takes what is sent to it and does nothing. */
export class Line {
  readonly ws: WebSocket;
  readonly closed: Promise<void>;
  /** Only what came before the first `forget`. */
  got: string[] | undefined = [];

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('message', (data) => this.got?.push(String(data)));
    ws.on('error', () => undefined);
    this.closed = new Promise((resolve) => ws.once('close', () => resolve()));
  }

  get open(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  get waiting(): number {
    return this.ws.bufferedAmount;
  }

  send(text: string): void {
    if (this.open) this.ws.send(text);
  }

  /** One envelope. */
  say(...messages: object[]): void {
    this.send(`42${JSON.stringify(['meetwire', JSON.stringify({ messages })])}`);
  }

  ping(payload = ''): void {
    if (this.open) this.ws.ping(payload);
  }

  /** No more is kept of what comes. */
  forget(): void {
    this.got = undefined;
  }

  /** No more is read. */
  stopReading(): void {
    this.forget();
    (this.ws as unknown as { _socket: Socket | null })._socket?.pause();
  }

  end(): void {
    this.ws.terminate();
  }

  /** Until a packet that starts so has come, or the socket is closed. */
  heard(start: string): Promise<void> {
    const has = (): boolean => this.got?.some((text) => text.startsWith(start)) === true;
    return Promise.race([
      this.closed,
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (!has()) return;
          this.ws.off('message', look);
          resolve();
        };
        this.ws.on('message', look);
        look();
      }),
    ]);
  }
}
