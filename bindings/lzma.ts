// Unpacks LZMA: the stream of an .lzma file without its header, made with lc = 3, lp = 0, pb = 0.
//
// Why not the platform's own DecompressionStream: deflate leaves the core a quarter larger, and what a page has to
// load is counted. This costs about a kilobyte, and some 10 ms for the core. The input is made by our own build, so
// nothing but its end is checked. Names and numbers are those of the LZMA specification.

const kTopValue = 2 ** 24;
const kNumBitModelTotalBits = 11;
const kNumMoveBits = 5;
const lc = 3;

const models = (size: number): Uint16Array => new Uint16Array(size).fill(1 << (kNumBitModelTotalBits - 1));

/** The range decoder: one adaptive bit at a time. */
class RangeDecoder {
  private readonly input: Uint8Array;
  private at = 5; // the first byte is always zero, the next four are the code
  private range = 0xffffffff;
  private code: number;

  constructor(input: Uint8Array) {
    this.input = input;
    this.code = new DataView(input.buffer, input.byteOffset).getUint32(1);
  }

  private normalize(): void {
    if (this.range >= kTopValue) return;
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | (this.input[this.at++] ?? 0)) >>> 0;
  }

  bit(model: Uint16Array, index: number): number {
    const probability = model[index] ?? 0;
    const bound = (this.range >>> kNumBitModelTotalBits) * probability;
    const one = this.code >= bound;
    if (one) {
      this.range -= bound;
      this.code -= bound;
      model[index] = probability - (probability >>> kNumMoveBits);
    } else {
      this.range = bound;
      model[index] = probability + (((1 << kNumBitModelTotalBits) - probability) >>> kNumMoveBits);
    }
    this.normalize();
    return one ? 1 : 0;
  }

  /** Bits that are as likely as not, highest first. */
  direct(count: number): number {
    let value = 0;
    for (; count > 0; --count) {
      this.range >>>= 1;
      const one = this.code >= this.range;
      if (one) this.code -= this.range;
      this.normalize();
      value = value * 2 + (one ? 1 : 0);
    }
    return value;
  }

  /** A number of `count` bits by a tree of models, highest bit first. */
  tree(model: Uint16Array, count: number, offset = 0): number {
    let node = 1;
    for (let i = 0; i < count; ++i) node = node * 2 + this.bit(model, offset + node);
    return node - (1 << count);
  }

  /** The same, lowest bit first. */
  reverseTree(model: Uint16Array, count: number, offset: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < count; ++i) {
      const bit = this.bit(model, offset + node);
      node = node * 2 + bit;
      value |= bit << i;
    }
    return value;
  }
}

class LengthDecoder {
  private readonly choice = models(2);
  private readonly low = models(8);
  private readonly middle = models(8);
  private readonly high = models(256);

  decode(range: RangeDecoder): number {
    if (range.bit(this.choice, 0) === 0) return 2 + range.tree(this.low, 3);
    if (range.bit(this.choice, 1) === 0) return 10 + range.tree(this.middle, 3);
    return 18 + range.tree(this.high, 8);
  }
}

function distanceDecoder(): (range: RangeDecoder, length: number) => number {
  const slots = models(4 * 64);
  const special = models(128);
  const align = models(16);
  return (range, length) => {
    const slot = range.tree(slots, 6, Math.min(length - 2, 3) * 64);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + range.reverseTree(special, bits, base - slot);
    return base + range.direct(bits - 4) * 16 + range.reverseTree(align, 4, 0);
  };
}

/** Unpacks `input` into its first `size` bytes. */
export function unpackLzma(input: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(size);
  const range = new RangeDecoder(input);

  const literals = models(0x300 << lc);
  const isMatch = models(12);
  const isRep = models(12);
  const isRepG0 = models(12);
  const isRepG1 = models(12);
  const isRepG2 = models(12);
  const isRep0Long = models(12);
  const matchLength = new LengthDecoder();
  const repLength = new LengthDecoder();
  const distance = distanceDecoder();

  let state = 0;
  let [rep0, rep1, rep2, rep3] = [0, 0, 0, 0];
  let at = 0;

  const literal = (): number => {
    const offset = 0x300 * ((output[at - 1] ?? 0) >> (8 - lc));
    let symbol = 1;
    if (state >= 7) {
      // After a match the byte it would have gone on with tells something, until the first bit that differs.
      let match = output[at - rep0 - 1] ?? 0;
      while (symbol < 0x100) {
        const matchBit = (match >> 7) & 1;
        match <<= 1;
        const bit = range.bit(literals, offset + ((1 + matchBit) << 8) + symbol);
        symbol = symbol * 2 + bit;
        if (bit !== matchBit) break;
      }
    }
    while (symbol < 0x100) symbol = symbol * 2 + range.bit(literals, offset + symbol);
    return symbol & 0xff;
  };

  while (at < size) {
    if (range.bit(isMatch, state) === 0) {
      output[at] = literal();
      ++at;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let length: number;
    if (range.bit(isRep, state) === 0) {
      [rep1, rep2, rep3] = [rep0, rep1, rep2];
      length = matchLength.decode(range);
      rep0 = distance(range, length);
      state = state < 7 ? 7 : 10;
    } else {
      if (range.bit(isRepG0, state) === 0) {
        if (range.bit(isRep0Long, state) === 0) {
          output[at] = output[at - rep0 - 1] ?? 0;
          ++at;
          state = state < 7 ? 9 : 11;
          continue;
        }
      } else if (range.bit(isRepG1, state) === 0) {
        [rep0, rep1] = [rep1, rep0];
      } else if (range.bit(isRepG2, state) === 0) {
        [rep0, rep1, rep2] = [rep2, rep0, rep1];
      } else {
        [rep0, rep1, rep2, rep3] = [rep3, rep0, rep1, rep2];
      }
      length = repLength.decode(range);
      state = state < 7 ? 8 : 11;
    }
    if (rep0 >= at) throw new RangeError('damaged LZMA: a distance beyond the beginning');
    // Byte by byte: source and target may overlap, that is how runs are written.
    for (const end = Math.min(at + length, size); at < end; ++at) output[at] = output[at - rep0 - 1] ?? 0;
  }
  return output;
}
