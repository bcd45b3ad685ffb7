// Messages on a stream, as src/flow/DATA.md has them: whole ones with one byte in front, longer ones in parts.

import type { FlowBounds } from '../flow-types.ts';

export type Message = string | ArrayBuffer;
export type Bytes = Uint8Array<ArrayBuffer>;

const textBit = 1;
const partBit = 2;
/** In front of a whole message. */
export const headLength = 1;
// And of a part: the message's number (4 bytes), which part (2), of how many (2).
const partHeadLength = 9;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** As WebIDL's USVString: lone surrogates become U+FFFD. */
export const bytesOfText = (text: string): Bytes => encoder.encode(text);

/** The frames of one message, none longer than `most`. */
export function* framesOf(bytes: Bytes, isText: boolean, number: number, most: number): Generator<Bytes> {
  const kind = isText ? textBit : 0;
  if (bytes.length + headLength <= most) {
    const frame = new Uint8Array(bytes.length + headLength);
    frame[0] = kind;
    frame.set(bytes, headLength);
    return yield frame;
  }
  const room = most - partHeadLength;
  const count = Math.ceil(bytes.length / room);
  for (let index = 0; index < count; ++index) {
    const part = bytes.subarray(index * room, (index + 1) * room);
    const frame = new Uint8Array(part.length + partHeadLength);
    const view = new DataView(frame.buffer);
    frame[0] = kind | partBit;
    view.setUint32(1, number);
    view.setUint16(5, index);
    view.setUint16(7, count);
    frame.set(part, partHeadLength);
    yield frame;
  }
}

interface Partial {
  /** By their places: what a frame claims of their number must not cost anything. */
  readonly parts: Map<number, ArrayBuffer>;
  readonly count: number;
  readonly isText: boolean;
  bytes: number;
}

// As many messages may be incomplete at a time; only unreliable or unordered ones are, beyond one.
const partialMax = 256;

/** Puts the messages of one sender on one channel together again. */
export class Joiner {
  readonly #bounds: FlowBounds;
  readonly #partial = new Map<number, Partial>();
  #held = 0;

  constructor(bounds: FlowBounds) {
    this.#bounds = bounds;
  }

  /** Bytes of messages that are not whole yet. */
  get held(): number {
    return this.#held;
  }

  /** The message that this frame completes; undefined: none yet; an Error: against the rules. */
  take(frame: ArrayBuffer): Message | Error | undefined {
    if (frame.byteLength < headLength) return new Error('an empty frame');
    const view = new DataView(frame);
    const kind = view.getUint8(0);
    if (kind > (textBit | partBit)) return undefined; // of a newer version
    if (!(kind & partBit)) return messageOf(frame.slice(headLength), kind);
    if (frame.byteLength <= partHeadLength) return new Error('a part without content');
    return this.#takePart(view.getUint32(1), view.getUint16(5), view.getUint16(7), kind, frame);
  }

  /** The stream is another one: what was not whole never will be. */
  clear(): void {
    this.#partial.clear();
    this.#held = 0;
  }

  #takePart(number: number, index: number, count: number, kind: number, frame: ArrayBuffer): Message | Error | undefined {
    const there = this.#partial.get(number);
    const partial: Partial = there ?? { parts: new Map(), count, isText: Boolean(kind & textBit), bytes: 0 };
    const { parts } = partial;
    const length = frame.byteLength - partHeadLength;
    const belongs = partial.count === count && index < count && !parts.has(index);
    if (!belongs || partial.bytes + length > this.#bounds.messageBytesMax) {
      this.#drop(number);
      return new Error(belongs ? 'a message beyond the limit' : 'parts that do not belong together');
    }
    if (!there) this.#partial.set(number, partial);
    parts.set(index, frame);
    partial.bytes += length;
    this.#held += length;
    if (parts.size < count) return this.#makeRoom(number);
    this.#drop(number);
    const whole = new Uint8Array(partial.bytes);
    let at = 0;
    for (let place = 0; place < count; ++place) {
      const part = new Uint8Array(parts.get(place)!, partHeadLength);
      whole.set(part, at);
      at += part.length;
    }
    return messageOf(whole.buffer, partial.isText ? textBit : 0);
  }

  // Of unreliable messages the rest may never come: the oldest give way.
  #makeRoom(newest: number): undefined {
    for (const number of this.#partial.keys()) {
      if (this.#held <= this.#bounds.partialBytesMax && this.#partial.size <= partialMax) return;
      if (number !== newest) this.#drop(number);
    }
  }

  #drop(number: number): void {
    this.#held -= this.#partial.get(number)?.bytes ?? 0;
    this.#partial.delete(number);
  }
}

const messageOf = (content: ArrayBuffer, kind: number): Message => (kind & textBit ? decoder.decode(content) : content);
