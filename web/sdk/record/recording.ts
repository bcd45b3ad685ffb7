// One recording as the application sees it, from its start to its file.

import type { ErrorTable } from '../../../bindings/errors.ts';
import type { ClockPort } from '../../../bindings/ports.ts';
import type { Bytes } from '../../../bindings/recording/bytes.ts';
import type { Mender } from '../../../bindings/recording/mender.ts';
import type { Recorder, RecordingPort, Scene } from '../../../bindings/recording/ports.ts';
import type { ListenOptions, Undo } from '../events.ts';
import type { Wish } from './options.ts';
import type { Target } from './targets.ts';
import { MeetingError } from '../../../bindings/errors.ts';
import { menderFor } from '../../../bindings/recording/mender-for.ts';
import { Emitter } from '../events.ts';
import { ChunkTarget, FileTarget, StreamTarget } from './targets.ts';

/** `stopping`: what was recorded is still on its way into the file. */
export type RecordingState = 'recording' | 'paused' | 'stopping' | 'stopped';
/** Why a recording ended. */
export type RecordingEnd = 'asked' | 'left' | 'participant-left' | 'max-duration' | 'max-bytes' | 'failed';

export interface RecordingEvents {
  state: RecordingState;
  /** It is over, and the file is whole. `error`: it failed; there may be a file all the same, up to then. */
  stop: { reason: RecordingEnd; file: File | undefined; error: MeetingError | undefined };
}

/** Internal: what a recording needs of its meeting. */
export interface RecordingHost {
  readonly clock: ClockPort;
  readonly errors: ErrorTable;
  /** Of the file, without its ending. */
  readonly name: string;
  report(error: unknown): void;
  /** Nobody has asked, and nobody listens. */
  problem(error: MeetingError): void;
  /** It is over: nothing of the meeting is needed any more. */
  released(): void;
}

/** What the browser has started too late ends at once. */
function unlessAborted(started: Promise<Recorder>, signal: AbortSignal): Promise<Recorder> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      started.then((recorder) => recorder.stop()).catch(() => {});
      reject(signal.reason);
    };
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted);
    started.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}

function refusal(cause: unknown, errors: ErrorTable): MeetingError {
  if (cause instanceof MeetingError) return cause;
  if ((cause as Error | undefined)?.name !== 'NotAllowedError') return errors.make('device-failed', 'the browser does not record', cause);
  const message = 'The browser lets no sound through before the user has clicked or typed on the page. Begin to record in the handler of a click.';
  return new MeetingError({ code: 'permission-denied', blame: 'device', retryable: true, deniedBy: 'browser', message }, { cause });
}

type Wished = 'pause' | 'resume' | 'stop' | 'end';
// What is not here has no effect.
const next: Record<RecordingState, Partial<Record<Wished, RecordingState>>> = {
  recording: { pause: 'paused', stop: 'stopping', end: 'stopping' },
  paused: { resume: 'recording', stop: 'stopping', end: 'stopping' },
  stopping: { end: 'stopping' },
  stopped: {},
};

/** So much may wait for a slow reader: some minutes of recording. More would only grow. */
const behindBytesMax = 256 * 1024 * 1024;

export class Recording {
  readonly #wish: Wish;
  readonly #host: RecordingHost;
  readonly #emitter: Emitter<RecordingEvents>;
  readonly #finished: Promise<File | undefined>;
  #settle!: { resolve(file: File | undefined): void; reject(error: MeetingError): void };
  #recorder: Recorder | undefined;
  #mender!: Mender;
  #target!: Target;
  #state: RecordingState = 'recording';
  #reason: RecordingEnd | undefined;
  #error: MeetingError | undefined;
  #isAwaited = false;
  #position = 0;
  #behind = 0;
  #writing: Promise<void> = Promise.resolve();
  /** The clock: what was counted up to the last pause, and since when it runs. */
  #counted = 0;
  #since = 0;

