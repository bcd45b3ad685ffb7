// A double of the course's reference server, in both editions, written from its published behaviour: what our client
// has to live with. A map stands in for Redis; sockets are real. Each known defect is a switch, off by default.
//
// Must not know anything of Meetwire: it is the other side.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';

/** The first keeps ids only; the later one has nicknames, publishers, and takes socket.io 2 clients too. */
export type Edition = 'first' | 'later';

export interface Defects {
  /** A first connection's late disconnect deletes the row of the second one under the same id, and tells of a leave. */
  staleDisconnectDeletesRow: boolean;
  /** The payload's `userId` is passed on as it was sent; without this the connection's own id takes its place. */
  believesPayloadUser: boolean;
  /** Anybody may address any id on the server, in any room or none. */
  reachesOtherRooms: boolean;
  /** What is for nobody vanishes; without this the sender gets a `msg` with status 404. */
  dropsUnknownTargets: boolean;
  /** The `msg` event arrives with nothing (the first edition's slip). */
  losesChat: boolean;
  /** A crash leaves its rows to the next server over the same store; without this a new server starts by wiping. */
  leavesRowsBehind: boolean;
  /** A connection without `userId` throws where nobody catches: the process, so everybody, is gone. */
  throwsWithoutUser: boolean;
  /** Query values are cut out of the address by hand: left encoded, and cut at an equals sign. */
  mangledQuery: boolean;
  /** A roster reply may be older than the `join` that came before it. */
  rosterLate: boolean;
  /** Handlers are attached once the store has answered: what comes before is lost, a goodbye too. */
  deafAtFirst: boolean;
  /** A roster asked for without a payload, or a room without a user, throws where nobody catches. */
  throwsWithoutPayload: boolean;
}

export const noDefects: Defects = {
  staleDisconnectDeletesRow: false,
  believesPayloadUser: false,
  reachesOtherRooms: false,
  dropsUnknownTargets: false,
  losesChat: false,
  leavesRowsBehind: false,
  throwsWithoutUser: false,
  mangledQuery: false,
  rosterLate: false,
  deafAtFirst: false,
  throwsWithoutPayload: false,
};

/** As it is out there. `losesChat` is the first edition's alone. */
export const asPublished = (edition: Edition): Defects => ({
  staleDisconnectDeletesRow: true,
  believesPayloadUser: true,
  reachesOtherRooms: true,
  dropsUnknownTargets: true,
  losesChat: edition === 'first',
  leavesRowsBehind: true,
  throwsWithoutUser: edition === 'first',
  mangledQuery: true,
  rosterLate: true,
  deafAtFirst: true,
  throwsWithoutPayload: edition === 'later',
});

/** Stands for Redis: key to field to value. Outlives a server that crashed. */
export type Store = Map<string, Map<string, string>>;

export interface ClassicServerOptions {
  edition?: Edition;
  defects?: Partial<Defects>;
  store?: Store;
  /** To come back where the one before was. */
  port?: number;
  /** What the store takes to answer. */
  storeMs?: number;
}

interface Identity {
  user: string;
  room: string;
  name: string;
  publisher: string;
}

const relayed = {
  call: '远程呼叫',
  offer: 'rtc offer',
  answer: 'rtc answer',
  candidate: 'ice candidate',
} as const;
const relayedLater = { ...relayed, applyMic: 'apply mic', acceptApplyMic: 'acceptApplyMic mic', refuseApplyMic: 'refuseApplyMic mic' } as const;

const keyOf = (room: string): string => `meeting-room::${room}`;

export class ClassicServer {
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  readonly edition: Edition;
  readonly #defects: Defects;
  readonly #io: Server;
  /** What the store takes to answer; may be changed while it runs. */
  storeMs: number;
  // Who is online: the last connection under an id has it.
  readonly #online = new Map<string, Socket>();

