// The virtual network: how long messages take, which are lost, and between whom there is a path at all. Everybody has one
// access to it; what is set there holds for all that goes in and out.

import type { Undo } from '../../bindings/ports.ts';
import type { Chance } from './chance.ts';
import type { Doer, Timeline } from './timeline.ts';

/** `signalling`: the socket to the server. `media`: straight to the others, data channels and files included. */
export type Traffic = 'signalling' | 'media';

export class Access {
  readonly down = new Set<Traffic>();
  readonly blocked = new Set<Access>();
  /** The machine sleeps, or the page is gone. */
  off = false;
  delayMs = 5;
  jitterMs = 10;
  loss = 0;
  bytesPerMs = 12_500;
}

// What TCP and SCTP wait before they send again what was lost; it doubles each time.
const retransmitAfterMs = 200;
const retransmitDoublings = 4;

export class Network {
  readonly timeline: Timeline;
  readonly #chance: Chance;
  readonly #listeners = new Set<() => void>();
  /** Nothing comes through to the server or from it. */
  holding = false;

  constructor(timeline: Timeline, chance: Chance) {
    this.timeline = timeline;
    this.#chance = chance;
  }

  isOpen(traffic: Traffic, ends: readonly Access[]): boolean {
    if (traffic === 'signalling' && this.holding) return false;
    return ends.every((end) => !end.off && !end.down.has(traffic) && !ends.some((other) => end.blocked.has(other)));
  }

  onChange(listener: () => void): Undo {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something of an access was changed. */
  changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  lossOf(ends: readonly Access[]): number {
    return 1 - ends.reduce((product, { loss }) => product * (1 - loss), 1);
  }

  /** One way, in milliseconds, with what chance adds this time. */
  delayOf(ends: readonly Access[]): number {
    return ends.reduce((sum, { delayMs, jitterMs }) => sum + delayMs + this.#chance.fraction() * jitterMs, 0);
  }

  /** As `delayOf`, with what is lost sent again, so often at most; undefined: it was lost each time. */
  travel(ends: readonly Access[], retransmits: number): number | undefined {
    const loss = this.lossOf(ends);
    let ms = this.delayOf(ends);
    for (let lost = 0; loss > 0 && this.#chance.fraction() < loss; lost++) {
      if (lost >= retransmits) return undefined;
      ms += retransmitAfterMs * 2 ** Math.min(lost, retransmitDoublings);
    }
    return ms;
  }
}

export interface CourseOptions {
  traffic: Traffic;
  ends: readonly Access[];
  /** Who takes what arrives. */
  doer?: Doer | undefined;
  /** Default: in the order in which it was sent. */
  ordered?: boolean;
  /** Default: until it has arrived. */
  retransmits?: number;
}

interface Message {
  readonly arrive: () => void;
  state: 'travelling' | 'stranded' | 'there';
}

/** One direction of a socket or of a data channel: messages go in at one end and come out at the other. */
export class Course {
  readonly #network: Network;
  readonly #options: Required<Omit<CourseOptions, 'doer'>> & { doer: Doer | undefined };
  readonly #messages: Message[] = [];
  readonly #undo: Undo;
  #closed = false;

  constructor(network: Network, { traffic, ends, doer, ordered = true, retransmits = Infinity }: CourseOptions) {
    this.#network = network;
    this.#options = { traffic, ends, doer, ordered, retransmits };
    this.#undo = network.onChange(() => this.#again());
  }

  get isOpen(): boolean {
    return this.#network.isOpen(this.#options.traffic, this.#options.ends);
  }

  send(arrive: () => void): void {
    if (this.#closed) return;
    const message: Message = { arrive, state: 'travelling' };
    this.#messages.push(message);
    this.#travel(message);
  }

  /** What is on its way never arrives. */
  close(): void {
    this.#closed = true;
    this.#messages.length = 0;
    this.#undo();
  }

  #travel(message: Message): void {
    const { ends, doer, retransmits } = this.#options;
    const ms = this.#network.travel(ends, retransmits);
    if (ms === undefined) return this.#lose(message);
    message.state = 'travelling';
    this.#network.timeline.post(ms, () => this.#arrived(message), doer);
  }

  #arrived(message: Message): void {
    const { ordered, retransmits } = this.#options;
    if (!this.isOpen) {
      // Sent again once there is a path, if it is sent again at all.
      if (retransmits < Infinity) this.#lose(message);
      else message.state = 'stranded';
      return;
    }
    message.state = 'there';
    if (ordered) this.#deliver();
    else if (this.#take(message)) message.arrive();
  }

  // Nothing overtakes what was sent before it.
  #deliver(): void {
    for (let first = this.#messages[0]; first?.state === 'there'; first = this.#messages[0]) {
      this.#messages.shift();
      first.arrive();
    }
  }

  #lose(message: Message): void {
    this.#take(message);
    if (this.#options.ordered) this.#deliver();
  }

  #take(message: Message): boolean {
    const at = this.#messages.indexOf(message);
    if (at >= 0) this.#messages.splice(at, 1);
    return at >= 0;
  }

  #again(): void {
    if (!this.isOpen) return;
    for (const message of [...this.#messages]) if (message.state === 'stranded') this.#travel(message);
  }
}
