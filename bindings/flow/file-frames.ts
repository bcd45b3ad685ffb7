// What travels on the stream of files, as src/flow/DATA.md has it: pieces of blocks, the checksum after each block, and
// that of the whole at the end.

import type { Bytes } from './frames.ts';

/** Data: a piece of the block. Block: it is complete, this is its checksum. File: so is the file. */
export const fileFrame = { data: 0, block: 1, file: 2 } as const;
export type FileFrameKind = (typeof fileFrame)[keyof typeof fileFrame];

// The head of every frame (frames.ts), the kind, the transfer, the run.
export const fileHeadLength = 10;

export function writeFileFrame(kind: FileFrameKind, transfer: number, run: number, content: Uint8Array): Bytes {
  const frame = new Uint8Array(fileHeadLength + content.length);
  const view = new DataView(frame.buffer);
  view.setUint8(1, kind);
  view.setUint32(2, transfer);
  view.setUint32(6, run);
  frame.set(content, fileHeadLength);
  return frame;
}

export interface FileFrame {
  kind: number;
  transfer: number;
  run: number;
  content: Bytes;
}

/** Undefined: not a frame of a file. */
export function readFileFrame(data: ArrayBuffer): FileFrame | undefined {
  if (data.byteLength < fileHeadLength) return undefined;
  const view = new DataView(data);
  return { kind: view.getUint8(1), transfer: view.getUint32(2), run: view.getUint32(6), content: new Uint8Array(data, fileHeadLength) };
}

/** The checksum of the whole is that of all blocks' checksums, one after the other: it can be made as they come. */
export function joinSums(sums: readonly (Uint8Array | undefined)[]): Bytes | undefined {
  const joined = new Uint8Array(sums.length * 32);
  for (const [index, sum] of sums.entries()) {
    if (!sum) return undefined;
    joined.set(sum, index * 32);
  }
  return joined;
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);
