// MediaStreamTrack and MediaStream without pictures and sound: what is live, what is muted, and what ends.

let made = 0;

/** Where tracks are noted that were captured. */
export interface TrackOwner {
  /** Before the ids of the tracks. */
  readonly name: string;
  readonly given: FakeTrack[];
}

export class FakeTrack extends EventTarget {
  readonly id: string;
  readonly kind: 'audio' | 'video';
  readonly label: string;
  readyState: 'live' | 'ended' = 'live';
  enabled = true;
  muted = false;
  contentHint = '';
  onended: (() => void) | null = null;
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;
  settings: MediaTrackSettings = {};
  constraints: MediaTrackConstraints = {};
  readonly #owner: TrackOwner | undefined;

  constructor(kind: 'audio' | 'video', label = kind as string, owner?: TrackOwner) {
    super();
    this.id = owner ? `${owner.name}-track-${owner.given.length + 1}` : `track-${++made}`;
    this.kind = kind;
    this.label = label;
    this.#owner = owner;
    owner?.given.push(this);
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  getConstraints(): MediaTrackConstraints {
    return this.constraints;
  }

  async applyConstraints(constraints: MediaTrackConstraints = {}): Promise<void> {
    this.constraints = constraints;
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
    this.dispatchEvent(new Event('ended'));
  }

  /** What it shows comes in no longer, or again. */
  setMuted(muted: boolean): void {
    if (this.muted === muted || this.readyState === 'ended') return;
    this.muted = muted;
    if (muted) this.onmute?.();
    else this.onunmute?.();
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
}

export class FakeStream {
  readonly id = `stream-${++made}`;
  #tracks: MediaStreamTrack[];

  constructor(tracks: FakeTrack[] = []) {
    this.#tracks = tracks.map(asTrack);
  }

  get active(): boolean {
    return this.#tracks.some(({ readyState }) => readyState === 'live');
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

  getAudioTracks(): MediaStreamTrack[] {
    return this.#tracks.filter(({ kind }) => kind === 'audio');
  }

  getVideoTracks(): MediaStreamTrack[] {
    return this.#tracks.filter(({ kind }) => kind === 'video');
  }

  getTrackById(id: string): MediaStreamTrack | null {
    return this.#tracks.find((each) => each.id === id) ?? null;
  }
}

export const asTrack = (track: FakeTrack): MediaStreamTrack => track as unknown as MediaStreamTrack;
export const asStream = (stream: FakeStream): MediaStream => stream as unknown as MediaStream;
export const asFake = (track: MediaStreamTrack | undefined): FakeTrack => track as unknown as FakeTrack;
