// One of one's own sources: camera, microphone or screen. A call states what is wanted; the core brings it about, and
// the last wish wins.

import type { ClientEvent, Source, SourceState, Wanted } from '../../bindings/client-types.ts';
import type { DevicesPort } from '../../bindings/ports.ts';
import { MeetingError } from '../../bindings/errors.ts';
import { isWellFormed } from '../../bindings/machine.ts';

/**
 * What the pictures or the sound are like, so that they are coded for it: `MediaStreamTrack.contentHint`, which may also
 * be set on the source's track while it runs. A shared picture is taken for `detail` unless it says otherwise.
 */
export interface ContentHint {
  contentHint?: 'motion' | 'detail' | 'text' | 'speech' | 'music';
}

/**
 * A device id, constraints, or a live track of one's own: a clone of it is sent, the original stays yours. An id, or a
 * `deviceId` that is not `exact`, is a preference: another device serves while that one is away.
 */
export type DeviceOptions = string | (MediaTrackConstraints & ContentHint) | MediaStreamTrack;
/** What to ask the picker for, or live tracks of one's own (a picture, a sound, or both). */
export type ScreenOptions = (DisplayMediaStreamOptions & ContentHint) | MediaStreamTrack | MediaStreamTrack[];

/** Internal: what to capture; what is absent stays as the last time. */
export type SourceWish = Pick<Extract<ClientEvent, { type: 'source_requested' }>, 'constraints' | 'device' | 'lent'>;

/** Internal: what a source needs of its meeting. */
export interface SourceOwner {
  readonly devices: DevicesPort;
  request(source: Source, wanted: Wanted, wish: SourceWish): Promise<void>;
}

const nothing: SourceWish = { lent: [] };
const hints = { video: ['motion', 'detail', 'text'], audio: ['speech', 'music'] };

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
// Not by its class: it may come from another window.
const isTrack = (value: unknown): value is MediaStreamTrack => isObject(value) && 'readyState' in value && 'kind' in value;

// Chromium's entry for the system's default is no device of its own: whoever takes it leaves the choice to the browser.
const idOf = (device: string): string => (device === 'default' ? '' : device);

/** Internal: the wish that an application's words stand for. Throws `invalid-argument`. */
export function readWish(source: Source, options: unknown, devices: DevicesPort): SourceWish {
  const wish = wishOf(source, options, devices);
  if (wish) return wish;
  throw new MeetingError({ code: 'invalid-argument', message: `The ${source} cannot be started with that ${typeof options}.` });
}

function wishOf(source: Source, options: unknown, devices: DevicesPort): SourceWish | undefined {
  const tracks = Array.isArray(options) ? options : [options];
  if (tracks.length > 0 && tracks.every(isTrack)) {
    const fits = (kind: string, isWanted: boolean): boolean => tracks.filter((each) => each.kind === kind).length <= (isWanted ? 1 : 0);
    const good = fits('video', source !== 'microphone') && fits('audio', source !== 'camera');
    return good ? { lent: tracks.map((track) => devices.lend(track)) } : undefined;
  }
  if (typeof options === 'string') return source !== 'screen' && isWellFormed(options) ? { device: idOf(options), lent: [] } : undefined;
  return isObject(options) && !Array.isArray(options) ? constraintsOf(source, options) : undefined;
}

function constraintsOf(source: Source, options: MediaTrackConstraints & ContentHint): SourceWish | undefined {
  const { contentHint } = options;
  if (contentHint !== undefined && !hints[source === 'microphone' ? 'audio' : 'video'].includes(contentHint)) return undefined;
  const { deviceId, ...others } = options;
  // A preference is the core's business; what is exact, or a choice of several, is the browser's.
  const device = isObject(deviceId) && !Array.isArray(deviceId) && !('exact' in deviceId) ? deviceId.ideal : deviceId;
  const isPreference = typeof device === 'string' && source !== 'screen';
  try {
    const constraints = JSON.stringify(isPreference ? others : options);
    if (!isPreference) return { constraints, lent: [], ...(deviceId !== undefined && { device: '' }) };
    return isWellFormed(device) ? { constraints, device: idOf(device), lent: [] } : undefined;
  } catch {
    return undefined; // it goes round in circles
  }
}

export class LocalSource<Options = DeviceOptions> {
  readonly source: Source;
  readonly #owner: SourceOwner;
  #state: SourceState = 'off';
  #track: MediaStreamTrack | undefined;
  #error: MeetingError | undefined;
  #preferred = '';

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

  /** The id of the device in use, where the browser tells. */
  get device(): string | undefined {
    return this.#track?.getSettings().deviceId;
  }

  /** The id of the device that is preferred; another is in use while that one is away. Empty: the browser's choice. */
  get preferredDevice(): string {
    return this.#preferred;
  }

  /**
   * Whether people expect to see themselves in it as in a mirror: a camera that does not look away from them. The others
   * see it as it is.
   */
  get mirrored(): boolean {
    const { facingMode = 'user', groupId } = this.#track?.getSettings() ?? {};
    // Drawn and played pictures belong to no group of devices.
    return this.source === 'camera' && groupId !== undefined && facingMode !== 'environment';
  }

  /**
   * Without options: as the last time, else the browser's default. Resolves with the state that came of it, which is
   * `off` when the user closed the picker; rejects with the device's MeetingError.
   */
  async start(options?: Options): Promise<SourceState> {
    return this.#want('on', options === undefined ? nothing : readWish(this.source, options, this.#owner.devices));
  }

  /** Releases the device. */
  stop(): Promise<SourceState> {
    return this.#want('off');
  }

  /**
   * Takes another device from now on: at once if the source is running, else when it is started. The empty id leaves the
   * choice to the browser. Constraints stay. If it is not to be had, what was in use goes on, and it rejects.
   */
  async switchTo(deviceId: string): Promise<SourceState> {
    const wish = readWish(this.source, typeof deviceId === 'string' ? deviceId : undefined, this.#owner.devices);
    return this.#want(this.#state === 'muted' || this.#state === 'off' ? this.#state : 'on', wish);
  }

  /** Sends nothing, but stays started: nothing is negotiated. A camera is released meanwhile, so that its light goes out. */
  mute(): Promise<SourceState> {
    return this.#want('muted');
  }

  unmute(): Promise<SourceState> {
    return this.#want('on');
  }

  /** Internal. */
  change(state: SourceState, track: MediaStreamTrack | undefined, error: MeetingError | undefined, preferred = this.#preferred): void {
    this.#state = state;
    this.#preferred = preferred;
    this.#track = track;
    this.#error = error;
  }

  async #want(wanted: Wanted, wish = nothing): Promise<SourceState> {
    try {
      await this.#owner.request(this.source, wanted, wish);
    } catch (error) {
      // A choice of the user's, not a failure.
      if (!(error instanceof MeetingError && error.code === 'cancelled')) throw error;
    }
    return this.#state;
  }
}
