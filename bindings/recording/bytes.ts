// Reading and writing of bytes, for the menders.

export type Bytes = Uint8Array<ArrayBuffer>;

export const nothing: Bytes = new Uint8Array();

export function join(...pieces: readonly Uint8Array[]): Bytes {
  const [only] = pieces;
  if (pieces.length === 1 && only) return only as Bytes;
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Big-endian. Beyond 2^53 it is no longer exact. */
export function readNumber(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; ++i) value = value * 256 + (bytes[i] ?? 0);
  return value;
}

export function bigEndian(value: number, length: number): Bytes {
  const bytes = new Uint8Array(length);
  for (let i = length - 1, rest = value; i >= 0; --i, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return bytes;
}

export function float64(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}
