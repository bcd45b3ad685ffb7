// Cameras, microphones and screens: getUserMedia, getDisplayMedia and the tracks that they gave.
// Nothing else in Meetwire names navigator.mediaDevices. Which error means what, and which device takes the place of
// another, is the core's business.

import type { CapturedTrack, CommandOf, Denier, ErrorCode, NamedDevice, Slot, Source } from '../client-types.ts';
import type { CaptureConstraints, DevicesPort, Undo } from '../ports.ts';
import { MeetingError } from '../errors.ts';
import { type Permission, permissionFor, watchDenial } from './permissions.ts';
import { playThrough } from './speaker.ts';

const mediaDevices = (): MediaDevices | undefined => globalThis.navigator?.mediaDevices;

type CaptureWish = Omit<CommandOf<'capture'>, 'type' | 'operation'>;

class CaptureError extends Error {
  readonly deniedBy: Denier | undefined;

  constructor(name: string, message: string, deniedBy?: Denier) {
    super(message);
    this.name = name;
    this.deniedBy = deniedBy;
  }
}

const failure = (code: ErrorCode, message: string): CaptureError => new CaptureError(code, message);

function slotOf(source: Source, track: MediaStreamTrack): Slot {
  return source === 'screen' && track.kind === 'audio' ? 'screen-audio' : source;
}

// Stands for whichever device is the system's default: it is never plugged out itself.
const isStandIn = (device: string): boolean => device === 'default' || device === 'communications';

/**
 * What is asked of a camera where nothing is said of its pictures. Browsers take 640 × 480 by themselves, some of them the
 * camera's most.
 */
export const cameraDefaults: Readonly<MediaTrackConstraints> = Object.freeze({
  width: Object.freeze({ ideal: 1280 }),
  height: Object.freeze({ ideal: 720 }),
  frameRate: Object.freeze({ ideal: 30 }),
});
const ofPictures = ['width', 'height', 'aspectRatio', 'frameRate', 'resizeMode', 'advanced'];

function request(devices: MediaDevices, { source, device, exact }: CaptureWish, constraints: CaptureConstraints): Promise<MediaStream> {
  if (source === 'screen') {
    if (!devices.getDisplayMedia) throw failure('device-unsupported', 'getDisplayMedia is missing');
    return devices.getDisplayMedia({ video: true, ...constraints });
  }
  const isSilent = source === 'camera' && !ofPictures.some((name) => name in constraints);
  const wanted = { ...(isSilent && cameraDefaults), ...constraints, ...(device && { deviceId: exact ? { exact: device } : { ideal: device } }) };
  return devices.getUserMedia(source === 'camera' ? { video: wanted } : { audio: wanted });
}

async function ask({ mediaDevices, permission }: DeviceSource, wish: CaptureWish, constraints: CaptureConstraints): Promise<MediaStreamTrack[]> {
  const devices = mediaDevices();
  if (!devices) throw failure('insecure-context', 'navigator.mediaDevices is missing');
  const deniedBy = watchDenial(wish.source, permission);
  try {
    return (await request(devices, wish, constraints)).getTracks();
  } catch (error) {
    const { name, message, constraint } = error as Error & { constraint?: string };
    throw new CaptureError(name, constraint || message, await deniedBy(error));
  }
}

// What a screen shows has to be read rather than to run smoothly, unless somebody says otherwise.
function hint(source: Source, track: MediaStreamTrack, wanted: string | undefined): void {
  const usual = source !== 'screen' ? '' : track.kind === 'audio' ? 'music' : 'detail';
  const own = source === 'screen' && track.kind === 'audio' ? undefined : wanted;
  if (own !== undefined || (usual && !track.contentHint)) track.contentHint = own ?? usual;
}

/** Where the devices come from; default: the browser. */
export interface DeviceSource {
  mediaDevices(): MediaDevices | undefined;
  stream(): MediaStream;
  /** Default: as the browser's permissions interface says. */
  permission?(source: Source): Promise<Permission>;
  /** An element that plays nothing. */
  player(): HTMLMediaElement;
  /** The page, to know when it can be seen; absent: never told. */
  page?(): Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'> | undefined;
}

