// Files as the application sees them: what it sends, and what it is offered.

import type { ErrorTable, MeetingError } from '../../../bindings/errors.ts';
import type { FlowCommandOf } from '../../../bindings/flow-types.ts';
import type { FlowExecutor } from '../../../bindings/flow/executor.ts';
import type { FileSource } from '../../../bindings/flow/sources.ts';
import type { Participant } from '../participant.ts';
import { BlobSink, WritableSink } from '../../../bindings/flow/sinks.ts';
import { BlobSource, StreamSource } from '../../../bindings/flow/sources.ts';

export interface FileProgress {
  /** The other one: who receives, or who sends. */
  readonly participant: Participant;
  /** What the receiver has stored, in bytes. */
  readonly bytes: number;
  readonly size: number;
}

export interface SendFileOptions {
  /** A participant's id. Default: everybody who is here now. */
  to?: string;
  /**
   * What the receivers are shown; default: the file's own. Without a path, and with at most 255 bytes of UTF-8, which is
   * what file systems take: a longer name is cut between two characters and keeps its extension.
   */
  name?: string;
  /** A media type; default: the file's own. One of more than 127 bytes is left out. */
  type?: string;
  /** In bytes: of a stream, which cannot be asked. */
  size?: number;
  onProgress?: (progress: FileProgress) => void;
  /** Cancels it; what has begun is undone at the receivers too. */
  signal?: AbortSignal;
}

/** How a file fared that went to everybody. */
export interface FileDelivery {
  readonly delivered: readonly Participant[];
  readonly failed: ReadonlyMap<Participant, MeetingError>;
}

export interface AcceptFileOptions {
  onProgress?: (progress: FileProgress) => void;
  /** Cancels it. */
  signal?: AbortSignal;
  /**
   * Where to put it as it comes: of `showSaveFilePicker`, of the origin's private file system, or any other. It is closed
   * at the end, and aborted if the transfer fails. Without it the file is gathered in a Blob, which the browser may keep
   * in memory.
   */
  writable?: WritableStream<Uint8Array>;
}

/** Files to the other participants; those from them come with the meeting's `file` event. */
export interface MeetingFiles {
  /**
   * Offers a file to everybody who is here, or to one, and sends it to those who accept; several at a time if you like.
   * A Blob or File is read as it is sent; a stream goes to one receiver only, and needs its `size`. Whoever is being
   * connected gets it when they are. A lost connection that is back within two minutes goes on where it was. Where nobody
   * listens for files yet, the offer waits 5 s for that, and is declined then.
   *
   * Resolves when everybody has it or has not taken it. To one (`to`) it rejects with what went wrong: `file-declined`,
   * `file-cancelled`, `file-changed` (it was altered or removed meanwhile), `file-damaged`, `storage-failed`, `peer-gone`,
   * `peer-misbehaved`, `channel-closed` (their client takes no files), `rate-limited`. Otherwise only with
   * `invalid-argument`, `target-unknown`, `aborted` or `already-left`.
   */
  send(file: Blob | ReadableStream<Uint8Array>, options?: SendFileOptions): Promise<FileDelivery>;
}

/** Internal: what files stand on. */
export interface FilesHost {
  executor: FlowExecutor;
  errors: ErrorTable;
  participants(): ReadonlyMap<string, Participant>;
  /** False: nobody listens. */
  offer(offer: FileOffer): boolean;
  report(error: unknown): void;
}

type Ended = FlowCommandOf<'file_ended'>;

interface Transfer {
  readonly participant: Participant;
  readonly size: number;
  readonly onProgress: ((progress: FileProgress) => void) | undefined;
  end(notice: Ended): void;
}

const keyOf = ({ peer, transfer, outgoing }: { peer: string; transfer: number; outgoing: boolean }): string => `${outgoing} ${transfer} ${peer}`;

export class Files {
  readonly #host: FilesHost;
  readonly #transfers = new Map<string, Transfer>();
  readonly #offers = new Map<string, FileOffer>();
  readonly #unheard = new Map<FileOffer, { peer: string; transfer: number }>();
  #numbers = 0;
  #closed = false;

  /** Internal. */
  constructor(host: FilesHost) {
    this.#host = host;
  }

