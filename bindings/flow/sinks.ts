// Where an incoming file goes: to a stream of the application's, or into a Blob, which browsers keep on disk when it is
// large.

import type { Bytes } from './frames.ts';

export interface FileSink<Result = unknown> {
  /** Called one after the other. */
  write(bytes: Bytes): Promise<void>;
  finish(): Promise<Result>;
  abort(reason: unknown): void;
}

export class BlobSink implements FileSink<File> {
  readonly #name: string;
  readonly #type: string;
  #parts: Blob[] = [];

  constructor(name: string, type: string) {
    this.#name = name;
    this.#type = type;
  }

  async write(bytes: Bytes): Promise<void> {
    this.#parts.push(new Blob([bytes]));
  }

  async finish(): Promise<File> {
    const file = new File(this.#parts, this.#name, { type: this.#type });
    this.#parts = [];
    return file;
  }

  abort(): void {
    this.#parts = [];
  }
}

/** Closes the stream at the end; a file handle's stream shows its content only then. */
export class WritableSink implements FileSink<undefined> {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(writable: WritableStream<Uint8Array>) {
    this.#writer = writable.getWriter();
  }

  async write(bytes: Bytes): Promise<void> {
    await this.#writer.write(bytes);
  }

  async finish(): Promise<undefined> {
    await this.#writer.close();
  }

  abort(reason: unknown): void {
    this.#writer.abort(reason).catch(() => {});
  }
}
