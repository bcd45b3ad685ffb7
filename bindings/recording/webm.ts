// Mends WebM (a subset of Matroska, RFC 9559, written in EBML, RFC 8794) as it comes from a MediaRecorder: gives it a
// Duration, an index (Cues) and the way to it (SeekHead).
//
// The header is written anew when it has come, with Void elements as placeholders: a file whose end never comes says
// nothing false. Clusters are only read along: their times, and where the pictures stand that can be decoded by themselves.

import type { Mender } from './mender.ts';
import { type Bytes, bigEndian, float64, join, nothing, readNumber } from './bytes.ts';

const ids = {
  ebml: 0x1a45dfa3, segment: 0x18538067, seekHead: 0x114d9b74, seek: 0x4dbb, seekId: 0x53ab, seekPosition: 0x53ac,
  info: 0x1549a966, timestampScale: 0x2ad7b1, duration: 0x4489, tracks: 0x1654ae6b, trackEntry: 0xae, trackNumber: 0xd7,
  trackType: 0x83, cluster: 0x1f43b675, timestamp: 0xe7, simpleBlock: 0xa3, blockGroup: 0xa0, block: 0xa1, cues: 0x1c53bb6b,
  cuePoint: 0xbb, cueTime: 0xb3, cueTrackPositions: 0xb7, cueTrack: 0xf7, cueClusterPosition: 0xf1, void: 0xec,
} as const;

/** A header is some hundred bytes. What has none by then is not what a MediaRecorder gives, and is left as it is. */
const headerBytesMax = 65_536;
/** What a block's length is taken for at most, where only the next block would say it. */
const blockMsMax = 100;
/** As much of an element's content as is read of it: a block's track, time and flags, or a number. */
const readMax = 12;

const video = 1;
const seekHeadBytes = 26;
const durationBytes = 11;

interface Element {
  id: number;
  /** Where its content begins. */
  content: number;
  /** Of the content, in bytes; Infinity: until something comes that cannot be in it. */
  size: number;
}

/** `short`: it ends within the element's id or size. */
function elementAt(bytes: Uint8Array, at: number): Element | 'short' | 'wrong' {
  const first = bytes[at];
  if (first === undefined) return 'short';
  const idLength = Math.clz32(first) - 23;
  if (idLength > 4) return 'wrong';
  const sizeAt = at + idLength;
  const head = bytes[sizeAt];
  if (head === undefined) return 'short';
  const length = Math.clz32(head) - 23;
  if (length > 8) return 'wrong';
  if (sizeAt + length > bytes.length) return 'short';
  const size = (head & (0xff >> length)) * 256 ** (length - 1) + readNumber(bytes, sizeAt + 1, length - 1);
  const mask = 0xff >> length;
  const isUnknown = (head & mask) === mask && bytes.subarray(sizeAt + 1, sizeAt + length).every((byte) => byte === 0xff);
  return { id: readNumber(bytes, at, idLength), content: sizeAt + length, size: isUnknown ? Infinity : size };
}

const numberOf = (bytes: Uint8Array, { content, size }: Element): number => readNumber(bytes, content, Math.min(size, 8));

/** Those that are whole. */
function* childrenOf(bytes: Uint8Array, { content, size }: Pick<Element, 'content' | 'size'>): Generator<Element & { at: number }> {
  for (let at = content; at < content + size; ) {
    const element = elementAt(bytes, at);
    if (typeof element === 'string' || element.content + element.size > bytes.length) return;
    yield { ...element, at };
    at = element.content + element.size;
  }
}

const idBytes = (id: number): Bytes => bigEndian(id, id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1);
/** With a size of eight bytes, or of one where `isSmall`. */
function write(id: number, isSmall: boolean, ...content: readonly Uint8Array[]): Bytes {
  const size = content.reduce((sum, { length }) => sum + length, 0);
  return join(idBytes(id), isSmall ? bigEndian(0x80 | size, 1) : join(bigEndian(1, 1), bigEndian(size, 7)), ...content);
}
const filler = (length: number): Bytes => write(ids.void, true, new Uint8Array(length - 2));
const unknownSize = new Uint8Array([1, 255, 255, 255, 255, 255, 255, 255]);

