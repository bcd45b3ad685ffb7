// One socket.io connection at a time, one attempt each. Nothing else in Meetwire names socket.io-client.
// It never reconnects by itself: when to try again is the core's decision. Acknowledgements are not used.

import { io as connect } from 'socket.io-client';
import type { BodyForm, CommandOf, DialectName } from '../client-types.ts';
import type { Transport, TransportEvents, TransportPort } from '../ports.ts';
import { bodyCharactersMax } from './frame-body.ts';
import { PageMemory } from './memory.ts';
import { placeOf } from './place.ts';
import type { Connect, SocketLike } from './socket-like.ts';

// A value that has no JSON (too deep for the stack, a cycle). Not JSON either, so that the core counts it as malformed.
const unreadable = '!';
// Of socket.io 2, which is what codelab servers are made of.
const olderServer = /Socket\.IO server in v2\.x/;

/**
 * `url`: the server's. A path in it is where the server is mounted (`/meet` means socket.io at `/meet/socket.io/`), not
 * a namespace. Throws `invalid-argument` for anything but http, https, ws and wss.
 */
export function socketPort(url: string, base: string | undefined, open: Connect = connect as unknown as Connect, worked = new PageMemory('ways')): TransportPort {
  const { origin, path } = placeOf(url, base);
  return {
    open(command, events) {
      const transports = order(command, worked.get(origin));
      const begin = (by: Connect): Transport => {
        const socket = by(origin, { ...socketOptions, path, ...identity(command), transports });
        return new SocketTransport(socket, events, (transport) => worked.set(origin, transport));
      };
      return command.dialect === 'codelab' ? new LateTransport(import('./socket-2.ts'), ({ connect }) => begin(connect), events) : begin(open);
    },
  };
}

/** One whose library has to be loaded first. */
class LateTransport<Library> implements Transport {
  #transport: Transport | undefined;
  #closed = false;

  constructor(loading: Promise<Library>, begin: (library: Library) => Transport, events: TransportEvents) {
    loading.then(
      (library) => {
        if (!this.#closed) this.#transport = begin(library);
      },
      (error: unknown) => {
        if (!this.#closed) events.closed(`the socket library could not be loaded: ${String(error)}`);
      },
    );
  }

  send(name: string, body: string, form: BodyForm): void {
    this.#transport?.send(name, body, form);
  }

  close(): void {
    this.#closed = true;
    this.#transport?.close();
  }
}

const socketOptions = {
  autoConnect: false,
  reconnection: false,
  forceNew: true,
  // Without it a blocked WebSocket would be the end of the attempt.
  tryAllTransports: true,
};

// WebSocket first saves two round trips, where it is not known to be swallowed.
function order({ way }: CommandOf<'open_transport'>, worked: string | undefined): string[] {
  const pollingFirst = (worked === 'polling') !== (way === 'other');
  return pollingFirst ? ['polling', 'websocket'] : ['websocket', 'polling'];
}

// `pub`: whom the course's viewers offer to. It is how one publishes, not whether one does.
function identity({ room, user, name, dialect, viewer }: CommandOf<'open_transport'>): object {
  const either = dialect === 'auto';
  return {
    ...((either || dialect === 'meetwire') && { auth: { meetwire: 1 } }),
    ...((either || dialect === 'classic') && { query: { userId: user, roomId: room, nickname: name, pub: viewer ? 'sub' : 'pub' } }),
  };
}

class SocketTransport implements Transport {
  readonly #socket: SocketLike;
  readonly #answered: () => void;

  constructor(socket: SocketLike, events: TransportEvents, worked: (transport: string) => void) {
    this.#socket = socket;
    this.#answered = () => events.answered();
    const ended = (reason: string, speaks?: DialectName): void => {
      this.close();
      events.closed(reason, speaks);
    };
    socket.io.on('open', this.#answered);
    socket.on('connect', () => {
      const { engine } = socket.io;
      const tell = (): void => worked(engine.transport.name);
      tell();
      engine.on('upgrade', tell);
      events.opened();
    });
    // The one thing by which the library tells of a server that it cannot talk to.
    socket.on('connect_error', (error: Error) => (olderServer.test(error.message) ? ended(error.message, 'codelab') : ended(wordsOf(error))));
    socket.on('disconnect', (reason: string) => ended(reason));
    socket.onAny((name, ...args) => events.arrived(name, bodyOf(name, args[0])));
    socket.connect();
  }

  send(name: string, body: string, form: BodyForm): void {
    // What is sent on a lost socket would wait inside the library for a reconnection that never comes.
    if (!this.#socket.connected) return;
    if (body === '') this.#socket.emit(name);
    else if (form === 'arguments') this.#socket.emit(name, ...(JSON.parse(body) as unknown[]));
    else this.#socket.emit(name, form === 'text' ? body : JSON.parse(body));
  }

  close(): void {
    this.#socket.io.off('open', this.#answered);
    this.#socket.off();
    this.#socket.offAny();
    this.#socket.disconnect();
  }
}

// A server that refuses a connection says why in the answer to a poll, `{"code":4,"message":"rate-limited: …"}`. A page may read
// it where the server is its own, or lets its origin in.
const wordsMax = 300;

function wordsOf(error: Error & { readonly context?: unknown }): string {
  const { responseText } = (error.context ?? {}) as { readonly responseText?: unknown };
  try {
    const { message } = JSON.parse(String(responseText)) as { message?: unknown };
    if (typeof message === 'string' && message !== '') return message.slice(0, wordsMax);
  } catch {
    // No words of such a server.
  }
  return error.message;
}

function bodyOf(name: string, payload: unknown): string {
  // A function is the acknowledgement that the server would like to have.
  if (payload === undefined || typeof payload === 'function') return '';
  if (name === 'meetwire' && typeof payload === 'string') return payload.slice(0, bodyCharactersMax);
  try {
    return JSON.stringify(payload).slice(0, bodyCharactersMax);
  } catch {
    return unreadable;
  }
}
