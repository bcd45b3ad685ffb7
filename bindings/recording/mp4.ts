// Mends fragmented MP4 (ISO/IEC 14496-12) as it comes from a MediaRecorder: gives it a Movie Extends Header with its
// duration. A `free` box keeps the place until then. Fragments are only read along.

import type { Mender } from './mender.ts';
import { type Bytes, bigEndian, join, nothing, readNumber } from './bytes.ts';

interface Box {
  type: string;
  at: number;
  content: number;
  end: number;
}

/** A header, and the description of one fragment, are some kilobytes. What is longer is left as it is. */
const headBytesMax = 1_048_576;
const slotBytes = 20;

function boxAt(bytes: Uint8Array, at: number): Box | undefined {
  if (at + 16 > bytes.length) return undefined;
  const size = readNumber(bytes, at, 4);
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  if (size === 1) return { type, at, content: at + 16, end: at + Math.max(readNumber(bytes, at + 8, 8), 16) };
  // A size of 0: up to the end of the file.
  return { type, at, content: at + 8, end: size === 0 ? Infinity : at + Math.max(size, 8) };
}

function boxesIn(bytes: Uint8Array, { content, end }: Pick<Box, 'content' | 'end'>, type: string): Box[] {
  const found: Box[] = [];
  for (let at = content; at + 8 <= Math.min(end, bytes.length); ) {
    const size = readNumber(bytes, at, 4);
    if (size < 8) break;
    const box = { type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), at, content: at + 8, end: at + size };
    if (box.type === type) found.push(box);
    at += size;
  }
  return found;
}

const boxIn = (bytes: Uint8Array, parent: Box | undefined, ...path: string[]): Box | undefined =>
  path.reduce<Box | undefined>((box, type) => box && boxesIn(bytes, box, type)[0], parent);

/** Of `mvhd`, `tkhd` and `mdhd`: what stands behind the two times, which have eight bytes each in version 1. */
const afterTimes = (bytes: Uint8Array, { content }: Box): number => content + 4 + (bytes[content] === 1 ? 16 : 8);

export class Mp4Mender implements Mender {
  #head: Bytes | undefined;
  #slotAt = 0;
  #scale = 0;
  #isLost = false;
  #held: Bytes = nothing;
  #skip = 0;
  readonly #scales = new Map<number, number>();
  readonly #defaults = new Map<number, number>();
  /** Of each track, in seconds. */
  readonly #ends = new Map<number, number>();

  get duration(): number | undefined {
    return this.#ends.size === 0 ? undefined : Math.max(...this.#ends.values()) * 1000;
  }