const browserSource: DeviceSource = { mediaDevices, stream: () => new MediaStream(), player: () => new Audio(), page: () => globalThis.document };

/** The devices of one meeting. */
export class BrowserDevices implements DevicesPort {
  onEnded: ((track: string, deniedBy?: Denier) => void) | undefined;
  onMuteChanged: ((track: string, muted: boolean) => void) | undefined;
  onPageShown: (() => void) | undefined;
  onListed: ((devices: NamedDevice[]) => void) | undefined;
  onSpeakersListed: ((ids: string[]) => void) | undefined;
  readonly #tracks = new Map<string, MediaStreamTrack>();
  readonly #lent = new Map<string, MediaStreamTrack>();
  readonly #from: DeviceSource;
  readonly #changed = (): void => void this.#list();
  readonly #sight = (): void => {
    if (!this.#page?.hidden) this.onPageShown?.();
  };
  #page: ReturnType<NonNullable<DeviceSource['page']>>;
  #watched: MediaDevices | undefined;
  #listed = '';
  #listing = Promise.resolve();
  #closed = false;

  constructor(from = browserSource) {
    this.#from = from;
  }

  async capture(wish: CaptureWish): Promise<CapturedTrack[]> {
    const { source, lent } = wish;
    const { contentHint, ...constraints } = JSON.parse(wish.constraints || '{}') as CaptureConstraints;
    const isOwn = lent.length > 0;
    const tracks = isOwn ? this.#borrow(lent) : await ask(this.#from, wish, constraints);
    if (this.#closed) {
      for (const track of tracks) track.stop();
      throw failure('aborted', 'The meeting was left meanwhile');
    }
    const isDevice = !isOwn && source !== 'screen';
    if (isDevice) this.#watch();
    return tracks.map((track) => {
      hint(source, track, isOwn ? undefined : contentHint);
      this.#tracks.set(track.id, track);
      track.onended = () => void this.#ended(track, isDevice ? source : undefined);
      track.onmute = track.onunmute = () => this.onMuteChanged?.(track.id, track.muted);
      const device = (isDevice && track.getSettings().deviceId) || '';
      const isAny = isDevice && !wish.device && !['deviceId', 'groupId', 'advanced'].some((name) => name in constraints);
      return {
        slot: slotOf(source, track),
        track: track.id,
        device: isStandIn(device) ? '' : device,
        ...(track.muted && { muted: true }),
        ...(isAny && { anyDevice: true }),
      };
    });
  }

  track(id: string): MediaStreamTrack | undefined {
    return this.#tracks.get(id);
  }

  release(id: string): void {
    const track = this.#tracks.get(id);
    if (!track) return;
    this.#tracks.delete(id);
    track.onended = track.onmute = track.onunmute = null;
    track.stop();
  }

