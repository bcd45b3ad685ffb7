// One socket between a page and the server: opens, carries frames both ways in order, and ends at either side, for each
// when it learns of it. As engine.io, each side gives the other up after so much silence.

import type { CommandOf } from '../../bindings/client-types.ts';
import type { Transport, TransportEvents, Undo } from '../../bindings/ports.ts';
import type { Access, Network } from './network.ts';
import type { Doer } from './timeline.ts';
import { Course } from './network.ts';

/** The page at one end. */
export interface LinePage extends Doer {
  readonly name: string;
  readonly access: Access;
}

export type Handshake = Pick<CommandOf<'open_transport'>, 'dialect' | 'user' | 'room' | 'name'>;

/** The server at the other one. */
export interface LineServer {
  /** False: nobody answers there. */
  readonly listening: boolean;
  opened(line: Line): void;
  frame(line: Line, name: string, body: string): void;
  closed(line: Line, deliberate: boolean): void;
}

// As the server has it: what it waits between two pings, and for the answer to one.
const silenceMsMax = 10_000 + 15_000;
// As socket.io's client has it.
const connectMsMax = 20_000;

export class Line implements Transport {
  readonly page: LinePage;
  /** What it opens with. */
  readonly handshake: Handshake;
  readonly #network: Network;
  readonly #server: LineServer;
  readonly #events: TransportEvents;
  readonly #up: Course;
  readonly #down: Course;
  readonly #undos: Undo[] = [];
  #here: 'connecting' | 'open' | 'closed' = 'connecting';
  #there: 'none' | 'open' | 'closed' = 'none';
  #silent: Undo[] | undefined;

  constructor(network: Network, page: LinePage, server: LineServer, handshake: Handshake, events: TransportEvents) {
    this.page = page;
    this.handshake = handshake;
    this.#network = network;
    this.#server = server;
    this.#events = events;
    const ends = [page.access];
    this.#up = new Course(network, { traffic: 'signalling', ends });
    this.#down = new Course(network, { traffic: 'signalling', ends, doer: page });
    this.#undos.push(network.onChange(() => this.#watch()));
    const { timeline } = network;
    this.#undos.push(timeline.at(timeline.now + connectMsMax, () => this.#here === 'connecting' && this.#endHere('timeout'), page));
    // The handshake of the transport, and then socket.io's own.
    this.#up.send(() => this.#down.send(() => {
      if (this.#here === 'connecting' && this.#server.listening) events.answered();
      this.#up.send(() => this.#reached());
    }));
  }

  /** Neither end knows of it any more. */
  get isOver(): boolean {
    return this.#here === 'closed' && this.#there !== 'open';
  }

  // ---- the page's end

  send(name: string, body: string): void {
    if (this.#here === 'open') this.#up.send(() => this.#there === 'open' && this.#server.frame(this, name, body));
  }

  close(): void {
    if (this.#here === 'closed') return;
    this.#here = 'closed';
    this.#up.send(() => this.#endThere(true));
    this.#free();
  }

  // ---- the server's end

  deliver(name: string, body: string): void {
    if (this.#there === 'open') this.#down.send(() => this.#here === 'open' && this.#events.arrived(name, body));
  }

  /** What was delivered arrives first. */
  dismiss(reason: string): void {
    if (this.#there !== 'open') return;
    this.#endThere(false);
    this.#down.send(() => this.#endHere(reason));
  }

  /** Drops it unless the page answers in time. */
  probe(deadlineMs: number): void {
    if (this.#answers) return;
    const { timeline } = this.#network;
    timeline.at(timeline.now + deadlineMs, () => !this.#answers && this.dismiss('transport close'));
  }

  // ---- both

  /** Both ends learn of it at once, as far as they can: a proxy, or another network. */
  reset(): void {
    if (this.#there === 'open') this.#endThere(false);
    if (this.#here !== 'closed') this.#network.timeline.post(0, () => this.#endHere('transport close'), this.page);
  }

  /** The page is gone with its memory; nobody there is told. */
  abandon(): void {
    this.#here = 'closed';
    this.#endThere(false);
    this.#free();
  }

  get #answers(): boolean {
    return this.#up.isOpen && !this.page.frozen;
  }

  #reached(): void {
    if (this.#here !== 'connecting') return;
    if (!this.#server.listening) return this.#down.send(() => this.#endHere('xhr poll error'));
    this.#there = 'open';
    this.#server.opened(this);
    this.#down.send(() => {
      if (this.#here !== 'connecting') return;
      this.#here = 'open';
      this.#events.opened();
    });
    this.#watch();
  }

  #endHere(reason: string): void {
    if (this.#here === 'closed') return;
    this.close();
    this.#events.closed(reason);
  }

  #endThere(deliberate: boolean): void {
    if (this.#there !== 'open') return;
    this.#there = 'closed';
    this.#server.closed(this, deliberate);
    this.#free();
  }

  #watch(): void {
    if (this.#answers || this.#there !== 'open' || this.#network.holding) {
      for (const undo of this.#silent?.splice(0) ?? []) undo();
      this.#silent = undefined;
    } else if (!this.#silent) {
      const { timeline } = this.#network;
      const end = timeline.now + silenceMsMax;
      this.#silent = [timeline.at(end, () => this.dismiss('transport close'))];
      if (!this.#up.isOpen) this.#silent.push(timeline.at(end, () => this.#endHere('ping timeout'), this.page));
    }
  }

  // Once neither end is open nothing of it is kept.
  #free(): void {
    if (!this.isOver) return;
    for (const undo of [...this.#undos.splice(0), ...(this.#silent?.splice(0) ?? [])]) undo();
    this.#up.close();
    this.#down.close();
  }
}