  /** Internal: `meeting.record` and `participant.record` give them. */
  static async start(port: RecordingPort, wish: Wish, scene: Scene, host: RecordingHost, signal: AbortSignal): Promise<Recording> {
    const recording = new Recording(wish, host);
    // What the browser says before it has said that it has begun.
    const early: (() => void)[] = [];
    const later = (run: () => void): void => void (recording.#recorder ? run() : early.push(run));
    // Told that it has begun we are a while later.
    recording.#since = host.clock.now();
    try {
      const started = port.start(wish, scene, {
        chunk: (chunk) => later(() => recording.#take(chunk)),
        ended: (error) => later(() => recording.#ended(error)),
      }, signal);
      recording.#begin(await unlessAborted(started, signal));
    } catch (cause) {
      host.released();
      throw refusal(cause, host.errors);
    }
    for (const run of early) run();
    return recording;
  }

  private constructor(wish: Wish, host: RecordingHost) {
    this.#wish = wish;
    this.#host = host;
    this.#emitter = new Emitter(host.report);
    this.#finished = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.#finished.catch(() => {});
  }

  get state(): RecordingState {
    return this.#state;
  }

  /** The container and its codecs, as the browser chose them. */
  get mimeType(): string {
    return this.#recorder?.mimeType || this.#wish.mimeType;
  }

  /** In milliseconds, without pauses: by the clock, and once it is stopped as the file has it. */
  get duration(): number {
    if (this.#state === 'recording') return this.#counted + this.#host.clock.now() - this.#since;
    return this.#state === 'stopped' ? (this.#mender.duration ?? this.#counted) : this.#counted;
  }

  /** So large is the file up to now. */
  get bytes(): number {
    return this.#position;
  }

  /** Why it failed. */
  get error(): MeetingError | undefined {
    return this.#error;
  }

  /**
   * As `stop()`, without stopping it: settles when it is over for whatever reason, as by leaving the meeting. Leaving does
   * not wait for it: who closes the page then awaits this first.
   */
  get finished(): Promise<File | undefined> {
    this.#isAwaited = true;
    return this.#finished;
  }

  /** Gives the undo. */
  on<Type extends keyof RecordingEvents>(type: Type, listener: (event: RecordingEvents[Type]) => unknown, options?: ListenOptions): Undo {
    return this.#emitter.on(type, listener, options);
  }

  once<Type extends keyof RecordingEvents>(type: Type, listener: (event: RecordingEvents[Type]) => unknown, options?: ListenOptions): Undo {
    return this.#emitter.once(type, listener, options);
  }

  /** The file goes on where it was, without a gap, when it is resumed. */
  pause(): void {
    if (this.#to('pause')) this.#recorder?.pause();
  }

  resume(): void {
    if (this.#to('resume')) this.#recorder?.resume();
  }

  /**
   * Resolves when the file is whole, with the file, or with nothing where it went to `onChunk` or `writable`. May be called
   * any number of times. Rejects with `storage-failed` when what should take the file did not. If the browser itself
   * failed (`recording.error`) it resolves with what there was until then.
   */
  stop(): Promise<File | undefined> {
    this.end('asked');
    return this.finished;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop().then(() => {});
  }

  /** Internal. */
  end(reason: RecordingEnd): void {
    if (!this.#to('stop')) return;
    this.#reason = reason;
    this.#recorder?.stop();
  }

  /** Internal. */
  show(scene: Scene): void {
    if (this.#state === 'recording' || this.#state === 'paused') this.#recorder?.show(scene);
  }

  #begin(recorder: Recorder): void {
    const { onChunk, writable } = this.#wish;
    this.#recorder = recorder;
    this.#mender = menderFor(this.mimeType);
    const [, kind = 'webm'] = /^\w+\/([\w-]+)/.exec(this.mimeType) ?? [];
    const ending = kind === 'x-matroska' ? 'mkv' : kind;
    if (onChunk) this.#target = new ChunkTarget(onChunk);
    else this.#target = writable ? new StreamTarget(writable) : new FileTarget(`${this.#host.name}.${ending}`, this.mimeType);
  }

  #to(wished: Wished): boolean {
    const state = next[this.#state][wished];
    if (state === undefined) return false;
    if (state !== this.#state) this.#become(state);
    return true;
  }

  #become(state: RecordingState): void {
    const now = this.#host.clock.now();
    if (this.#state === 'recording') this.#counted += now - this.#since;
    this.#since = now;
    this.#state = state;
    this.#emitter.emit('state', state);
  }

  // ---- into the file

  #take(chunk: Blob): void {
    if (this.#error?.code === 'storage-failed') return;
    const { maxDuration, maxBytes } = this.#wish;
    this.#behind += chunk.size;
    this.#writing = this.#writing.then(() => this.#write(chunk));
    if (this.#behind > behindBytesMax) this.#failTarget(this.#host.errors.make('storage-failed', 'more waits to be taken than can be kept'));
    else if (this.duration >= maxDuration) this.end('max-duration');
    else if (this.#position + this.#behind >= maxBytes) this.end('max-bytes');
  }

  async #write(chunk: Blob): Promise<void> {
    try {
      if (this.#error?.code === 'storage-failed') return;
      await this.#put(this.#mender.feed(new Uint8Array(await chunk.arrayBuffer())));
    } catch (cause) {
      this.#failTarget(this.#host.errors.make('storage-failed', 'what takes the recording failed', cause));
    } finally {
      this.#behind -= chunk.size;
    }
  }

  async #put(bytes: Bytes): Promise<void> {
    if (bytes.length === 0) return;
    await this.#target.write(bytes, this.#position);
    this.#position += bytes.length;
  }

  #failTarget(error: MeetingError): void {
    if (this.#error?.code === 'storage-failed') return;
    this.#error = error;
    this.#target.abort(error);
    this.end('failed');
  }

  #ended(cause: unknown): void {
    if (cause !== undefined) this.#error ??= this.#host.errors.make('device-failed', 'the browser has ended the recording', cause);
    this.#reason ??= 'failed';
    this.#to('end');
    this.#host.released();
    // Who has failed to take something may not come back at all.
    const written = this.#error?.code === 'storage-failed' ? Promise.resolve() : this.#writing;
    void written.then(() => this.#finish());
  }

  async #finish(): Promise<void> {
    let file: File | undefined;
    try {
      if (this.#error?.code !== 'storage-failed') {
        const { tail, head } = this.#mender.finish();
        await this.#put(tail);
        if (head) await this.#target.write(head, 0);
        file = await this.#target.finish();
      }
    } catch (cause) {
      this.#error = this.#host.errors.make('storage-failed', 'what takes the recording failed', cause);
      this.#target.abort(this.#error);
    }
    const error = this.#error;
    this.#become('stopped');
    const isHeard = this.#emitter.emit('stop', { reason: error ? 'failed' : (this.#reason ?? 'failed'), file, error });
    this.#emitter.close();
    if (error && !isHeard && !this.#isAwaited) this.#host.problem(error);
    if (error?.code === 'storage-failed') this.#settle.reject(error);
    else this.#settle.resolve(file);
  }
}
