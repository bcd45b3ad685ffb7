// Cameras, microphones and screens: getUserMedia, getDisplayMedia and the tracks that they gave.
// Nothing else in Meetwire names navigator.mediaDevices. Which error means what is the core's business.

import type { CapturedTrack, ErrorCode, Slot, Source } from '../client-types.ts';
import type { CaptureWish, DevicesPort, Undo } from '../ports.ts';

const mediaDevices = (): MediaDevices | undefined => globalThis.navigator?.mediaDevices;

class CaptureError extends Error {
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = code;
  }
}

function slotOf(source: Source, track: MediaStreamTrack): Slot {
  return source === 'screen' && track.kind === 'audio' ? 'screen-audio' : source;
}

async function ask(devices: MediaDevices | undefined, source: Source, wish: CaptureWish): Promise<MediaStreamTrack[]> {
  if (!devices) throw new CaptureError('insecure-context', 'navigator.mediaDevices is missing');
  if (source === 'screen') {
    if (!devices.getDisplayMedia) throw new CaptureError('device-unsupported', 'getDisplayMedia is missing');
    return (await devices.getDisplayMedia(wish.constraints ?? { video: true })).getTracks();
  }
  const constraints = {
    ...wish.constraints,
    ...(wish.device !== undefined && { deviceId: { ideal: wish.device } }),
  };
  const stream = await devices.getUserMedia(source === 'camera' ? { video: constraints } : { audio: constraints });
  return stream.getTracks();
}

/** Where the devices come from; default: the browser. */
export interface DeviceSource {
  mediaDevices(): MediaDevices | undefined;
  stream(): MediaStream;
}

const browserSource: DeviceSource = { mediaDevices, stream: () => new MediaStream() };

/** The devices of one meeting. */
export class BrowserDevices implements DevicesPort {
  onEnded: ((track: string) => void) | undefined;
  readonly #tracks = new Map<string, MediaStreamTrack>();
  readonly #lent = new Map<string, MediaStreamTrack>();
  readonly #from: DeviceSource;
  #closed = false;

  constructor(from = browserSource) {
    this.#from = from;
  }

  async capture(source: Source, constraints: string): Promise<CapturedTrack[]> {
    const wish = constraints === '' ? {} : (JSON.parse(constraints) as CaptureWish);
    const tracks = wish.lent ? wish.lent.map((key) => this.#borrow(key)) : await ask(this.#from.mediaDevices(), source, wish);
    if (this.#closed) {
      for (const track of tracks) track.stop();
      throw new CaptureError('aborted', 'The meeting was left meanwhile');
    }
    for (const track of tracks) {
      this.#tracks.set(track.id, track);
      track.onended = () => {
        if (this.#tracks.get(track.id) === track) this.onEnded?.(track.id);
      };
    }
    return tracks.map((track) => ({ slot: slotOf(source, track), track: track.id }));
  }

  track(id: string): MediaStreamTrack | undefined {
    return this.#tracks.get(id);
  }

  release(id: string): void {
    const track = this.#tracks.get(id);
    if (!track) return;
    this.#tracks.delete(id);
    track.onended = null;
    track.stop();
  }

  lend(track: MediaStreamTrack): string {
    this.#lent.set(track.id, track);
    return track.id;
  }

  stream(): MediaStream {
    return this.#from.stream();
  }

  close(): void {
    this.#closed = true;
    for (const id of [...this.#tracks.keys()]) this.release(id);
    this.#lent.clear();
  }

  // A clone, so that releasing it (muting a camera does) leaves the application's own track alone.
  #borrow(key: string): MediaStreamTrack {
    const track = this.#lent.get(key);
    if (track?.readyState !== 'live') throw new CaptureError('track-ended', 'The given track is not live');
    return track.clone();
  }
}

// ---- what the page may use at all

export interface Device {
  id: string;
  kind: 'camera' | 'microphone' | 'speaker';
  /** Empty until the user has permitted the use of a device of this kind. */
  label: string;
}

export type Permission = 'granted' | 'denied' | 'prompt' | 'unknown';

const kinds: Record<MediaDeviceKind, Device['kind']> = {
  videoinput: 'camera',
  audioinput: 'microphone',
  audiooutput: 'speaker',
};

/** Empty on an insecure page. */
export async function listDevices(): Promise<Device[]> {
  const found = (await mediaDevices()?.enumerateDevices()) ?? [];
  return found.map(({ deviceId, kind, label }) => ({ id: deviceId, kind: kinds[kind], label }));
}

export function onDevicesChanged(listener: () => void): Undo {
  const devices = mediaDevices();
  devices?.addEventListener('devicechange', listener);
  return () => devices?.removeEventListener('devicechange', listener);
}

/** `unknown` where the browser does not tell. */
export async function permissionFor(name: 'camera' | 'microphone'): Promise<Permission> {
  try {
    const status = await navigator.permissions.query({ name: name as PermissionName });
    return status.state;
  } catch {
    return 'unknown'; // no permissions interface, or one that does not know this name
  }
}
