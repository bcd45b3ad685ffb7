// One file on its way in: gathers blocks, checks them, stores them one after the other. More than it was let in, or
// other than was offered, ends it: memory stays within the window.

import type { ErrorCode } from '../client-types.ts';
import type { FlowBounds } from '../flow-types.ts';
import type { ClockPort } from '../ports.ts';
import type { DigestPort } from './ports.ts';
import type { Bytes } from './frames.ts';
import type { FileFrame } from './file-frames.ts';
import type { FileSink } from './sinks.ts';
import { fileFrame, joinSums, sameBytes } from './file-frames.ts';

export interface IncomingEvents {
  stored(run: number, held: number): void;
  damaged(run: number): void;
  /** All of it is stored and checked. */
  complete(run: number, result: unknown): void;
  stopped(code: ErrorCode, cause?: unknown): void;
}

export class Incoming {
  readonly sink: FileSink;
  readonly #size: number;
  readonly #bounds: FlowBounds;
  readonly #digest: DigestPort;
  readonly #clock: ClockPort;
  readonly #events: IncomingEvents;
  readonly #sums: (Uint8Array | undefined)[] = [];
  #storing: Promise<void> = Promise.resolve();
  #run = 0;
  #until = 0;
  // Where the block being gathered begins, and what there is of it.
  #at = 0;
  #pieces: Uint8Array[] = [];
  #gathered = 0;
  // How much is stored, whatever the run.
  #stored = 0;
  #finished: { result: unknown } | undefined;

  constructor(sink: FileSink, size: number, tools: { bounds: FlowBounds; digest: DigestPort; clock: ClockPort }, events: IncomingEvents) {
    this.sink = sink;
    this.#size = size;
    this.#bounds = tools.bounds;
    this.#digest = tools.digest;
    this.#clock = tools.clock;
    this.#events = events;
  }

  begin(run: number, from: number, until: number): void {
    this.#run = run;
    this.#until = until;
    this.#at = from;
    this.#pieces = [];
    this.#gathered = 0;
  }

  extend(until: number): void {
    this.#until = until;
  }

  end(reason?: unknown): void {
    const wasOpen = this.#run >= 0;
    this.#run = -1;
    this.#pieces = [];
    if (wasOpen && reason !== undefined) void this.#storing.then(() => this.sink.abort(reason));
  }

  take({ kind, run, content }: FileFrame): void {
    if (run !== this.#run) return;
    if (kind === fileFrame.data) return this.#gather(content);
    const at = this.#at;
    if (kind === fileFrame.block) {
      const expected = Math.min(this.#bounds.blockBytes, this.#size - at);
      if (this.#gathered !== expected || expected === 0) return this.#stop('peer-misbehaved');
      const block = this.#join();
      this.#at += block.length;
      this.#next(() => this.#store(run, at, block, content));
    } else if (kind === fileFrame.file) {
      if (at !== this.#size || this.#gathered > 0) return this.#stop('peer-misbehaved');
      this.#next(() => this.#complete(run, content));
    }
  }

  #gather(piece: Uint8Array): void {
    this.#gathered += piece.length;
    const most = Math.min(this.#until, this.#at + this.#bounds.blockBytes);
    if (piece.length === 0 || this.#at + this.#gathered > most) return this.#stop('peer-misbehaved');
    this.#pieces.push(piece);
  }

  #join(): Bytes {
    const block = new Uint8Array(this.#gathered);
    let at = 0;
    for (const piece of this.#pieces) {
      block.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    this.#gathered = 0;
    return block;
  }

  #next(work: () => Promise<void>): void {
    this.#storing = this.#storing.then(work).catch((cause: unknown) => this.#stop('storage-failed', cause));
    this.#clock.during?.(this.#storing);
  }

  #stop(code: ErrorCode, cause?: unknown): void {
    if (this.#run < 0) return;
    this.#run = 0;
    this.#events.stopped(code, cause);
  }

  async #store(run: number, at: number, block: Bytes, sum: Uint8Array): Promise<void> {
    if (this.#run !== run) return;
    const own = await this.#digest(block);
    if (own && sum.length > 0 && !sameBytes(own, sum)) {
      if (this.#run !== run) return;
      this.#run = 0; // what follows it is of no use
      return this.#events.damaged(run);
    }
    this.#sums[at / this.#bounds.blockBytes] = sum.length > 0 ? own : undefined;
    // An earlier run may have got further than the core knew when it began this one.
    if (at >= this.#stored) {
      await this.sink.write(block);
      this.#stored = at + block.length;
    }
    if (this.#run >= 0) this.#events.stored(run, this.#stored);
  }

  async #complete(run: number, sum: Uint8Array): Promise<void> {
    if (this.#run !== run) return;
    const joined = joinSums(this.#sums);
    const whole = joined && (await this.#digest(joined));
    if (whole && sum.length > 0 && !sameBytes(whole, sum)) return this.#stop('file-damaged');
    // Once: if the sender has not heard of it, it asks again in another run.
    this.#finished ??= { result: await this.sink.finish() };
    if (this.#run === run) this.#events.complete(run, this.#finished.result);
  }
}
