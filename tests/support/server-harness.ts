// The real server in this process, on a free port, and raw clients of it: socket.io sockets that say what a test wants.

import { io } from 'socket.io-client';
import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import { serve } from '../../web/server/index.ts';
import type { Logger, MeetwireServer, ServeOptions } from '../../web/server/index.ts';
import type { SignallingParts } from '../../web/server/signalling.ts';
import { until } from './waiting.ts';

/** Keeps what was logged, as the text that would stand in the log. */
export class KeptLog implements Logger {
  readonly lines: { level: string; message: string; text: string }[] = [];
  debug = (fields: object, message: string): void => this.#keep('debug', fields, message);
  info = (fields: object, message: string): void => this.#keep('info', fields, message);
  warn = (fields: object, message: string): void => this.#keep('warn', fields, message);
  error = (fields: object, message: string): void => this.#keep('error', fields, message);
  fatal = (fields: object, message: string): void => this.#keep('fatal', fields, message);

  #keep(level: string, fields: object, message: string): void {
    this.lines.push({ level, message, text: JSON.stringify({ level, ...fields, message }) });
  }

  get text(): string {
    return this.lines.map((line) => line.text).join('\n');
  }
}

export interface TestServer {
  readonly server: MeetwireServer;
  readonly url: string;
  readonly log: KeptLog;
}

type CleanUp = () => unknown;

/** What a test opens is closed after it, the last first. Call `close` in afterEach. */
export class Harness {
  readonly #cleanUps: CleanUp[] = [];

  later(cleanUp: CleanUp): void {
    this.#cleanUps.push(cleanUp);
  }

  async close(): Promise<void> {
    for (const cleanUp of this.#cleanUps.splice(0).reverse()) await cleanUp();
  }

  async serve(options: ServeOptions = {}, parts: SignallingParts = {}): Promise<TestServer> {
    const log = new KeptLog();
    const server = await serve({ port: 0, page: false, logger: log, ...options }, parts);
    this.later(() => server.close());
    return { server, url: server.url, log };
  }

  client(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): RawClient {
    const client = new RawClient(url, options);
    this.later(() => client.close());
    return client;
  }

  /** A member with its welcome. */
  async member(url: string, hello: HelloFields): Promise<Member> {
    const client = this.client(url);
    client.hello(hello);
    const welcome = (await client.next('welcome')) as unknown as Welcome;
    return Object.assign(client, { welcome });
  }
}

export interface Message {
  type: string;
  [field: string]: unknown;
}

export interface Row {
  user: string;
  session: string;
  name: string;
  role: string;
  dialect: string;
  away: boolean;
}

export interface Welcome {
  resumed: boolean;
  self: Row;
  members: Row[];
  secret: string;
  iceServers: unknown[];
  limits: Record<string, number>;
}

export interface HelloFields {
  room?: string;
  user: string;
  name?: string;
  token?: string;
  resume?: string;
  received?: number;
}

export type Member = RawClient & { readonly welcome: Welcome };

export class RawClient {
  readonly socket: Socket;
  /** Every message of every envelope, in order. */
  readonly messages: Message[] = [];
  /** Everything else that came: [event, argument]. */
  readonly others: [string, unknown][] = [];
  disconnected: string | undefined;
  refused: Error | undefined;
  /** The number of the last message that has one. */
  received = 0;
  #taken = 0;
  #frozen: RawSocket | undefined;

  constructor(url: string, options: Partial<ManagerOptions & SocketOptions> = {}) {
    this.socket = io(url, { auth: { meetwire: 1 }, forceNew: true, reconnection: false, transports: ['websocket'], ...options });
    this.socket.on('disconnect', (reason) => (this.disconnected = reason));
    this.socket.on('connect_error', (error) => (this.refused = error));
    this.socket.onAny((event: string, argument: unknown) => {
      if (event !== 'meetwire') return void this.others.push([event, argument]);
      const { number, numbered, messages } = JSON.parse(argument as string) as { number?: number; numbered?: number; messages: Message[] };
      if (number !== undefined) this.received = Math.max(this.received, number + (numbered ?? messages.length) - 1);
      this.messages.push(...messages);
    });
  }

  send(...messages: object[]): void {
    this.sendText(JSON.stringify({ received: this.received, messages }));
  }

  sendText(text: string): void {
    this.socket.emit('meetwire', text);
  }

  hello(fields: HelloFields): void {
    this.send({ type: 'hello', versions: [1, 1], name: '', ...fields });
  }

  chat(id: string, text: string, to?: string): void {
    this.send({ type: 'chat', id, text, ...(to === undefined ? {} : { to }) });
  }

  all(type: string): Message[] {
    return this.messages.filter((message) => message.type === type);
  }

  /** The next message of that type after the last one that was asked for. */
  async next(type: string, msMax?: number): Promise<Message> {
    const find = (): number => this.messages.findIndex((message, at) => at >= this.#taken && message.type === type);
    await until(`a ${type}; there is ${JSON.stringify(this.messages).slice(0, 300)}`, () => find() >= 0, msMax);
    const at = find();
    this.#taken = at + 1;
    return this.messages[at]!;
  }

  /** The code of the next error of any kind. */
  async problem(type: 'problem' | 'refused' | 'ended' = 'problem'): Promise<string> {
    return ((await this.next(type))['error'] as { code: string }).code;
  }

  /** Loses the connection as a bad network does: without a word. */
  cut(): void {
    this.socket.io.engine.close();
  }

  /** The socket stays up, but nobody reads it any more: a suspended laptop. WebSocket only. */
  freeze(): void {
    this.#frozen = rawSocketOf(this.socket);
    this.#frozen.pause();
  }

  close(): void {
    this.socket.disconnect();
    // What is not read does not learn that it was closed either.
    this.#frozen?.destroy();
  }
}

interface RawSocket {
  pause(): void;
  destroy(): void;
}

const rawSocketOf = (socket: Socket): RawSocket =>
  (socket.io.engine.transport as unknown as { ws: { _socket: RawSocket } }).ws._socket;

/** A pair message with the numbers of a fresh link. */
export function pair(sequence: number, body: object): object {
  return { incarnation: 1, believed: 0, sequence, acknowledged: 0, ...body };
}
