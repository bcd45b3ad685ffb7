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
  /**
   * Of what was sent reliably, so many messages did not arrive: lost with a connection, which is told before the `open` of
   * the next one; or sent to all while this participant was about to be connected, which then could not be done.
   */
  lost: { to: Participant; messages: number };
}

export interface ChannelSendOptions {
  /** A participant's id. Default: everybody who is in the meeting now and opens the channel. */
  to?: string;
}

/** Internal: what a channel stands on. */
export interface ChannelHost {
  executor: FlowExecutor;
  errors: ErrorTable;
  messageBytesMax: number;
  /** A message that is not kept, since too much has come that nobody here listens to. */
  unheard(from: Participant): void;
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
  /** What came before anybody here listened, until all of it is told. */
  readonly #kept: ChannelEvents['message'][] = [];
  #keeps = true;
  #keptBytes = 0;
  #flushing = false;
  #complained = false;
  #closed: 'channel-closed' | 'already-left' | undefined;

  /** Internal: use `meeting.channel`. */
  constructor(label: string, { ordered = true, maxRetransmits }: ChannelOptions, host: ChannelHost) {
    this.label = label;
    this.ordered = ordered;
    this.maxRetransmits = maxRetransmits;
    this.#host = host;
    this.#emitter = new Emitter(host.report, (type) => type === 'message' && this.#flushLater());
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
   * To everybody who is in the meeting now, or to one of them. Up to 16 MiB (16,777,216 bytes): longer messages than the
   * connection takes are sent in parts and put together again.
   *
   * On a reliable channel it waits for those to whom a connection is being made, for the first time or anew, and for those
   * who open the channel within 5 s; a message that is just being sent when a connection is lost is lost with it. On one
   * with `maxRetransmits` it goes to those for whom the channel is open, and waits for nobody.
   *
   * Resolves when the browsers' buffers have room for it and it has its place in order; wait for it before sending much.
   * What waits for somebody to be connected does not hold up a message to everybody until 2 MiB wait for them. Who then
   * cannot be connected does not get it, which `lost` tells; who leaves, or does not open the channel, does not count.
   *
   * Rejects with `invalid-argument`, `message-too-large`, `rate-limited` (256 MiB wait for one participant already),
   * `file-changed` (a Blob that cannot be read any more), `channel-closed` (closed here) or `already-left`. To one also
   * with `target-unknown`, `channel-closed` (not open there), `link-failed` (no connection could be made) or `peer-gone`
   * (left, or the connection was lost while it was being sent).
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
      if (!this.#takes(to)) throw errors.make('channel-closed');
      return executor.lane(to, this.label).send(content);
    }
    await Promise.all([...people.values()].filter(({ id }) => this.#takes(id)).map((person) => this.#sendToAll(person, content)));
  }

  #sendToAll(person: Participant, content: Content): Promise<void> | undefined {
    const lane = this.#host.executor.lane(person.id, this.label);
    if (lane.state === 'unreachable') return void this.#emitter.emit('lost', { to: person, messages: 1 });
    const sent = lane.send(content).catch(unlessGone);
    if (lane.state === 'open' || lane.isFull) return sent;
    // It has its place, and the others do not wait. What cannot be read when its turn has come is lost too.
    sent.catch(() => this.#emitter.emit('lost', { to: person, messages: 1 }));
    return undefined;
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
    this.#kept.length = this.#keptBytes = 0;
    this.#emitter.close();
  }

  /** Internal. */
  received(from: Participant, data: string | ArrayBuffer): void {
    if (!this.#keeps) return void this.#emitter.emit('message', { from, data });
    // An application may have more to do between the channel and its listener.
    const bytes = typeof data === 'string' ? 2 * data.length : data.byteLength;
    if (this.#kept.length > 0 && (this.#keptBytes + bytes > this.#host.messageBytesMax || this.#kept.length >= keptMax)) {
      if (!this.#complained) this.#host.unheard(from);
      this.#complained = true;
      return;
    }
    this.#kept.push({ from, data });
    this.#keptBytes += bytes;
  }

  // A moment later, so that the one who listens has the undo, and whatever else stands beside it.
  #flushLater(): void {
    if (this.#flushing || !this.#keeps) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      while (this.#kept.length > 0 && this.#emitter.hears('message')) this.#emitter.emit('message', this.#kept.shift()!);
      this.#keeps &&= this.#kept.length > 0 || !this.#emitter.hears('message');
      this.#keptBytes = this.#kept.reduce((sum, { data }) => sum + (typeof data === 'string' ? 2 * data.length : data.byteLength), 0);
    });
  }

  /** Internal. */
  changed(participant: Participant, state: ChannelState, lost: number): void {
    const { id } = participant;
    const wasOpen = this.#open.delete(id);
    if (wasOpen) this.#emitter.emit('close', participant);
    if (state === 'open') this.#open.add(id);
    if (lost > 0 && this.maxRetransmits === undefined) this.#emitter.emit('lost', { to: participant, messages: lost });
    if (state === 'open') this.#emitter.emit('open', participant);
  }

  /** Internal. */
  forget(participant: Participant): void {
    this.changed(participant, 'absent', 0);
  }

  // What is unreliable waits for nobody. Where a reliable message cannot go, its lane says so.
  #takes(id: string): boolean {
    return this.maxRetransmits === undefined || this.#host.executor.lane(id, this.label).state === 'open';
  }
}

// So many messages, and no more bytes than one may have, are kept until somebody listens.
const keptMax = 1_024;

// Who has gone is not waited for by the others; that too much waits is for everybody.
function unlessGone(error: { code?: string }): void {
  if (!['peer-gone', 'channel-closed', 'link-failed'].includes(error.code ?? '')) throw error;
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
