// What goes to one participant on one channel: messages in the order in which they were given, over whichever stream is
// the channel's at the moment, no faster than the browser takes them. Decides nothing about streams.

import type { ChannelState, FlowBounds } from '../flow-types.ts';
import type { ErrorTable } from '../errors.ts';
import type { Bytes, Message } from './frames.ts';
import { framesOf, Joiner } from './frames.ts';

/** A message, or where it comes from: read when its turn has come. */
export interface Content {
  bytes: Bytes | (() => Promise<Bytes>);
  isText: boolean;
  size: number;
  /** The bytes are somebody else's, who may change them. */
  lent?: boolean;
}

interface Waiting extends Content {
  /** In frames already, which must go out as they are. */
  readonly framed: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

export interface LaneOptions {
  bounds: FlowBounds;
  errors: ErrorTable;
  /** Does what waits go on waiting while there is no stream? */
  keeps: boolean;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #queue: Waiting[] = [];
  readonly #joiner: Joiner;
  #state: ChannelState = 'connecting';
  #channel: RTCDataChannel | undefined;
  #partMax = 0;
  #waitingBytes = 0;
  #pumping = false;
  #wake: () => void = () => {};
  #number = 0;
  /** Whole messages that have come. */
  received = 0;
  /** Messages begun. */
  #sent = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#joiner = new Joiner(options.bounds);
  }

  get state(): ChannelState {
    return this.#state;
  }

  /** Whether as much waits as a browser's buffer holds. */
  get isFull(): boolean {
    return this.#waitingBytes > this.#options.bounds.bufferHigh;
  }

  /** Where to send from now on. Gives how many messages of those sent before have not arrived. */
  bind(channel: RTCDataChannel, messageBytesMax: number, arrivedThere: number): number {
    const { bufferLow, partBytesMax } = this.#options.bounds;
    this.unbind('open');
    this.#channel = channel;
    this.#partMax = Math.min(messageBytesMax, partBytesMax);
    const lost = Math.max(0, this.#sent - arrivedThere);
    this.#sent = arrivedThere;
    channel.bufferedAmountLowThreshold = bufferLow;
    channel.onbufferedamountlow = () => this.#wake();
    void this.#pump();
    return lost;
  }

  /**
   * No stream. What is being sent is lost; what has not begun waits, unless it would wait in vain. Gives how many messages
   * were for somebody to whom no connection could be made.
   */
  unbind(state: ChannelState): number {
    this.#state = state;
    if (this.#channel) this.#channel.onbufferedamountlow = null;
    this.#channel = undefined;
    this.#wake();
    if (state === 'absent') this.#reject('channel-closed');
    else if (state === 'unreachable') return this.#reject('link-failed');
    else if (state !== 'open' && !this.#options.keeps) this.#reject('peer-gone', 'the connection was lost');
    return 0;
  }

  /** Another stream begins: parts from the one before do not go on in it. */
  begin(): void {
    this.#joiner.clear();
  }

  /** Counts begin anew. */
  forget(): void {
    this.#sent = this.received = this.#number = 0;
    this.#joiner.clear();
  }

  /** For good. */
  close(code: 'peer-gone' | 'channel-closed' | 'already-left'): void {
    this.unbind('connecting');
    this.#reject(code);
  }

  take(frame: ArrayBuffer): Message | Error | undefined {
    const message = this.#joiner.take(frame);
    if (message !== undefined && !(message instanceof Error)) this.received++;
    return message;
  }

  /** Resolves when the browser has taken it, in its turn. */
  send(content: Content): Promise<void> {
    return this.#enqueue(content, false);
  }

  /** One frame as it is, its head included: for whoever cuts into frames itself. */
  sendFrame(frame: Bytes): Promise<void> {
    return this.#enqueue({ bytes: frame, isText: false, size: frame.length }, true);
  }

  /** What fits into one frame. */
  get frameBytesMax(): number {
    return this.#partMax;
  }

  #enqueue(content: Content, framed: boolean): Promise<void> {
    const { bounds, errors } = this.#options;
    if (this.#state === 'absent') return Promise.reject(errors.make('channel-closed'));
    if (this.#state === 'unreachable') return Promise.reject(errors.make('link-failed'));
    // The common case costs no queue: there is a stream, and room in it.
    const { bytes } = content;
    const channel = this.#channel;
    if (channel && this.#queue.length === 0 && typeof bytes !== 'function' && channel.bufferedAmount + content.size <= bounds.bufferHigh) {
      try {
        this.#write(channel, bytes, content.isText, framed);
        return Promise.resolve();
      } catch (cause) {
        return Promise.reject(errors.make('peer-gone', 'the browser refused it', cause));
      }
    }
    if (this.#waitingBytes + content.size > bounds.waitingBytesMax) {
      return Promise.reject(errors.make('rate-limited', `${this.#waitingBytes} bytes wait already, at most ${bounds.waitingBytesMax}: wait for \`send\` before sending more`));
    }
    this.#waitingBytes += content.size;
    return new Promise((resolve, reject) => {
      const kept = content.lent && bytes instanceof Uint8Array ? bytes.slice() : bytes;
      this.#queue.push({ ...content, bytes: kept, framed, resolve, reject });
      void this.#pump();
    });
  }

  #write(channel: RTCDataChannel, bytes: Bytes, isText: boolean, framed: boolean): void {
    this.#sent++;
    if (framed) return channel.send(bytes);
    for (const frame of framesOf(bytes, isText, this.#number++ >>> 0, this.#partMax)) channel.send(frame);
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let channel = this.#channel; channel && this.#queue.length > 0; channel = this.#channel) {
        const next = this.#queue[0]!;
        const sent = await this.#sendOne(channel, next);
        // The queue may have been emptied meanwhile, which has settled what was in it.
        if (this.#queue[0] === next && sent !== 'later') {
          this.#queue.shift();
          this.#waitingBytes -= next.size;
          if (sent === 'sent') next.resolve();
          else next.reject(sent);
        }
      }
    } finally {
      this.#pumping = false;
    }
  }

  // 'later': the stream is gone before anything of it went out. An error: it cannot be sent.
  async #sendOne(channel: RTCDataChannel, { bytes, isText, framed }: Waiting): Promise<unknown> {
    const { errors, bounds } = this.#options;
    try {
      const ready = typeof bytes === 'function' ? await bytes() : bytes;
      if (!(await this.#room(channel))) return 'later';
      this.#sent++;
      if (framed) {
        channel.send(ready);
        return 'sent';
      }
      for (const frame of framesOf(ready, isText, this.#number++ >>> 0, this.#partMax)) {
        if (channel.bufferedAmount > bounds.bufferHigh && !(await this.#room(channel))) {
          return errors.make('peer-gone', 'the connection was lost while it was being sent');
        }
        channel.send(frame);
      }
      return 'sent';
    } catch (cause) {
      if (this.#channel !== channel) return 'later';
      return typeof bytes === 'function' ? errors.make('file-changed', undefined, cause) : errors.make('peer-gone', undefined, cause);
    }
  }

  // Waits for room in the browser's buffer. False: the stream is another one by then.
  async #room(channel: RTCDataChannel): Promise<boolean> {
    while (this.#channel === channel && channel.bufferedAmount > this.#options.bounds.bufferHigh) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#channel === channel;
  }

  #reject(code: 'peer-gone' | 'channel-closed' | 'link-failed' | 'already-left', detail?: string): number {
    this.#waitingBytes = 0;
    const waiting = this.#queue.splice(0);
    for (const { reject } of waiting) reject(this.#options.errors.make(code, detail));
    return waiting.length;
  }
}