  feed(bytes: Bytes): Bytes {
    if (this.#isLost) return bytes;
    if (this.#head) {
      this.#scan(bytes);
      return bytes;
    }
    const held = (this.#held = join(this.#held, bytes));
    const length = this.#readHead(held);
    if (length === undefined && held.length <= headBytesMax) return nothing;
    this.#held = nothing;
    if (!length || !this.#head) {
      this.#isLost = true;
      return held;
    }
    const rest = held.slice(length);
    this.#scan(rest);
    return join(this.#head, rest);
  }

  finish(): { tail: Bytes; head: Bytes | undefined } {
    if (!this.#head) return { tail: this.#held, head: undefined };
    const { duration } = this;
    if (duration === undefined) return { tail: nothing, head: undefined };
    const head = this.#head.slice();
    const name = new TextEncoder().encode('mehd');
    const version1 = bigEndian(0x01000000, 4);
    head.set(join(bigEndian(slotBytes, 4), name, version1, bigEndian(Math.round((duration / 1000) * this.#scale), 8)), this.#slotAt);
    return { tail: nothing, head };
  }

  /** The length of what stands before the first fragment; undefined: that has not come; 0: it cannot be mended. */
  #readHead(bytes: Bytes): number | undefined {
    let moov: Box | undefined;
    for (let at = 0; ; ) {
      const box = boxAt(bytes, at);
      if (!box) return undefined;
      if (box.type === 'mdat') return 0;
      if (box.end > bytes.length) return undefined;
      if (box.type === 'moov') moov = box;
      if (box.type === 'moof') return this.#takeHead(bytes, moov, box);
      at = box.end;
    }
  }

  #takeHead(bytes: Bytes, moov: Box | undefined, moof: Box): number {
    const mvhd = boxIn(bytes, moov, 'mvhd');
    const mvex = boxIn(bytes, moov, 'mvex');
    // Fragments whose data is found by its place in the file must not be moved; nor is a second duration put beside the first.
    const isFixed = boxesIn(bytes, moof, 'traf').some((traf) => (bytes[(boxIn(bytes, traf, 'tfhd')?.content ?? 0) + 3] ?? 1) & 1);
    if (!moov || !mvhd || !mvex || isFixed || boxIn(bytes, mvex, 'mehd')) return 0;
    this.#scale = readNumber(bytes, afterTimes(bytes, mvhd), 4);
    for (const trak of boxesIn(bytes, moov, 'trak')) {
      const tkhd = boxIn(bytes, trak, 'tkhd');
      const mdhd = boxIn(bytes, trak, 'mdia', 'mdhd');
      if (tkhd && mdhd) this.#scales.set(readNumber(bytes, afterTimes(bytes, tkhd), 4), readNumber(bytes, afterTimes(bytes, mdhd), 4));
    }
    for (const { content } of boxesIn(bytes, mvex, 'trex')) this.#defaults.set(readNumber(bytes, content + 4, 4), readNumber(bytes, content + 12, 4));

    const slot = join(bigEndian(slotBytes, 4), new TextEncoder().encode('free'), new Uint8Array(slotBytes - 8));
    const head = join(bytes.slice(0, mvex.content), slot, bytes.slice(mvex.content, moof.at));
    for (const { at, end } of [moov, mvex]) head.set(bigEndian(end - at + slotBytes, 4), at);
    this.#slotAt = mvex.content;
    this.#head = head;
    return moof.at;
  }

  #scan(bytes: Bytes): void {
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    const all = join(this.#held, bytes.slice(skipped));
    this.#held = nothing;
    for (let at = 0; at < all.length; ) {
      const box = boxAt(all, at);
      if (!box || (box.type === 'moof' && box.end > all.length && box.end - at <= headBytesMax)) {
        this.#held = all.slice(at);
        return;
      }
      if (box.type === 'moof') for (const traf of boxesIn(all, box, 'traf')) this.#takeTrack(all, traf);
      this.#skip = Math.max(0, box.end - all.length);
      at = box.end;
    }
  }

  #takeTrack(bytes: Bytes, traf: Box): void {
    const tfhd = boxIn(bytes, traf, 'tfhd');
    const tfdt = boxIn(bytes, traf, 'tfdt');
    if (!tfhd || !tfdt) return;
    const flags = readNumber(bytes, tfhd.content + 1, 3);
    const track = readNumber(bytes, tfhd.content + 4, 4);
    const defaultAt = tfhd.content + 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
    const usual = flags & 8 ? readNumber(bytes, defaultAt, 4) : (this.#defaults.get(track) ?? 0);
    let time = readNumber(bytes, tfdt.content + 4, bytes[tfdt.content] === 1 ? 8 : 4);
    for (const { content, end } of boxesIn(bytes, traf, 'trun')) {
      const has = readNumber(bytes, content + 1, 3);
      const count = readNumber(bytes, content + 4, 4);
      const first = content + 8 + (has & 1 ? 4 : 0) + (has & 4 ? 4 : 0);
      const stride = [0x100, 0x200, 0x400, 0x800].reduce((sum, flag) => sum + (has & flag ? 4 : 0), 0);
      if (!(has & 0x100)) time += usual * count;
      else for (let i = 0; i < count && first + i * stride < end; ++i) time += readNumber(bytes, first + i * stride, 4);
    }
    const scale = this.#scales.get(track);
    if (scale) this.#ends.set(track, Math.max(this.#ends.get(track) ?? 0, time / scale));
  }
}