/** What the header says, and its parts to write it anew. */
class Header {
  /** How long it was. */
  readonly length: number;
  readonly scaleNs: number;
  readonly videoTrack: number;
  readonly #ebml: Bytes;
  readonly #info: Bytes[] = [];
  readonly #others: Bytes[] = [];

  /** Undefined: it is not all there yet. */
  static read(bytes: Bytes): Header | 'wrong' | undefined {
    const ebml = elementAt(bytes, 0);
    if (ebml === 'short') return undefined;
    if (ebml === 'wrong' || ebml.id !== ids.ebml) return 'wrong';
    const segment = elementAt(bytes, ebml.content + ebml.size);
    if (segment === 'short') return undefined;
    if (segment === 'wrong' || segment.id !== ids.segment) return 'wrong';
    let at = segment.content;
    const parts: (Element & { at: number })[] = [];
    for (const part of childrenOf(bytes, { content: at, size: Infinity })) {
      parts.push(part);
      at = part.content + part.size;
    }
    const next = elementAt(bytes, at);
    if (typeof next === 'string' || next.id !== ids.cluster) return next === 'wrong' ? next : undefined;
    return new Header(bytes, ebml, parts, at);
  }

  private constructor(bytes: Bytes, ebml: Element, parts: (Element & { at: number })[], length: number) {
    this.length = length;
    this.#ebml = bytes.slice(0, ebml.content + ebml.size);
    let scaleNs = 1_000_000;
    let videoTrack = 0;
    for (const part of parts) {
      if (part.id === ids.info) {
        for (const child of childrenOf(bytes, part)) {
          if (child.id === ids.timestampScale) scaleNs = numberOf(bytes, child);
          if (child.id !== ids.duration && child.id !== ids.void) this.#info.push(bytes.slice(child.at, child.content + child.size));
        }
      } else if (part.id !== ids.seekHead && part.id !== ids.void && part.id !== ids.cues) {
        this.#others.push(bytes.slice(part.at, part.content + part.size));
      }
      if (part.id !== ids.tracks) continue;
      for (const entry of childrenOf(bytes, part)) {
        const fields = [...childrenOf(bytes, entry)];
        const value = (id: number): number => fields.filter((field) => field.id === id).reduce((_, field) => numberOf(bytes, field), 0);
        if (entry.id === ids.trackEntry && value(ids.trackType) === video) videoTrack = value(ids.trackNumber);
      }
    }
    this.scaleNs = scaleNs || 1_000_000;
    this.videoTrack = videoTrack;
  }

  /** Where positions in the segment are counted from. */
  get origin(): number {
    return this.#ebml.length + 4 + 8;
  }

  /** Always of the same length. `duration` in units of the scale. */
  write(duration?: number, cuesAt?: number, size?: number): Bytes {
    const way = cuesAt === undefined ? filler(seekHeadBytes) : write(
      ids.seekHead, true,
      write(ids.seek, true, write(ids.seekId, true, idBytes(ids.cues)), write(ids.seekPosition, true, bigEndian(cuesAt, 8))),
    );
    const length = duration === undefined ? filler(durationBytes) : write(ids.duration, true, float64(duration));
    const segmentSize = size === undefined ? unknownSize : join(bigEndian(1, 1), bigEndian(size, 7));
    return join(this.#ebml, idBytes(ids.segment), segmentSize, way, write(ids.info, false, ...this.#info, length), ...this.#others);
  }
}

export class WebmMender implements Mender {
  #header: Header | undefined;
  /** What it cannot read it leaves as it is. */
  #isLost = false;
  /** Of what came, what is not read yet. */
  #held: Bytes = nothing;
  #skip = 0;
  /** Bytes given out. */
  #given = 0;
  #clusterAt = 0;
  #clusterTime = 0;
  #hasCue = false;
  readonly #ends = new Map<number, { last: number; step: number }>();
  /** One for a cluster at most: some twenty bytes for a second or more of pictures. */
  readonly #cues: { time: number; position: number }[] = [];

