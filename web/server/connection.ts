// One socket.io connection, as the core sees it: a number, who is behind it and what its handshake says.

import { randomBytes } from 'node:crypto';
import type { Socket } from 'socket.io';
import type { ClockPort } from '../../bindings/ports.ts';
import type { RoomEvent } from '../../bindings/room-types.ts';
import { silentMsMax } from './bounds.ts';
import type { Origin } from './room-host.ts';

/** 128 and 256 random bits: neither can be guessed, and the second alone lets somebody take a place again. */
export const freshSecrets = (): { session: string; secret: string } => ({
  session: randomBytes(16).toString('base64url'),
  secret: randomBytes(32).toString('base64url'),
});

export class Connection {
  readonly id: string;
  readonly origin: Origin;
  readonly #socket: Socket;
  readonly #clock: ClockPort;
  #closing = false;

  constructor(id: string, socket: Socket, origin: Origin, clock: ClockPort) {
    this.id = id;
    this.origin = origin;
    this.#socket = socket;
    this.#clock = clock;
  }

  /** No more is taken from it and nothing more is said to it. */
  get closing(): boolean {
    return this.#closing;
  }

  opened(): RoomEvent {
    const identity = {
      type: 'connection_opened',
      connection: this.id,
      address: this.origin.address,
      ...freshSecrets(),
    } as const;
    const { auth, query } = this.#socket.handshake;
    if (typeof auth === 'object' && auth !== null && Object.hasOwn(auth, 'meetwire')) return { ...identity, dialect: 'meetwire' };
    const known = classicIdentity(query);
    // Codelab pages say who they are nowhere, and what they want by their first event.
    return Object.keys(known).length === 0 ? { ...identity, dialect: 'codelab' } : { ...identity, dialect: 'classic', ...known };
  }

  deliver(name: string, ...payload: unknown[]): void {
    if (!this.#closing) this.#socket.emit(name, ...payload);
  }

  /**
   * Drops the connection unless a sign of life comes within the time. Says false where there is no way to ask: by
   * polling, in the older protocol, only the client asks.
   */
  probe(deadlineMs: number): boolean {
    if (this.#closing || !askForPong(this.#socket.conn)) return this.#closing;
    const { conn } = this.#socket;
    const alive = (): void => {
      cancel();
      conn.off('packet', alive);
    };
    const cancel = this.#clock.at(this.#clock.now() + deadlineMs, () => {
      conn.off('packet', alive);
      this.drop();
    });
    conn.on('packet', alive);
    conn.once('close', alive);
    if (conn.protocol === 3) webSocketOf(conn)?.once('pong', alive);
    return true;
  }

  /** What was delivered goes out first. The client does not come back by itself: it was told why. */
  dismiss(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#socket.disconnect(true);
    this.#gone();
  }

  /** The same, but to the client it is a lost connection, after which socket.io's own client comes back. */
  hangUp(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#socket.conn.close();
    this.#gone();
  }

  // What waits for a client that does not read would keep the transport for as long as its pings may take.
  #gone(): void {
    const { conn } = this.#socket;
    if (conn.readyState === 'closed') return;
    conn.once('close', this.#clock.at(this.#clock.now() + silentMsMax, () => conn.close(true)));
  }

  /** At once; what waits to go out is forgotten. */
  drop(): void {
    this.#closing = true;
    this.#socket.conn.close(true);
  }
}

// Neither engine.io nor its types have a public way to ask; both of these are how it does so itself.
type EngineSocket = Socket['conn'];
interface WebSocketLike {
  ping(): void;
  once(event: 'pong', listener: () => void): void;
}

function askForPong(conn: EngineSocket): boolean {
  if (conn.protocol === 4) {
    (conn as unknown as { sendPacket(type: 'ping'): void }).sendPacket('ping');
    return true;
  }
  // In protocol 3 the ping is the client's; but every WebSocket answers one of its own.
  webSocketOf(conn)?.ping();
  return webSocketOf(conn) !== undefined;
}

function webSocketOf(conn: EngineSocket): WebSocketLike | undefined {
  return conn.transport.name === 'websocket' ? (conn.transport as unknown as { socket?: WebSocketLike }).socket : undefined;
}

// An empty id is none; an empty nickname is one, as its presence tells the later edition.
function classicIdentity(query: Socket['handshake']['query']): object {
  const user = first(query['userId']);
  const room = first(query['roomId']);
  const name = first(query['nickname']);
  const publisher = first(query['pub']);
  return {
    ...(user ? { user } : {}),
    ...(room ? { room } : {}),
    ...(name !== undefined ? { name } : {}),
    ...(publisher !== undefined ? { publisher } : {}),
  };
}

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
