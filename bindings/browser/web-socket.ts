// A bare WebSocket as the transport, for plain servers. It never reconnects by itself: that is the core's decision.

import type { ErrorTable } from '../errors.ts';
import type { Transport, TransportEvents, TransportPort } from '../ports.ts';
import { plainAddress } from '../plain-address.ts';
import { bodyCharactersMax } from './frame-body.ts';

/** As much of a WebSocket as is used here. */
export interface WebSocketLike {
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onerror: (() => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

/** `refused`: to be told the HTTP status of a handshake that failed, where that can be known. Browsers do not tell. */
export type MakeWebSocket = (address: string, refused: (status: number) => void) => WebSocketLike;

// Frames have no names there; the core calls them so.
const frameName = 'plain';
const open = 1;

const makeWebSocket: MakeWebSocket = (address) => new WebSocket(address) as WebSocketLike;

/** To a room of a plain server; `url` as of plainAddress, the page's own origin by default. */
export const plainTransport = (errors: ErrorTable, url: string | undefined, room: string): TransportPort =>
  webSocketPort(plainAddress(errors, url ?? '/', globalThis.location?.href, room));

/** `address`: the room's, see plainAddress. */
export function webSocketPort(address: string, make: MakeWebSocket = makeWebSocket): TransportPort {
  return { open: (_command, events) => new PlainTransport(address, make, events) };
}

class PlainTransport implements Transport {
  readonly #socket: WebSocketLike;

  constructor(address: string, make: MakeWebSocket, events: TransportEvents) {
    let status: number | undefined;
    let opened = false;
    this.#socket = make(address, (code) => (status = code));
    const socket = this.#socket;
    socket.onopen = () => {
      opened = true;
      events.opened();
    };
    // What is no text cannot be meant.
    socket.onmessage = ({ data }) => events.arrived(frameName, typeof data === 'string' ? data.slice(0, bodyCharactersMax) : '');
    socket.onerror = () => {};
    socket.onclose = ({ code }) => {
      this.#forget();
      events.closed(opened ? `closed with ${code}` : 'no WebSocket: the server is not there, refuses this page, or the room is full', undefined, status);
    };
  }

  send(_name: string, body: string): void {
    if (this.#socket.readyState === open) this.#socket.send(body);
  }

  close(): void {
    this.#forget();
    this.#socket.close();
  }

  // But for `onerror`: a socket that is closed before it is open has one more to say.
  #forget(): void {
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
  }
}
