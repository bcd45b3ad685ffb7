// One plain client's WebSocket, as the core's commands address it.

import type { WebSocket } from 'ws';
import { pendingBytesMax } from './bounds.ts';
import type { Origin } from './room-host.ts';

// "Going away": the nearest that a close has to a word.
const goingAway = 1001;

export class PlainConnection {
  readonly id: string;
  readonly origin: Origin;
  readonly #socket: WebSocket;
  readonly #ended: (reason: string) => void;
  #closing = false;
  #heardAt = performance.now();

  constructor(id: string, origin: Origin, socket: WebSocket, ended: (reason: string) => void) {
    this.id = id;
    this.origin = origin;
    this.#socket = socket;
    this.#ended = ended;
    const heard = (): void => void (this.#heardAt = performance.now());
    socket.on('pong', heard);
    socket.on('message', heard);
  }

  /** No more is taken from it and nothing more is said to it. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Text as it is. */
  deliver(_name: string, ...[text]: unknown[]): void {
    if (this.#closing) return;
    this.#socket.send(String(text));
    if (this.#socket.bufferedAmount <= pendingBytesMax) return;
    this.#ended('does not read');
    this.drop();
  }

  /** Its id is nobody else's, so that nobody asks. */
  probe(): boolean {
    return false;
  }

  /** Asks for a sign of life, and ends a socket that has given none for so long. */
  beat(silentMsMax: number): void {
    if (performance.now() - this.#heardAt > silentMsMax) this.drop();
    else if (!this.#closing) this.#socket.ping();
  }

  /** What was delivered goes out first. */
  dismiss(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#socket.close(goingAway);
  }

  hangUp(): void {
    this.dismiss();
  }

  /** At once; what waits to go out is forgotten. */
  drop(): void {
    this.#closing = true;
    this.#socket.terminate();
  }
}
