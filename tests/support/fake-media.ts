// Tracks, streams and devices without a browser, so that the tests can see what is live and end what they like.

let made = 0;

export class FakeTrack extends EventTarget {
  readonly id = `track-${++made}`;
  readonly kind: 'audio' | 'video';
  readonly label: string;
  readyState: 'live' | 'ended' = 'live';
  enabled = true;
  muted = false;
  onended: (() => void) | null = null;
  readonly #owner: FakeMediaDevices | undefined;

  constructor(kind: 'audio' | 'video', label = kind as string, owner?: FakeMediaDevices) {
    super();
    this.kind = kind;
    this.label = label;
    this.#owner = owner;
    owner?.given.push(this);
  }

  stop(): void {
    this.readyState = 'ended';
  }

  clone(): MediaStreamTrack {
    return asTrack(new FakeTrack(this.kind, this.label, this.#owner));
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

  async enumerateDevices(): Promise<object[]> {
    return [
      { deviceId: 'cam-1', kind: 'videoinput', label: 'Camera', groupId: '' },
      { deviceId: 'mic-1', kind: 'audioinput', label: '', groupId: '' },
    ];
  }

  async #give(kind: 'user' | 'display', constraints: MediaStreamConstraints): Promise<MediaStream> {
    this.asked.push({ kind, constraints });
    await this.held;
    await tick();
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    const tracks: FakeTrack[] = [];
    if (constraints.video) tracks.push(new FakeTrack('video', kind === 'user' ? 'camera' : 'screen', this));
    if (constraints.audio) tracks.push(new FakeTrack('audio', kind === 'user' ? 'microphone' : 'screen sound', this));
    return asStream(new FakeStream(tracks));
  }
}

/** Lets everything go on that waits for nothing but its turn. */
export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
