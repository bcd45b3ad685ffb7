// RTCDataChannel as the specification has it, as far as Meetwire uses it: negotiated channels only, joined with the one
// of the same id at the other end. What goes out lies in a buffer first, and leaves it a piece at a time. What meets no
// channel at the other end is lost, as it is in browsers.

/** What a fake connection shows of itself to its channels. */
export interface ChannelOwner {
  readonly connectionState: RTCPeerConnectionState;
  readonly other: ChannelOwner | undefined;
  readonly channels: FakeDataChannel[];
  readonly path: FakePath;
}

/** What all fakes of one world share. */
export interface FakePath {
  /** Nothing moves: a hole in the network. */
  stalled: boolean;
  /** So many bytes move at a time. */
  bytesPerTick: number;
  /** Bytes that have arrived anywhere. */
  moved: number;
  /** Looks at, alters or swallows (undefined) what arrives on the channel of that id. */
  tamper?: ((id: number, data: string | ArrayBuffer) => string | ArrayBuffer | undefined) | undefined;
}

const messageBytesMax = 262_144;
const bufferMax = 16 * 1024 * 1024;

type Data = string | ArrayBuffer;

const sizeOf = (data: Data): number => (typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength);

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

  constructor(owner: ChannelOwner, label: string, options: RTCDataChannelInit = {}) {
    const taken = owner.channels.some(({ id, readyState }) => id === options.id && readyState !== 'closed');
    if (taken) throw new DOMException(`${options.id} is in use`, 'OperationError');
    this.#owner = owner;
    this.label = label;
    this.options = options;
    owner.channels.push(this);
    if (owner.connectionState === 'connected') setImmediate(() => this.connected());
  }

  get id(): number {
    return this.options.id ?? 0;
  }

  connected(): void {
    if (this.readyState !== 'connecting') return;
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
    setImmediate(() => {
      this.ended();
      partner?.ended();
    });
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
    const step = (): void => {
      const { path } = this.#owner;
      for (let room = path.bytesPerTick; room > 0 && this.#buffer.length > 0 && !path.stalled; ) {
        const data = this.#buffer.shift()!;
        room -= sizeOf(data);
        this.#deliver(data);
      }
      this.#moving = this.#buffer.length > 0 && this.#owner.connectionState !== 'closed';
      if (this.#moving) setImmediate(step);
    };
    setImmediate(step);
  }

  #deliver(data: Data): void {
    const { path } = this.#owner;
    const before = this.bufferedAmount;
    this.bufferedAmount -= sizeOf(data);
    path.moved += sizeOf(data);
    const arrives = path.tamper ? path.tamper(this.id, data) : data;
    if (arrives !== undefined) this.#partner()?.onmessage?.({ data: arrives });
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
  setImmediate(() => {
    for (const channel of [...there]) channel.ended();
  });
}
