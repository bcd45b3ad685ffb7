// Tracks, streams and devices without a browser, so that the tests can see what is live and end what they like.

let made = 0;

export class FakeTrack extends EventTarget {
  readonly id = `track-${++made}`;
  readonly kind: 'audio' | 'video';
  readonly label: string;
  readyState: 'live' | 'ended' = 'live';
  enabled = true;
  muted = false;
  contentHint = '';
  onended: (() => void) | null = null;
  settings: MediaTrackSettings = {};
  readonly #owner: FakeMediaDevices | undefined;

  constructor(kind: 'audio' | 'video', label = kind as string, owner?: FakeMediaDevices) {
    super();
    this.kind = kind;
    this.label = label;
    this.#owner = owner;
    owner?.given.push(this);
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  stop(): void {
    this.readyState = 'ended';
  }

  clone(): MediaStreamTrack {
    const twin = new FakeTrack(this.kind, this.label, this.#owner);
    return asTrack(Object.assign(twin, { contentHint: this.contentHint, settings: this.settings }));
  }

  /** Unplugged, or "stop sharing" in the browser's own bar. */
  end(): void {
    if (this.readyState === 'ended') return;
    this.readyState = 'ended';
    this.onended?.();
  }
}

export class FakeStream {
  readonly id = `stream-${++made}`;
  #tracks: MediaStreamTrack[];

  constructor(tracks: FakeTrack[] = []) {
    this.#tracks = tracks.map(asTrack);
  }

  addTrack(track: MediaStreamTrack): void {
    if (!this.#tracks.includes(track)) this.#tracks.push(track);
  }

  removeTrack(track: MediaStreamTrack): void {
    this.#tracks = this.#tracks.filter((each) => each !== track);
  }

  getTracks(): MediaStreamTrack[] {
    return [...this.#tracks];
  }
}

export const asTrack = (track: FakeTrack): MediaStreamTrack => track as unknown as MediaStreamTrack;
export const asStream = (stream: FakeStream): MediaStream => stream as unknown as MediaStream;
export const asFake = (track: MediaStreamTrack | undefined): FakeTrack => track as unknown as FakeTrack;

export function domError(name: string, message = ''): DOMException {
  return new DOMException(message, name);
}

/** One person's devices. `given` holds every track that was ever handed out. */
export class FakeMediaDevices extends EventTarget {
  readonly given: FakeTrack[] = [];
  readonly asked: { kind: 'user' | 'display'; constraints: MediaStreamConstraints }[] = [];
  /** What the next request meets with, in order; none: it is granted. */
  readonly refusals: Error[] = [];
  /** Set: requests wait until it is resolved. */
  held: Promise<void> | undefined;

  get live(): FakeTrack[] {
    return this.given.filter((track) => track.readyState === 'live');
  }

  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
    return this.#give('user', constraints);
  }

  getDisplayMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
    return this.#give('display', constraints);
  }

  /** What is plugged in, in the browser's order: the first of a kind is its own choice. */
  plugged: { deviceId: string; kind: MediaDeviceKind; facingMode?: string }[] = [
    { deviceId: 'cam-1', kind: 'videoinput' },
    { deviceId: 'mic-1', kind: 'audioinput' },
  ];
  listeners = 0;
  listings = 0;

  async enumerateDevices(): Promise<object[]> {
    this.listings++;
    return this.plugged.map((each) => ({ ...each, label: each.deviceId, groupId: 'g' }));
  }

  /** Its tracks end, as browsers have it. */
  unplug(id: string): void {
    this.plugged = this.plugged.filter(({ deviceId }) => deviceId !== id);
    for (const track of this.live) if (track.settings.deviceId === id) track.end();
    this.dispatchEvent(new Event('devicechange'));
  }

  plug(deviceId: string, kind: MediaDeviceKind, first = false): void {
    const device = { deviceId, kind };
    this.plugged = first ? [device, ...this.plugged] : [...this.plugged, device];
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

  #device(kind: MediaDeviceKind, wanted: unknown): MediaTrackSettings {
    const { deviceId = {} } = Object(wanted) as { deviceId?: { exact?: string; ideal?: string } };
    const there = this.plugged.filter((each) => each.kind === kind);
    const device = there.find((each) => each.deviceId === (deviceId.exact ?? deviceId.ideal)) ?? (deviceId.exact ? undefined : there[0]);
    if (device) return { deviceId: device.deviceId, groupId: 'g', ...(device.facingMode && { facingMode: device.facingMode }) };
    if (there.length === 0) throw domError('NotFoundError');
    throw Object.assign(new Error(''), { name: 'OverconstrainedError', constraint: 'deviceId' });
  }

  async #give(kind: 'user' | 'display', constraints: MediaStreamConstraints): Promise<MediaStream> {
    this.asked.push({ kind, constraints });
    await this.held;
    await tick();
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    const tracks: FakeTrack[] = [];
    const camera = kind === 'user' && constraints.video ? this.#device('videoinput', constraints.video) : {};
    const microphone = kind === 'user' && constraints.audio ? this.#device('audioinput', constraints.audio) : {};
    if (constraints.video) tracks.push(new FakeTrack('video', kind === 'user' ? 'camera' : 'screen', this));
    if (constraints.audio) tracks.push(new FakeTrack('audio', kind === 'user' ? 'microphone' : 'screen sound', this));
    for (const track of tracks) track.settings = track.kind === 'video' ? camera : microphone;
    return asStream(new FakeStream(tracks));
  }
}

/** Lets everything go on that waits for nothing but its turn. */
export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
