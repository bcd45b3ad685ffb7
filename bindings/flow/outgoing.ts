// One file on its way out: reads block by block, as far as the receiver lets it, and hands the pieces to the lane.
// Which run, from where and how far is the core's to say.

import type { FlowBounds } from '../flow-types.ts';
import type { ClockPort } from '../ports.ts';
import type { DigestPort } from './ports.ts';
import type { Bytes } from './frames.ts';
import type { Lane } from './lane.ts';
import type { FileSource } from './sources.ts';
import { fileFrame, fileHeadLength, joinSums, writeFileFrame } from './file-frames.ts';

export interface OutgoingEvents {
  /** All of it has been handed over. */
  read(run: number): void;
  /** The file is not there any more, or not as it was. */
  changed(cause: unknown): void;
}

const nothing = new Uint8Array(0);

export class Outgoing {
  readonly source: FileSource;
  readonly #transfer: number;
  readonly #size: number;
  readonly #lane: Lane;
  readonly #bounds: FlowBounds;
  readonly #digest: DigestPort;
  readonly #clock: ClockPort;
  readonly #events: OutgoingEvents;
  // Of each block: a resumed transfer needs those of its beginning for the checksum of the whole.
  readonly #sums: (Bytes | undefined)[] = [];
  #reading: Promise<void> = Promise.resolve();
  #run = 0;
  #until = 0;
  #wake: () => void = () => {};

  constructor(source: FileSource, transfer: number, size: number, lane: Lane, tools: { bounds: FlowBounds; digest: DigestPort; clock: ClockPort }, events: OutgoingEvents) {
    this.source = source;
    this.#transfer = transfer;
    this.#size = size;
    this.#lane = lane;
    this.#bounds = tools.bounds;
    this.#digest = tools.digest;
    this.#clock = tools.clock;
    this.#events = events;
  }

  begin(run: number, from: number, until: number): void {
    this.#run = run;
    this.#until = until;
    this.source.release(from);
    this.#wake();
    this.#send(run, from).catch((cause: unknown) => this.#failed(run, cause));
  }

  extend(held: number, until: number): void {
    this.#until = until;
    this.source.release(held);
    this.#wake();
  }

  end(): void {
    this.#run = 0;
    this.#wake();
    this.source.close();
  }

  async #send(run: number, from: number): Promise<void> {
    // One block is read and summed while the one before is being sent.
    let next = this.#prepare(from);
    for (let at = from; at < this.#size; ) {
      const block = await next;
      const to = this.#blockEnd(at);
      if (!(await this.#mayGoTo(to, run)) || !block) return;
      next = to < this.#size ? this.#prepare(to) : Promise.resolve(undefined);
      if (!(await this.#sendBlock(run, block.bytes, block.sum))) return;
      at = to;
    }
    let whole: Bytes | undefined;
    try {
      const ending = this.#finish();
      this.#clock.during?.(ending);
      whole = await ending;
    } catch (cause) {
      return this.#failed(run, cause);
    }
    if ((await this.#frame(run, fileFrame.file, whole ?? nothing)) && this.#run === run) this.#events.read(run);
  }

  /** The checksum of the whole, where all of it has one. */
  async #finish(): Promise<Bytes | undefined> {
    await this.source.finish();
    const joined = joinSums(this.#sums);
    return joined && this.#digest(joined);
  }

  #blockEnd(at: number): number {
    return Math.min(this.#size, at + this.#bounds.blockBytes);
  }

  #prepare(at: number): Promise<{ bytes: Bytes; sum: Bytes | undefined } | undefined> {
    const work = this.#readAndSum(at);
    this.#clock.during?.(work);
    return work;
  }

  async #readAndSum(at: number): Promise<{ bytes: Bytes; sum: Bytes | undefined } | undefined> {
    if (at >= this.#size) return undefined;
    const run = this.#run;
    try {
      const bytes = await this.#read(at, this.#blockEnd(at));
      const sum = await this.#digest(bytes);
      this.#sums[at / this.#bounds.blockBytes] = sum;
      return { bytes, sum };
    } catch (cause) {
      this.#failed(run, cause);
      return undefined;
    }
  }

  // One after the other: a run that is over may still be reading.
  #read(from: number, to: number): Promise<Bytes> {
    const reading = this.#reading.then(() => this.source.read(from, to));
    this.#reading = reading.then(() => {}, () => {});
    return reading;
  }

  // Of a run that is over it does not count: its reading may have been cut short on purpose.
  #failed(run: number, cause: unknown): void {
    if (this.#run === run && run !== 0) this.#events.changed(cause);
  }

  async #mayGoTo(to: number, run: number): Promise<boolean> {
    while (this.#run === run && this.#until < to) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#run === run;
  }

  async #sendBlock(run: number, bytes: Bytes, sum: Bytes | undefined): Promise<boolean> {
    const room = this.#lane.frameBytesMax - fileHeadLength;
    for (let at = 0; at < bytes.length && room > 0; at += room) {
      if (!(await this.#frame(run, fileFrame.data, bytes.subarray(at, at + room)))) return false;
    }
    return room > 0 && this.#frame(run, fileFrame.block, sum ?? nothing);
  }

  // False: the run is over, or the stream is; the core says how to go on.
  async #frame(run: number, kind: 0 | 1 | 2, content: Uint8Array): Promise<boolean> {
    if (this.#run !== run) return false;
    try {
      await this.#lane.sendFrame(writeFileFrame(kind, this.#transfer, run, content));
    } catch {
      return false;
    }
    return this.#run === run;
  }
}
