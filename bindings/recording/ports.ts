// What a recording needs of the world, as interfaces: the browser's is in browser/recording/, fakes in the tests.

/** In pixels of the recorded picture; x and y from its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One tile. Without a track that shows something it is the name's initial. */
export interface Tile {
  /** Stays the same as long as it is the same person's same source. */
  readonly key: string;
  readonly box: Box;
  readonly name: string;
  readonly track: MediaStreamTrack | undefined;
  /** All of the picture has to be seen, as of a screen; otherwise edges may be cut off. */
  readonly whole: boolean;
  /** What it shows may be old: the connection is interrupted. */
  readonly faded: boolean;
}

/** What is seen and heard at one time. */
export interface Scene {
  readonly tiles: readonly Tile[];
  readonly sounds: readonly MediaStreamTrack[];
}

export interface RecorderWish {
  readonly mimeType: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second. */
  readonly frameRate: number;
  readonly videoBitsPerSecond?: number | undefined;
  readonly audioBitsPerSecond?: number | undefined;
  /** How often there is a chunk. */
  readonly chunkMs: number;
}

export interface RecorderEvents {
  chunk(chunk: Blob): void;
  /** The last thing that a recorder says; after the last chunk. An error: the browser has ended it, not `stop`. */
  ended(error: unknown): void;
}

export interface Recorder {
  /** What the browser makes of the wish, with the codecs. */
  readonly mimeType: string;
  /** From now on. */
  show(scene: Scene): void;
  pause(): void;
  resume(): void;
  /** Ends in `ended`, and lets go of everything. */
  stop(): void;
}

export interface RecordingPort {
  /** Whether this browser can record at all. */
  readonly supported: boolean;
  supports(mimeType: string): boolean;
  /**
   * Resolves when it is recording. Rejects with what the browser says, with a `NotAllowedError` where it waits for the user's
   * gesture, or with the signal's reason as soon as that is aborted; then nothing is left open.
   */
  start(wish: RecorderWish, scene: Scene, events: RecorderEvents, signal: AbortSignal): Promise<Recorder>;
}