  async send(file: Blob | ReadableStream<Uint8Array>, options: SendFileOptions = {}): Promise<FileDelivery> {
    const { errors } = this.#host;
    const { to, signal } = options;
    if (this.#closed) throw errors.make('already-left');
    if (signal?.aborted) throw errors.make('aborted', undefined, signal.reason);
    const { name, type, size } = this.#about(file, options);
    const people = this.#host.participants();
    if (to !== undefined && !people.has(to)) throw errors.make('target-unknown');
    const receivers = to === undefined ? [...people.values()] : [people.get(to)!];
    if (!(file instanceof Blob) && receivers.length !== 1) throw errors.make('invalid-argument', 'a stream can be read once: say `to`');

    const delivered: Participant[] = [];
    const failed = new Map<Participant, MeetingError>();
    const source = (): FileSource => (file instanceof Blob ? new BlobSource(file) : new StreamSource(file));
    await Promise.all(
      receivers.map((participant) =>
        this.#sendTo(participant, { name, type, size }, source(), options).then(
          () => delivered.push(participant),
          (error: MeetingError) => failed.set(participant, error),
        ),
      ),
    );
    const [error] = failed.values();
    if (error && (to !== undefined || signal?.aborted)) throw error;
    return { delivered, failed };
  }

  #about(file: Blob | ReadableStream<Uint8Array>, options: SendFileOptions): { name: string; type: string; size: number } {
    const { errors } = this.#host;
    const isStream = !(file instanceof Blob) && typeof (file as ReadableStream | undefined)?.getReader === 'function';
    if (!(file instanceof Blob) && !isStream) throw errors.make('invalid-argument', 'a file is a Blob or a ReadableStream');
    const { name = (file as Partial<File>).name ?? '', type = (file as Blob).type ?? '' } = options;
    const size = isStream ? options.size : (file as Blob).size;
    if (!Number.isSafeInteger(size) || (size as number) < 0) throw errors.make('invalid-argument', 'the size of a stream has to be given, in bytes');
    if (typeof name !== 'string' || typeof type !== 'string') throw errors.make('invalid-argument', 'name or type');
    if (isStream && (file as ReadableStream).locked) throw errors.make('invalid-argument', 'the stream is being read by somebody else');
    return { name, type, size: size as number };
  }

  #sendTo(participant: Participant, about: { name: string; type: string; size: number }, source: FileSource, options: SendFileOptions): Promise<void> {
    const { executor } = this.#host;
    const peer = participant.id;
    const transfer = ++this.#numbers;
    const { onProgress, signal } = options;
    return new Promise((resolve, reject) => {
      const abort = (): void => executor.stopFile({ peer, transfer }, true, 'aborted');
      this.#transfers.set(keyOf({ peer, transfer, outgoing: true }), {
        participant,
        size: about.size,
        onProgress,
        end: (notice) => {
          signal?.removeEventListener('abort', abort);
          const error = this.#errorOf(notice, about.size, signal);
          if (error) return reject(error);
          this.#tell(onProgress, { participant, bytes: about.size, size: about.size });
          resolve();
        },
      });
      signal?.addEventListener('abort', abort);
      executor.sendFile({ type: 'file_offered', peer, transfer, name: about.name, size: about.size, mediaType: about.type }, source);
    });
  }

  /** Internal: somebody offers a file. */
  offered({ peer, transfer, name, size, mediaType }: FlowCommandOf<'file_offered'>): void {
    const { executor } = this.#host;
    const from = this.#host.participants().get(peer);
    const key = keyOf({ peer, transfer, outgoing: false });
    const refuse = (reason: string): void => executor.stopFile({ peer, transfer }, false, 'file-declined', reason);
    if (!from) return refuse('');
    const offer = new FileOffer({ from, name, size, type: mediaType }, this.#host.errors, {
      decline: refuse,
      accept: (options) => this.#accept({ type: 'file_offered', peer, transfer, name, size, mediaType }, from, options),
    });
    this.#offers.set(key, offer);
    this.#announce(offer, { peer, transfer });
  }

  #announce(offer: FileOffer, which: { peer: string; transfer: number }): void {
    const heard = this.#host.offer(offer);
    if (heard === !this.#unheard.has(offer)) return;
    if (heard) this.#unheard.delete(offer);
    else this.#unheard.set(offer, which);
    this.#host.executor.offerHeard(which, heard);
  }

  /** Internal: the application listens for files now. What is offered waits for that a little. */
  listened(): void {
    queueMicrotask(() => {
      for (const [offer, which] of [...this.#unheard]) this.#announce(offer, which);
    });
  }

  #accept(notice: FlowCommandOf<'file_offered'>, participant: Participant, { onProgress, signal, writable }: AcceptFileOptions): Promise<File | undefined> {
    const { errors, executor } = this.#host;
    const { peer, transfer, name, size, mediaType } = notice;
    const sink = writable ? new WritableSink(writable) : new BlobSink(name, mediaType);
    return new Promise((resolve, reject) => {
      const abort = (): void => executor.stopFile({ peer, transfer }, false, 'aborted');
      let result: File | undefined;
      let cause: unknown;
      this.#transfers.set(keyOf({ peer, transfer, outgoing: false }), {
        participant,
        size,
        onProgress,
        end: (ended) => {
          signal?.removeEventListener('abort', abort);
          const error = this.#errorOf(ended, size, signal, cause);
          if (error) return reject(error);
          this.#tell(onProgress, { participant, bytes: size, size });
          resolve(result);
        },
      });
      signal?.addEventListener('abort', abort);
      if (signal?.aborted) {
        sink.abort(signal.reason);
        return abort();
      }
      executor.takeFile(notice, sink, (value) => (result = value as File | undefined), (why) => (cause = why));
      if (this.#closed) reject(errors.make('already-left'));
    });
  }

  /** Internal. */
  moved(notice: { peer: string; transfer: number; outgoing: boolean; held: number }): void {
    const transfer = this.#transfers.get(keyOf(notice));
    if (transfer) this.#tell(transfer.onProgress, { participant: transfer.participant, bytes: notice.held, size: transfer.size });
  }

  /** Internal. */
  ended(notice: Ended): void {
    const key = keyOf(notice);
    const offer = notice.outgoing ? undefined : this.#offers.get(key);
    this.#offers.delete(key);
    if (offer) this.#unheard.delete(offer);
    const transfer = this.#transfers.get(key);
    this.#transfers.delete(key);
    transfer?.end(notice);
    offer?.over(this.#errorOf(notice, offer.size));
  }

  /** Internal: the meeting is over. */
  close(error: MeetingError): void {
    this.#closed = true;
    for (const offer of this.#offers.values()) offer.over(error);
    this.#offers.clear();
    this.#unheard.clear();
    for (const transfer of [...this.#transfers.values()]) {
      transfer.end({ type: 'file_ended', peer: '', transfer: 0, outgoing: false, held: 0, error: { ...error, message: error.message } });
    }
    this.#transfers.clear();
  }

  // Both sides are told how far it came.
  #errorOf({ error, held }: Ended, size: number, signal?: AbortSignal, cause?: unknown): MeetingError | undefined {
    if (!error) return undefined;
    const detail = [error.detail, held > 0 && `${held} of ${size} bytes had arrived`].filter(Boolean).join('; ');
    return this.#host.errors.make(error.code, detail || undefined, cause ?? (error.code === 'aborted' ? signal?.reason : undefined));
  }

  #tell(listener: ((progress: FileProgress) => void) | undefined, progress: FileProgress): void {
    try {
      listener?.(progress);
    } catch (error) {
      this.#host.report(error);
    }
  }
}

