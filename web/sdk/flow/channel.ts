// A data channel to everybody in the meeting, as the application sees it.

import type { ChannelState } from '../../../bindings/flow-types.ts';
import type { ErrorTable } from '../../../bindings/errors.ts';
import type { FlowExecutor } from '../../../bindings/flow/executor.ts';
import type { Content } from '../../../bindings/flow/lane.ts';
import type { ListenOptions, Undo } from '../events.ts';
import type { Participant } from '../participant.ts';
import { bytesOfText } from '../../../bindings/flow/frames.ts';
import { Emitter } from '../events.ts';

/** How messages travel. Whoever opens the channel to somebody first decides for both: say the same everywhere. */
export interface ChannelOptions {
  /** Whether messages arrive in the order in which they were sent. Default: true. */
  ordered?: boolean;
  /** How often a lost packet is sent again; 0: never. Default: until it has arrived. 0 to 65535. */
  maxRetransmits?: number;
}

/** Text arrives as text, all else as an ArrayBuffer. Lone surrogates in text become U+FFFD. */
export type ChannelData = string | ArrayBuffer | ArrayBufferView | Blob;

export interface ChannelEvents {
  /** `from` is who the connection leads to, whatever the message says. */
  message: { from: Participant; data: string | ArrayBuffer };
  /** That participant has opened the channel too, and what is sent to them now goes out. */
  open: Participant;
  /** Closed there, or the connection is lost; if it comes back, `open` comes again. */
  close: Participant;
  /** Of what was sent reliably, so many messages were lost with a connection. Comes with the `open` of the next one. */
  lost: { to: Participant; messages: number };
}

export interface ChannelSendOptions {
  /** A participant's id. Default: everybody for whom the channel is open, or about to be. */
  to?: string;
}

/** Internal: what a channel stands on. */
export interface ChannelHost {
  executor: FlowExecutor;
  errors: ErrorTable;
  messageBytesMax: number;
  participants(): ReadonlyMap<string, Participant>;
  report(error: unknown): void;
  released(label: string): void;
}

export class Channel {
  readonly label: string;
  readonly ordered: boolean;
  readonly maxRetransmits: number | undefined;
  readonly #host: ChannelHost;
  readonly #emitter: Emitter<ChannelEvents>;
  readonly #open = new Set<string>();
  /** For whom it has been open once: a lost connection to them is waited for. */
  readonly #known = new Set<string>();
  #closed: 'channel-closed' | 'already-left' | undefined;

  /** Internal: use `meeting.channel`. */
  constructor(label: string, { ordered = true, maxRetransmits }: ChannelOptions, host: ChannelHost) {
    this.label = label;
    this.ordered = ordered;
    this.maxRetransmits = maxRetransmits;
    this.#host = host;
    this.#emitter = new Emitter(host.report);
  }

  /** The ids of those for whom it is open. */
  get openTo(): ReadonlySet<string> {
    return this.#open;
  }

  /** Gives the undo. A listener that throws is reported and harms no other. */
  on<Type extends keyof ChannelEvents>(type: Type, listener: (event: ChannelEvents[Type]) => unknown, options?: ListenOptions): Undo {
    return this.#emitter.on(type, listener, options);
  }

  once<Type extends keyof ChannelEvents>(type: Type, listener: (event: ChannelEvents[Type]) => unknown, options?: ListenOptions): Undo {
    return this.#emitter.once(type, listener, options);
  }

  /** For `for await`: everything from the loop's start on; the loop ends with the channel. */
  events<Type extends keyof ChannelEvents>(type: Type): AsyncIterable<ChannelEvents[Type]> {
    return this.#emitter.events(type);
  }

