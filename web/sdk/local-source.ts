// One of one's own sources: camera, microphone or screen. A call states what is wanted; the core brings it about, and
// the last wish wins.

import type { Source, SourceState, Wanted } from '../../bindings/client-types.ts';
import type { CaptureWish, DevicesPort } from '../../bindings/ports.ts';
import { MeetingError } from '../../bindings/errors.ts';

/** A device id, constraints, or a live track of one's own: a clone of it is sent, the original stays yours. */
export type DeviceOptions = string | MediaTrackConstraints | MediaStreamTrack;
/** What to ask the picker for, or live tracks of one's own (a picture, a sound, or both). */
export type ScreenOptions = DisplayMediaStreamOptions | MediaStreamTrack | MediaStreamTrack[];

/** Internal: what a source needs of its meeting. */
export interface SourceOwner {
  readonly devices: DevicesPort;
  request(source: Source, wanted: Wanted, constraints?: string): Promise<void>;
}

function isTrack(value: unknown): value is MediaStreamTrack {
  return value instanceof Object && 'readyState' in value && 'kind' in value;
}

/** The JSON by which the wish travels through the core, which does not read it. Throws `invalid-argument`. */
export function wishText(source: Source, options: unknown, devices: DevicesPort): string {
  let wish: CaptureWish;
  const tracks = Array.isArray(options) ? options : [options];
  if (tracks.length > 0 && tracks.every(isTrack)) {
    wish = { lent: tracks.map((track) => devices.lend(track)) };
  } else if (typeof options === 'string' && source !== 'screen') {
    wish = { device: options };
  } else if (options instanceof Object && !Array.isArray(options) && typeof options !== 'function') {
    // A screen without a picture is not a screen; browsers refuse it.
    wish = { constraints: source === 'screen' ? { video: true, ...options } : options };
  } else {
    throw new MeetingError({ code: 'invalid-argument', message: `The ${source} cannot be started with ${String(options)}.` });
  }
  return JSON.stringify(wish);
}

export class LocalSource<Options = DeviceOptions> {
  readonly source: Source;
  readonly #owner: SourceOwner;
  #state: SourceState = 'off';
  #track: MediaStreamTrack | undefined;
  #error: MeetingError | undefined;

  /** Internal: the sources are `meeting.camera`, `meeting.microphone` and `meeting.screen`. */
  constructor(source: Source, owner: SourceOwner) {
    this.source = source;
    this.#owner = owner;
  }

  get state(): SourceState {
    return this.#state;
  }

  /** What is being sent: the picture, or the sound of a microphone. */
  get track(): MediaStreamTrack | undefined {
    return this.#track;
  }

  /** Why the state is `failed`. */
  get error(): MeetingError | undefined {
    return this.#error;
  }

  /**
   * Without options: as the last time, else the browser's default. Resolves with the state that came of it, which is
   * `off` when the user closed the picker; rejects with the device's MeetingError.
   */
  async start(options?: Options): Promise<SourceState> {
    const wish = options === undefined ? undefined : wishText(this.source, options, this.#owner.devices);
    return this.#want('on', wish);
  }

  /** Releases the device. */
  stop(): Promise<SourceState> {
    return this.#want('off');
  }

  /** Takes another device from now on: at once if the source is running, else when it is started. */
  async switchTo(deviceId: string): Promise<SourceState> {
    const wanted = this.#state === 'muted' || this.#state === 'off' ? this.#state : 'on';
    return this.#want(wanted, wishText(this.source, deviceId, this.#owner.devices));
  }

  /** Sends nothing and releases the device, but stays started: nothing is negotiated. */
  mute(): Promise<SourceState> {
    return this.#want('muted');
  }

  unmute(): Promise<SourceState> {
    return this.#want('on');
  }

  /** Internal. */
  change(state: SourceState, track: MediaStreamTrack | undefined, error: MeetingError | undefined): void {
    this.#state = state;
    this.#track = track;
    this.#error = error;
  }

  async #want(wanted: Wanted, wish?: string): Promise<SourceState> {
    try {
      await this.#owner.request(this.source, wanted, wish);
    } catch (error) {
      // A choice of the user's, not a failure.
      if (!(error instanceof MeetingError && error.code === 'cancelled')) throw error;
    }
    return this.#state;
  }
}