  private constructor(io: Server, port: number, { edition = 'later', defects, store = new Map(), storeMs = 0 }: ClassicServerOptions) {
    this.#io = io;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.edition = edition;
    this.store = store;
    this.storeMs = storeMs;
    this.#defects = { ...noDefects, ...defects };
    if (!this.#defects.leavesRowsBehind) store.clear();
    io.on('connection', (socket) => void this.#connected(socket));
  }

  static async start(options: ClassicServerOptions = {}): Promise<ClassicServer> {
    const http = createServer((_request, response) => response.writeHead(404).end());
    const io = new Server(http, { cors: { origin: '*' }, allowEIO3: (options.edition ?? 'later') === 'later' });
    await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
    return new ClassicServer(io, (http.address() as AddressInfo).port, options);
  }

  /** The ids in a room's roster, ghosts included. */
  rows(room: string): string[] {
    return [...(this.store.get(keyOf(room))?.keys() ?? [])];
  }

  /** Sockets that the server still holds for connected. */
  get connections(): number {
    return this.#io.of('/').sockets.size;
  }

  /** In order: every socket's disconnect is handled. */
  async stop(): Promise<void> {
    await this.#io.close();
  }

  /** The process is gone: nothing is handled any more, rows stay as they are. */
  async crash(): Promise<void> {
    for (const socket of this.#io.of('/').sockets.values()) socket.removeAllListeners('disconnect');
    await this.#io.close();
  }

  /** Cuts a member's socket, as a bad network does. */
  cut(user: string): void {
    this.#online.get(user)?.conn.close(true);
  }

  async #connected(socket: Socket): Promise<void> {
    const identity = this.#identify(socket);
    const { throwsWithoutUser, throwsWithoutPayload, deafAtFirst } = this.#defects;
    if (identity.user === '' && (throwsWithoutUser || (throwsWithoutPayload && identity.room !== ''))) return this.crash();
    this.#online.set(identity.user, socket);
    if (!deafAtFirst) this.#listen(socket, identity);
    if (identity.room !== '') await this.#join(socket, identity);
    else await this.#redis();
    if (deafAtFirst) this.#listen(socket, identity);
  }

  #listen(socket: Socket, identity: Identity): void {
    socket.on('disconnect', () => void this.#disconnected(socket, identity));
    socket.on('roomUserList', (payload: { roomId?: string } | undefined) => {
      if (payload == null && this.#defects.throwsWithoutPayload) return void this.crash();
      void this.#answerRoster(socket, payload?.roomId ?? '');
    });
    socket.on('msg', (payload: unknown) => this.#chat(identity, payload));
    for (const [type, words] of Object.entries(this.edition === 'later' ? relayedLater : relayed)) {
      socket.on(type, (payload: unknown) => this.#relay(socket, identity, type, words, payload));
    }
  }

  async #join(socket: Socket, identity: Identity): Promise<void> {
    await socket.join(identity.room);
    const key = keyOf(identity.room);
    const rows = this.store.get(key) ?? new Map<string, string>();
    this.store.set(key, rows);
    rows.set(identity.user, JSON.stringify(this.#row(identity)));
    await this.#redis();
    this.#tell(identity, 'join', `${identity.user} join then room`);
  }

  async #disconnected(socket: Socket, identity: Identity): Promise<void> {
    const stale = this.#online.get(identity.user) !== socket;
    if (stale && !this.#defects.staleDisconnectDeletesRow) return;
    if (!stale) this.#online.delete(identity.user);
    if (identity.room === '') return;
    this.store.get(keyOf(identity.room))?.delete(identity.user);
    await this.#redis();
    this.#tell(identity, 'leave', `${identity.user} leave the room `);
  }

  async #answerRoster(socket: Socket, room: string): Promise<void> {
    const rows = [...(this.store.get(keyOf(room)) ?? [])];
    await this.#redis();
    if (this.#defects.rosterLate) await new Promise((resolve) => setTimeout(resolve, 30));
    if (this.edition === 'first') socket.emit('roomUserList', Object.fromEntries(rows));
    else socket.emit('roomUserList', rows.map(([, row]) => JSON.parse(row) as object));
  }

  #relay(sender: Socket, identity: Identity, type: string, words: string, payload: unknown): void {
    const { targetUid } = (payload ?? {}) as { targetUid?: unknown };
    const target = this.#online.get(String(targetUid));
    const room = target === undefined ? '' : this.#identify(target).room;
    const reachable = target !== undefined && (this.#defects.reachesOtherRooms || type === 'call' || room === identity.room);
    if (!reachable) {
      if (!this.#defects.dropsUnknownTargets) sender.emit('msg', envelope(type, 'no such user', 404, null));
      return;
    }
    const stamped = this.#defects.believesPayloadUser ? payload : { ...(payload as object), userId: identity.user };
    target.emit('msg', envelope(type, words, 200, stamped));
  }

  #chat(identity: Identity, payload: unknown): void {
    if (this.#defects.losesChat) this.#io.to(identity.room).emit('msg');
    else this.#io.to(identity.room).emit('msg', payload);
  }

  #tell(identity: Identity, type: 'join' | 'leave', words: string): void {
    const data = this.edition === 'later' ? { userId: identity.user, nickname: identity.name } : null;
    this.#io.to(identity.room).emit('msg', envelope(type, words, 200, data));
  }

  // The real one awaits its store here, and other sockets' events come in between.
  #redis(): Promise<void> {
    return new Promise((resolve) => void (this.storeMs > 0 ? setTimeout(resolve, this.storeMs) : setImmediate(resolve)));
  }

  #row({ user, room, name, publisher }: Identity): object {
    return this.edition === 'first' ? { userId: user, roomId: room } : { userId: user, roomId: room, nickname: name, pub: publisher };
  }

  #identify(socket: Socket): Identity {
    const address = socket.handshake.url;
    const read = this.#defects.mangledQuery ? cutOut : properly;
    return {
      user: read(address, 'userId'),
      room: read(address, 'roomId'),
      name: read(address, 'nickname'),
      publisher: read(address, 'pub'),
    };
  }
}

function envelope(type: string, msg: string, status: number, data: unknown): object {
  return { type, msg, status, data };
}

const properly = (address: string, name: string): string => new URL(address, 'http://localhost').searchParams.get(name) ?? '';

function cutOut(address: string, name: string): string {
  const query = address.split('?')[1] ?? '';
  const pair = query.split('&').find((one) => one.startsWith(`${name}=`));
  return pair?.split('=')[1] ?? '';
}