  /**
   * Resolves when the browsers' buffers have room for it and it has its place in order; wait for it before sending much.
   * Up to 16 MiB (16,777,216 bytes): longer messages than the connection takes are sent in parts and put together again.
   * While a connection is lost, what is reliable waits for it; a message that was just being sent is lost.
   *
   * Rejects with `invalid-argument`, `message-too-large`, `target-unknown`, `channel-closed` (not open there, or closed
   * here), `peer-gone` (left, or lost while it was being sent), `file-changed` (a Blob that cannot be read any more),
   * `rate-limited` (256 MiB wait already) or `already-left`.
   * To everybody: those who leave meanwhile do not count.
   */
  async send(data: ChannelData, { to }: ChannelSendOptions = {}): Promise<void> {
    const { errors, executor, messageBytesMax } = this.#host;
    if (this.#closed) throw errors.make(this.#closed);
    const content = contentOf(data);
    if (!content) throw errors.make('invalid-argument', 'a channel takes text, ArrayBuffers and their views, and Blobs');
    if (content.size > messageBytesMax) throw errors.make('message-too-large', `${content.size} bytes, at most ${messageBytesMax}`);
    const people = this.#host.participants();
    if (to !== undefined) {
      if (!people.has(to)) throw errors.make('target-unknown');
      if (!executor.knows(to) && !this.#known.has(to)) throw errors.make('channel-closed');
      return executor.lane(to, this.label).send(content);
    }
    const lanes = [...people.keys()].filter((id) => this.#takes(id)).map((id) => executor.lane(id, this.label));
    if (lanes.length === 1) return lanes[0]!.send(content).catch(unlessGone);
    await Promise.all(lanes.map((lane) => lane.send(content).catch(unlessGone)));
  }

  /** Closes it for everybody. The others are told, and may not send on it any more. */
  close(): void {
    if (this.#closed) return;
    this.end('channel-closed');
    this.#host.released(this.label);
  }

  /** Internal. */
  end(why: 'channel-closed' | 'already-left'): void {
    this.#closed ??= why;
    this.#open.clear();
    this.#emitter.close();
  }

  /** Internal. */
  received(from: Participant, data: string | ArrayBuffer): void {
    this.#emitter.emit('message', { from, data });
  }

  /** Internal. */
  changed(participant: Participant, state: ChannelState, lost: number): void {
    const { id } = participant;
    const wasOpen = this.#open.delete(id);
    if (wasOpen) this.#emitter.emit('close', participant);
    if (state !== 'open') return;
    this.#open.add(id);
    this.#known.add(id);
    if (lost > 0 && this.maxRetransmits === undefined) this.#emitter.emit('lost', { to: participant, messages: lost });
    this.#emitter.emit('open', participant);
  }

  /** Internal. */
  forget(participant: Participant): void {
    this.changed(participant, 'closed', 0);
    this.#known.delete(participant.id);
  }

  #takes(id: string): boolean {
    const { executor } = this.#host;
    const { state } = executor.lane(id, this.label);
    if (state === 'absent') return false;
    return state === 'open' || executor.reaches(id) || (this.maxRetransmits === undefined && this.#known.has(id));
  }
}

// Who has gone is not waited for by the others; that too much waits is for everybody.
function unlessGone(error: { code?: string }): void {
  if (error.code !== 'peer-gone' && error.code !== 'channel-closed') throw error;
}

function contentOf(data: unknown): Content | undefined {
  if (typeof data === 'string') {
    const bytes = bytesOfText(data);
    return { bytes, isText: true, size: bytes.length };
  }
  if (data instanceof Blob) {
    let read: Promise<Uint8Array<ArrayBuffer>> | undefined;
    const bytes = () => (read ??= data.arrayBuffer().then((buffer) => new Uint8Array(buffer)));
    return { bytes, isText: false, size: data.size };
  }
  const lent = true;
  if (data instanceof ArrayBuffer) return { bytes: new Uint8Array(data), isText: false, size: data.byteLength, lent };
  if (ArrayBuffer.isView(data)) {
    const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    return { bytes, isText: false, size: bytes.length, lent };
  }
  return undefined;
}