interface Answers {
  accept(options: AcceptFileOptions): Promise<File | undefined>;
  decline(reason: string): void;
}

/** A file that somebody wants to send. It waits until it is accepted or declined, or its sender gives up. */
export class FileOffer {
  readonly from: Participant;
  /** Without a path. Text, never markup. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The media type, by the sender's word. */
  readonly type: string;
  readonly #over = new AbortController();
  readonly #errors: ErrorTable;
  readonly #answers: Answers;
  #answered = false;

  /** Internal: offers come with the meeting's `file` event. */
  constructor(about: { from: Participant; name: string; size: number; type: string }, errors: ErrorTable, answers: Answers) {
    this.from = about.from;
    this.name = about.name;
    this.size = about.size;
    this.type = about.type;
    this.#errors = errors;
    this.#answers = answers;
  }

  /** Aborted when it is over, or cannot be accepted any more; the reason is a MeetingError unless it has arrived. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * Resolves when all of it has arrived and its checksum is right: with the file, or with nothing where it went to
   * `writable`. Goes on after an interruption of up to two minutes. Rejects with `invalid-argument`, `aborted`,
   * `file-cancelled`, `file-changed`, `file-damaged`, `storage-failed`, `peer-gone`, `peer-misbehaved` or `already-left`.
   */
  async accept(options: AcceptFileOptions = {}): Promise<File | undefined> {
    const { writable } = options;
    if (this.#answered) throw this.#errors.make('invalid-argument', 'the offer has been answered');
    if (this.#over.signal.aborted) throw this.#over.signal.reason;
    if (writable !== undefined && (typeof writable.getWriter !== 'function' || writable.locked)) {
      throw this.#errors.make('invalid-argument', 'writable: a WritableStream that nobody else writes to');
    }
    this.#answered = true;
    return this.#answers.accept(options);
  }

  /** `reason`: for the sender; of more than 256 bytes of UTF-8 as much as fits, cut between two characters. */
  decline(reason = ''): void {
    if (this.#answered || this.#over.signal.aborted) return;
    this.#answered = true;
    this.#answers.decline(String(reason));
  }

  /** Internal. */
  over(reason: MeetingError | undefined): void {
    this.#over.abort(reason);
  }
}
