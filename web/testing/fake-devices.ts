// navigator.mediaDevices of one person: what is plugged in, what is permitted, and every track that was ever given.

import type { Source } from '../../bindings/client-types.ts';
import type { Permission } from '../../bindings/browser/permissions.ts';
import { FakeStream, FakeTrack, asStream } from './fake-media.ts';
import { type Pace, turnOf, turns } from './pace.ts';

export function domError(name: string, message = ''): DOMException {
  return new DOMException(message, name);
}

/** By whom a source is denied: by the person each time it is asked for, by the browser's settings, or by the system's. */
export type DeniedBy = 'user' | 'browser' | 'system';

export interface Plugged {
  deviceId: string;
  kind: MediaDeviceKind;
  label?: string;
  facingMode?: string;
  groupId?: string;
}

// A camera that can do all that is asked of it.
const size = (wanted: ConstrainULong | undefined, usual: number): number =>
  typeof wanted === 'number' ? wanted : (wanted?.exact ?? wanted?.ideal ?? usual);

let made = 0;

/** `given` holds every track that was ever handed out. */
export class FakeMediaDevices extends EventTarget {
  readonly name: string;
  readonly given: FakeTrack[] = [];
  readonly asked: { kind: 'user' | 'display'; constraints: MediaStreamConstraints }[] = [];
  /** What the next request meets with, in order; none: it is granted. */
  readonly refusals: Error[] = [];
  readonly denied = new Map<Source, DeniedBy>();
  /** Kinds of which, as on phones, one device can be open at a time. */
  readonly single = new Set<'videoinput' | 'audioinput'>();
  /** Ids of devices that another program keeps to itself. */
  readonly busy = new Set<string>();
  /** Set: requests wait until it is resolved. */
  held: Promise<void> | undefined;
  readonly #pace: Pace;

  constructor(pace: Pace = turns, name = `devices-${++made}`) {
    super();
    this.name = name;
    this.#pace = pace;
  }

  get live(): FakeTrack[] {
    return this.given.filter((track) => track.readyState === 'live');
  }

  readonly getUserMedia = (constraints: MediaStreamConstraints): Promise<MediaStream> => this.#give('user', constraints);
  readonly getDisplayMedia = (constraints: MediaStreamConstraints): Promise<MediaStream> => this.#give('display', constraints);

  /** As the Permissions API answers. */
  permission(source: Source): Permission {
    const by = this.denied.get(source);
    return by === 'browser' ? 'denied' : by === 'user' || source === 'screen' ? 'prompt' : 'granted';
  }

  /** What is plugged in, in the browser's order: the first of a kind is its own choice, and the system's default. */
  plugged: Plugged[] = [
    { deviceId: 'cam-1', kind: 'videoinput' },
    { deviceId: 'mic-1', kind: 'audioinput' },
  ];
  listeners = 0;
  listings = 0;

  async enumerateDevices(): Promise<MediaDeviceInfo[]> {
    this.listings++;
    return this.plugged.map((each) => ({ label: each.deviceId, groupId: 'g', ...each }) as unknown as MediaDeviceInfo);
  }

  /** Its tracks end, as browsers have it. */
  unplug(id: string): void {
    this.plugged = this.plugged.filter(({ deviceId }) => deviceId !== id);
    for (const track of this.live) if (track.settings.deviceId === id) track.end();
    this.dispatchEvent(new Event('devicechange'));
  }

  plug(deviceId: string, kind: MediaDeviceKind, first = false): void {
    this.plugIn({ deviceId, kind }, first);
  }

  plugIn(device: Plugged, first = false): void {
    this.plugged = first ? [device, ...this.plugged] : [...this.plugged, device];
    this.dispatchEvent(new Event('devicechange'));
  }

  /** The system's default of its kind from now on, which it is told of. */
  prefer(id: string): void {
    const device = this.plugged.find(({ deviceId }) => deviceId === id);
    if (!device) return;
    this.plugged = [device, ...this.plugged.filter((each) => each !== device)];
    this.dispatchEvent(new Event('devicechange'));
  }

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listeners++;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners--;
    super.removeEventListener(...args);
  }

  #device(kind: 'videoinput' | 'audioinput', wanted: unknown): MediaTrackSettings {
    const { deviceId = {}, width, height, frameRate } = Object(wanted) as MediaTrackConstraints & { deviceId?: { exact?: string; ideal?: string } };
    const there = this.plugged.filter((each) => each.kind === kind);
    const device = there.find((each) => each.deviceId === (deviceId.exact ?? deviceId.ideal)) ?? (deviceId.exact ? undefined : there[0]);
    if (device && this.busy.has(device.deviceId)) throw domError('NotReadableError', 'Device in use');
    const open = this.live.some(({ kind: live, settings }) => live === (kind === 'videoinput' ? 'video' : 'audio') && settings.deviceId !== device?.deviceId && settings.deviceId);
    if (device && open && this.single.has(kind)) throw domError('NotReadableError', 'Could not start video source');
    if (device) return { ...(kind === 'videoinput' && { width: size(width, 640), height: size(height, 480), frameRate: size(frameRate, 30) }), deviceId: device.deviceId, groupId: 'g', ...(device.facingMode && { facingMode: device.facingMode }) };
    if (there.length === 0) throw domError('NotFoundError');
    throw Object.assign(new Error(''), { name: 'OverconstrainedError', constraint: 'deviceId' });
  }

  #permit(...sources: (Source | false | undefined)[]): void {
    for (const source of sources) {
      const by = source && this.denied.get(source);
      if (by) throw domError('NotAllowedError', by === 'system' ? 'Permission denied by system' : 'Permission denied');
    }
  }

  async #give(kind: 'user' | 'display', constraints: MediaStreamConstraints): Promise<MediaStream> {
    this.asked.push({ kind, constraints });
    await this.held;
    await turnOf(this.#pace);
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    if (kind === 'display') this.#permit('screen');
    else this.#permit(constraints.video ? 'camera' : false, constraints.audio ? 'microphone' : false);
    const tracks: FakeTrack[] = [];
    const camera = kind === 'user' && constraints.video ? this.#device('videoinput', constraints.video) : {};
    const microphone = kind === 'user' && constraints.audio ? this.#device('audioinput', constraints.audio) : {};
    if (constraints.video) tracks.push(new FakeTrack('video', kind === 'user' ? 'camera' : 'screen', this));
    if (constraints.audio) tracks.push(new FakeTrack('audio', kind === 'user' ? 'microphone' : 'screen sound', this));
    for (const track of tracks) track.settings = track.kind === 'video' ? camera : microphone;
    return asStream(new FakeStream(tracks));
  }
}
