// Where an outgoing file comes from: something that can be read anywhere, or a stream that can be read once.

import type { Bytes } from './frames.ts';

/** Reading fails in whichever way the source fails; to the transfer all of it means that the file is not what it was. */
export interface FileSource {
  /** The bytes from `from` up to `to`; rejects if there are fewer. */
  read(from: number, to: number): Promise<Bytes>;
  /** The receiver has so many bytes: they will not be asked for again. */
  release(held: number): void;
  /** Rejects if there is more than there should be. */
  finish(): Promise<void>;
  close(): void;
}

export class BlobSource implements FileSource {
  readonly #blob: Blob;

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  async read(from: number, to: number): Promise<Bytes> {
    const bytes = new Uint8Array(await this.#blob.slice(from, to).arrayBuffer());
    if (bytes.length !== to - from) throw new RangeError(`${bytes.length} bytes where ${to - from} should be`);
    return bytes;
  }

  release(): void {}

  async finish(): Promise<void> {}

  close(): void {}
}

/** Keeps what the receiver does not have yet, which the transfer's window bounds. */
export class StreamSource implements FileSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #kept: { from: number; bytes: Bytes }[] = [];
  #rest: Uint8Array | undefined;
  #at = 0;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async read(from: number, to: number): Promise<Bytes> {
    const kept = this.#kept.find((each) => each.from === from && each.bytes.length === to - from);
    if (kept) return kept.bytes;
    if (from !== this.#at) throw new RangeError(`the stream is at ${this.#at}, not at ${from}`);
    const bytes = new Uint8Array(to - from);
    for (let filled = 0; filled < bytes.length; ) {
      const chunk = this.#rest ?? (await this.#next());
      if (!chunk) throw new RangeError(`the stream ends at ${this.#at + filled}`);
      const part = chunk.subarray(0, bytes.length - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#rest = part.length < chunk.length ? chunk.subarray(part.length) : undefined;
    }
    this.#at = to;
    this.#kept.push({ from, bytes });
    return bytes;
  }

  release(held: number): void {
    while (this.#kept[0] && this.#kept[0].from + this.#kept[0].bytes.length <= held) this.#kept.shift();
  }

  async finish(): Promise<void> {
    if (this.#rest?.length || (await this.#next())) throw new RangeError(`the stream goes on after ${this.#at}`);
  }

  close(): void {
    this.#kept.length = 0;
    this.#reader.cancel().catch(() => {});
  }

  async #next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      if (!(value instanceof Uint8Array)) throw new TypeError('the stream does not give bytes');
      if (value.length > 0) return value;
    }
  }
}
