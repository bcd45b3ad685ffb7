// Where a recording goes: into a file in the browser, to a function, or to a stream.

import type { Bytes } from '../../../bindings/recording/bytes.ts';

export interface Target {
  /** Called one after the other. `position`: where it belongs in the file; either at its end, or once over its beginning. */
  write(bytes: Bytes, position: number): unknown;
  finish(): Promise<File | undefined>;
  abort(reason: unknown): void;
}

/** Browsers keep large Blobs on disk. */
export class FileTarget implements Target {
  readonly #name: string;
  readonly #type: string;
  #parts: Blob[] = [];

  constructor(name: string, type: string) {
    this.#name = name;
    this.#type = type;
  }

  write(bytes: Bytes, position: number): void {
    if (position > 0 || this.#parts.length === 0) this.#parts.push(new Blob([bytes]));
    else this.#parts = [new Blob([bytes]), this.#whole().slice(bytes.length)];
  }

  async finish(): Promise<File> {
    const file = new File([this.#whole()], this.#name, { type: this.#type });
    this.#parts = [];
    return file;
  }

  abort(): void {
    this.#parts = [];
  }

  #whole(): Blob {
    return new Blob(this.#parts);
  }
}

export type OnChunk = (data: Uint8Array<ArrayBuffer>, position: number) => unknown;

export class ChunkTarget implements Target {
  readonly #onChunk: OnChunk;

  constructor(onChunk: OnChunk) {
    this.#onChunk = onChunk;
  }

  write(bytes: Bytes, position: number): unknown {
    return this.#onChunk(bytes, position);
  }

  async finish(): Promise<undefined> {}

  abort(): void {}
}

/** Of a stream that can seek, as files on disk can, also the beginning is mended. */
export class StreamTarget implements Target {
  readonly #writer: WritableStreamDefaultWriter;
  readonly #seeks: boolean;
  #end = 0;

  constructor(writable: WritableStream) {
    this.#seeks = typeof (writable as { seek?: unknown }).seek === 'function';
    this.#writer = writable.getWriter();
  }

  async write(data: Bytes, position: number): Promise<void> {
    if (this.#seeks) await this.#writer.write({ type: 'write', position, data });
    else if (position === this.#end) await this.#writer.write(data);
    this.#end = Math.max(this.#end, position + data.length);
  }

  async finish(): Promise<undefined> {
    await this.#writer.close();
  }

  abort(reason: unknown): void {
    this.#writer.abort(reason).catch(() => {});
  }
}