  get duration(): number | undefined {
    const scale = (this.#header?.scaleNs ?? 0) / 1e6;
    return this.#ends.size === 0 ? undefined : this.#end() * scale;
  }

  feed(bytes: Bytes): Bytes {
    let out = bytes;
    if (!this.#header && !this.#isLost) {
      const held = (this.#held = join(this.#held, bytes));
      const header = Header.read(held);
      if (header === undefined && held.length <= headerBytesMax) return nothing;
      this.#held = nothing;
      if (header instanceof Header) {
        this.#header = header;
        const head = header.write();
        const rest = held.slice(header.length);
        out = join(head, rest);
        this.#scan(rest, head.length);
      } else {
        this.#isLost = true;
        out = held;
      }
    } else {
      this.#scan(bytes, this.#given);
    }
    this.#given += out.length;
    return out;
  }

  finish(): { tail: Bytes; head: Bytes | undefined } {
    const header = this.#header;
    if (!header || this.#ends.size === 0) return { tail: header ? nothing : this.#held, head: undefined };
    // In a last cluster of unknown size an element that belongs to the segment ends it.
    const isWhole = !this.#isLost && this.#skip === 0 && this.#held.length === 0;
    const tail = isWhole && this.#cues.length > 0 ? this.#index(header) : nothing;
    const cuesAt = tail.length > 0 ? this.#given - header.origin : undefined;
    return { tail, head: header.write(this.#end(), cuesAt, isWhole ? this.#given + tail.length - header.origin : undefined) };
  }

  #end(): number {
    const blockMax = blockMsMax * 1e6 / (this.#header?.scaleNs ?? 1e6);
    return Math.max(...[...this.#ends.values()].map(({ last, step }) => last + Math.min(step, blockMax)));
  }

  #index(header: Header): Bytes {
    return write(
      ids.cues, false,
      ...this.#cues.map(({ time, position }) => {
        const where = write(ids.cueTrackPositions, true, write(ids.cueTrack, true, bigEndian(header.videoTrack, 1)), write(ids.cueClusterPosition, true, bigEndian(position, 8)));
        return write(ids.cuePoint, true, write(ids.cueTime, true, bigEndian(time, 8)), where);
      }),
    );
  }

  /** `position`: where in the file these bytes stand. */
  #scan(bytes: Bytes, position: number): void {
    if (this.#isLost) return;
    const held = this.#held;
    const all = held.length > 0 ? join(held, bytes) : bytes;
    const start = position - held.length;
    this.#held = nothing;
    let at = Math.min(this.#skip, all.length);
    this.#skip -= at;
    while (at < all.length && !this.#isLost) {
      const element = elementAt(all, at);
      if (element === 'wrong') {
        this.#isLost = true;
        return;
      }
      if (typeof element === 'string' || element.content + Math.min(element.size, readMax) > all.length) {
        this.#held = all.slice(at);
        return;
      }
      const after = this.#take(all, element, start + at);
      at = Math.min(after, all.length);
      this.#skip = after - at;
    }
  }

  /** Gives where to go on. */
  #take(all: Bytes, element: Element, position: number): number {
    const { id, content, size } = element;
    if (id === ids.cluster) {
      this.#clusterAt = position;
      this.#hasCue = false;
      return content;
    }
    if (id === ids.blockGroup) return content;
    if (id === ids.timestamp) this.#clusterTime = numberOf(all, element);
    if (id === ids.simpleBlock || id === ids.block) this.#block(all, content, id === ids.simpleBlock);
    if (size !== Infinity) return content + size;
    this.#isLost = true;
    return all.length;
  }

  #block(all: Bytes, at: number, isSimple: boolean): void {
    const first = all[at] ?? 0;
    const length = Math.clz32(first) - 23;
    const track = (first & (0xff >> length)) * 256 ** (length - 1) + readNumber(all, at + 1, length - 1);
    const time = this.#clusterTime + ((readNumber(all, at + length, 2) << 16) >> 16);
    const before = this.#ends.get(track);
    if (!before || time >= before.last) this.#ends.set(track, { last: time, step: before && time > before.last ? time - before.last : before?.step ?? 0 });
    const isKey = isSimple && ((all[at + length + 2] ?? 0) & 0x80) !== 0;
    if (!isKey || this.#hasCue || track !== this.#header?.videoTrack) return;
    this.#hasCue = true;
    this.#cues.push({ time, position: this.#clusterAt - this.#header.origin });
  }
}