  lend(track: MediaStreamTrack): string {
    // What has ended is of no use to anybody any more; it is told so by not being there.
    for (const [key, each] of this.#lent) if (each.readyState === 'ended') this.#lent.delete(key);
    if (!this.#closed) this.#lent.set(track.id, track);
    return track.id;
  }

  stream(): MediaStream {
    return this.#from.stream();
  }

  playThrough(element: HTMLMediaElement | undefined, device: string): Promise<void> {
    return playThrough(element ?? this.#from.player(), device);
  }

  close(): void {
    this.#closed = true;
    this.#watched?.removeEventListener('devicechange', this.#changed);
    this.#page?.removeEventListener('visibilitychange', this.#sight);
    for (const id of [...this.#tracks.keys()]) this.release(id);
    this.#lent.clear();
  }

  // Clones, so that releasing them (muting a camera does) leaves the application's own tracks alone.
  #borrow(keys: string[]): MediaStreamTrack[] {
    const own = keys.map((key) => this.#lent.get(key));
    return own.map((track) => {
      if (track?.readyState !== 'live' || own.some((each) => each?.readyState !== 'live')) throw failure('track-ended', 'The given track is not live');
      return track.clone();
    });
  }

  // Browsers name the devices once one of them has been permitted.
  #watch(): void {
    if (!this.#watched) {
      this.#watched = this.#from.mediaDevices();
      this.#watched?.addEventListener('devicechange', this.#changed);
      this.#page = this.#from.page?.();
      this.#page?.addEventListener('visibilitychange', this.#sight);
    }
    void this.#list();
  }

  // One after the other: what was asked first must not be told last.
  #list(): Promise<void> {
    return (this.#listing = this.#listing.then(() => this.#ask()));
  }

  async #ask(): Promise<void> {
    const found = await this.#watched?.enumerateDevices().catch(() => undefined);
    if (!found) return;
    const usual = await this.#defaultMicrophone(found);
    const devices = found.flatMap(({ kind, deviceId }): NamedDevice[] =>
      kind === 'audiooutput' || !deviceId || isStandIn(deviceId)
        ? []
        : [{ source: kind === 'videoinput' ? 'camera' : 'microphone', device: deviceId, ...(deviceId === usual && { isDefault: true }) }],
    );
    const text = JSON.stringify(devices);
    if (this.#closed) return;
    this.onSpeakersListed?.(found.filter(({ kind }) => kind === 'audiooutput').map(({ deviceId }) => deviceId));
    if (text === this.#listed) return;
    this.#listed = text;
    this.onListed?.(devices);
  }

  // The system's own: Chromium has an entry that stands for it; elsewhere it is the first that is listed (mediacapture-main,
  // enumerateDevices). Systems have no default camera that browsers tell. Where the browser would ask the user for each
  // device there is none either: following a default must not ask.
  async #defaultMicrophone(found: MediaDeviceInfo[]): Promise<string | undefined> {
    const permission = await (this.#from.permission ?? permissionFor)('microphone');
    if (permission === 'prompt' || permission === 'denied') return undefined;
    const all = found.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId);
    const named = all.filter(({ deviceId }) => !isStandIn(deviceId));
    const standIn = all.find(({ deviceId }) => deviceId === 'default');
    if (!standIn) return named[0]?.deviceId;
    const group = named.filter(({ groupId }) => groupId === standIn.groupId);
    // Several may be in one group; the label says which: "Default - Headset".
    return (group.length > 1 ? group.find(({ label }) => label && standIn.label.endsWith(label)) : group[0])?.deviceId;
  }

  // Whether the device is still there, and may be used, decides what becomes of it.
  async #ended(track: MediaStreamTrack, device: Source | undefined): Promise<void> {
    const [permission] = device ? await Promise.all([(this.#from.permission ?? permissionFor)(device), this.#list()]) : [];
    if (this.#tracks.get(track.id) === track) this.onEnded?.(track.id, permission === 'denied' ? 'browser' : undefined);
  }
}

// ---- what there is at all

export interface Device {
  /** Empty until the user has permitted the use of a device of this kind. */
  id: string;
  kind: 'camera' | 'microphone' | 'speaker';
  /** As `id`. */
  label: string;
}

const kinds: Record<MediaDeviceKind, Device['kind']> = {
  videoinput: 'camera',
  audioinput: 'microphone',
  audiooutput: 'speaker',
};

/** Empty on an insecure page. Rejects with `device-failed`. */
export async function listDevices(): Promise<Device[]> {
  try {
    const found = (await mediaDevices()?.enumerateDevices()) ?? [];
    return found.map(({ deviceId, kind, label }) => ({ id: deviceId, kind: kinds[kind], label }));
  } catch (cause) {
    throw new MeetingError({ code: 'device-failed', blame: 'device', retryable: true }, { cause });
  }
}

export function onDevicesChanged(listener: () => void): Undo {
  const devices = mediaDevices();
  devices?.addEventListener('devicechange', listener);
  return () => devices?.removeEventListener('devicechange', listener);
}
