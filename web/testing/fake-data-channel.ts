// RTCDataChannel as the specification has it, as far as Meetwire uses it: a negotiated one is joined with the one of the same
// id at the other end; of any other one the other end is told when it opens. What goes out lies in a buffer first, and leaves it a piece at a time. What meets no
// channel at the other end is lost, as it is in browsers.

import { type Pace, turns } from './pace.ts';

/** What a fake connection shows of itself to its channels. */
export interface ChannelOwner {
  readonly connectionState: RTCPeerConnectionState;
  readonly other: ChannelOwner | undefined;
  readonly channels: FakeDataChannel[];
  /** Both descriptions have a line for data. */
  readonly hasDataLine: boolean;
  /** The other end has opened one. */
  opened(label: string, id: number): FakeDataChannel;
  readonly path: ChannelPath;
  readonly pace: Pace;
}

export type Data = string | ArrayBuffer;

/** Over which the channels of one connection send. */
export interface ChannelPath {
  /** So many bytes may leave the buffers now; 0: a hole in the network. */
  room(): number;
  /** When it is worth to look again. */
  whenRoom(run: () => void): void;
  /** Takes a message along; `arrive` where it comes out, unless it is lost. */
  carry(channel: FakeDataChannel, data: Data, arrive: (data: Data) => void): void;
  /** The connection is closed. */
  close?(): void;
}

/** Arrives at once, a piece in each turn. */
export class FakePath implements ChannelPath {
  /** Nothing moves: a hole in the network. */
  stalled = false;
  /** So many bytes move at a time. */
  bytesPerTick = 1024 * 1024;
  /** Bytes that have arrived anywhere. */
  moved = 0;
  /** Looks at, alters or swallows (undefined) what arrives on the channel of that id. */
  tamper: ((id: number, data: Data) => Data | undefined) | undefined;

  room(): number {
    return this.stalled ? 0 : this.bytesPerTick;
  }

  whenRoom(run: () => void): void {
    turns.later(run);
  }

  carry(channel: FakeDataChannel, data: Data, arrive: (data: Data) => void): void {
    this.moved += sizeOf(data);
    const arrives = this.tamper ? this.tamper(channel.id, data) : data;
    if (arrives !== undefined) arrive(arrives);
  }
}

// Those of browsers are in pairs; here they are only never the same twice, and none that is negotiated.
let inBandIds = 100_000;

const messageBytesMax = 262_144;
const bufferMax = 16 * 1024 * 1024;

const utf8 = new TextEncoder();
export const sizeOf = (data: Data): number => (typeof data === 'string' ? utf8.encode(data).length : data.byteLength);

export class FakeDataChannel {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: Data }) => void) | null = null;
  onclose: (() => void) | null = null;
  onbufferedamountlow: (() => void) | null = null;
  readyState: RTCDataChannelState = 'connecting';
  binaryType = 'arraybuffer';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  /** The most that ever lay there. */
  bufferedMost = 0;
  readonly label: string;
  readonly options: RTCDataChannelInit;
  readonly #owner: ChannelOwner;
  readonly #buffer: Data[] = [];
  #moving = false;

  /** Whether the other end has to be told of it. */
  readonly #announces: boolean;

  constructor(owner: ChannelOwner, label: string, given: RTCDataChannelInit = {}) {
    this.#announces = given.negotiated !== true;
    const options = this.#announces ? { ...given, id: ++inBandIds } : given;
    const taken = owner.channels.some(({ id, readyState }) => id === options.id && readyState !== 'closed');
    if (taken) throw new DOMException(`${options.id} is in use`, 'OperationError');
    this.#owner = owner;
    this.label = label;
    this.options = options;
    owner.channels.push(this);
    if (owner.connectionState === 'connected') owner.pace.later(() => this.connected());
  }

  get id(): number {
    return this.options.id ?? 0;
  }

  connected(): void {
    if (this.readyState !== 'connecting' || (this.#announces && !this.#owner.hasDataLine)) return;
    if (this.#announces) this.#owner.other?.opened(this.label, this.id);
    this.readyState = 'open';
    this.onopen?.();
  }

  send(data: Data | Uint8Array): void {
    if (this.readyState !== 'open') throw new DOMException(`in ${this.readyState}`, 'InvalidStateError');
    const content = data instanceof Uint8Array ? (data.slice().buffer as ArrayBuffer) : data;
    const size = sizeOf(content);
    if (size > messageBytesMax) throw new TypeError('the message is too large');
    if (this.bufferedAmount + size > bufferMax) throw new DOMException('the buffer is full', 'OperationError');
    this.bufferedAmount += size;
    this.bufferedMost = Math.max(this.bufferedMost, this.bufferedAmount);
    this.#buffer.push(content);
    this.#move();
  }

  /** Both ends close, a moment later. */
  close(): void {
    if (this.readyState === 'closing' || this.readyState === 'closed') return;
    this.readyState = 'closing';
    const partner = this.#partner();
    const { pace } = this.#owner;
    pace.later(() => {
      this.ended();
      partner?.closedThere();
    });
  }

  /** The other end has closed. */
  closedThere(): void {
    this.#owner.pace.later(() => this.ended());
  }

  /** Closed, by whomever. */
  ended(): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.#buffer.length = 0;
    this.onclose?.();
  }

  #partner(): FakeDataChannel | undefined {
    return this.#owner.other?.channels.find(({ id, readyState }) => id === this.id && readyState === 'open');
  }

  #move(): void {
    if (this.#moving) return;
    this.#moving = true;
    const { path } = this.#owner;
    const step = (): void => {
      for (let room = path.room(); room > 0 && this.#buffer.length > 0 && path.room() > 0; ) {
        const data = this.#buffer.shift()!;
        room -= sizeOf(data);
        this.#leave(data);
      }
      this.#moving = this.#buffer.length > 0 && this.#owner.connectionState !== 'closed';
      if (this.#moving) path.whenRoom(step);
    };
    path.whenRoom(step);
  }

  #leave(data: Data): void {
    const before = this.bufferedAmount;
    this.bufferedAmount -= sizeOf(data);
    this.#owner.path.carry(this, data, (arrived) => this.#partner()?.onmessage?.({ data: arrived }));
    const { bufferedAmountLowThreshold: low } = this;
    if (before > low && this.bufferedAmount <= low) this.onbufferedamountlow?.();
  }
}

/** The connection is there: its channels open. */
export function openChannels(owner: ChannelOwner): void {
  for (const channel of [...owner.channels]) channel.connected();
}

/** The connection is closed: so are its channels, and those at the other end, which are told. */
export function closeChannels(owner: ChannelOwner): void {
  const there = owner.other?.channels ?? [];
  for (const channel of owner.channels) {
    channel.onclose = null;
    channel.ended();
  }
  for (const channel of [...there]) channel.closedThere();
}
