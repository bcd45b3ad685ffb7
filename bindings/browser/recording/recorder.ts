// One recording by the browser: MediaRecorder over a drawn picture and a mixed sound.

import type { Recorder, RecorderEvents, RecorderWish, RecordingPort, Scene } from '../../recording/ports.ts';
import type { CanvasTrack } from './canvas-track.ts';
import { canvasTrack } from './canvas-track.ts';
import { Mixer } from './mixer.ts';
import { Painter } from './painter.ts';
import { Players } from './players.ts';

/** So long the browser may take to begin when the user has clicked; busy machines have been seen to take two seconds. */
const startMsMax = 10_000;
/** And so long for the sound to begin without a click: a page that uses a microphone or has leave to play needs none. */
const gestureMsMax = 3000;

class BrowserRecorder implements Recorder {
  readonly #canvas: CanvasTrack;
  readonly #mixer: Mixer;
  readonly #painter: Painter;
  readonly #players: Players;
  readonly #recorder: MediaRecorder;
  readonly #period: number;
  #scene: Scene;
  #next = 0;
  #closed = false;

  constructor(wish: RecorderWish, scene: Scene) {
    const { width, height, mimeType, videoBitsPerSecond, audioBitsPerSecond } = wish;
    this.#scene = scene;
    this.#period = 1000 / wish.frameRate;
    this.#canvas = canvasTrack(width, height);
    this.#painter = new Painter(this.#canvas.pen, width, height);
    try {
      this.#mixer = new Mixer();
    } catch (error) {
      this.#canvas.track.stop();
      throw error;
    }
    this.#players = new Players();
    try {
      this.#recorder = new MediaRecorder(new MediaStream([this.#canvas.track, this.#mixer.track]), {
        mimeType,
        ...(videoBitsPerSecond !== undefined && { videoBitsPerSecond }),
        ...(audioBitsPerSecond !== undefined && { audioBitsPerSecond }),
      });
      this.show(scene);
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  get mimeType(): string {
    return this.#recorder.mimeType;
  }

  begin(chunkMs: number, events: RecorderEvents, signal: AbortSignal): Promise<this> {
    const recorder = this.#recorder;
    let error: unknown;
    let isOver = false;
    this.#next = performance.now();
    this.#draw();
    return new Promise((resolve, reject) => {
      const begun = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
      };
      const giveUp = (reason: unknown): void => {
        isOver = true;
        begun();
        this.stop();
        this.#close();
        reject(reason);
      };
      const aborted = (): void => giveUp(signal.reason);
      const begunAt = performance.now();
      // Without a gesture Chromium gives the recorder no sound, not even silence, and it begins with the first of it.
      const look = (): void => {
        const waited_ms = performance.now() - begunAt;
        const isAwaited = this.#mixer.runs || navigator.userActivation?.hasBeenActive;
        if (!isAwaited) giveUp(new DOMException('The browser lets no sound through before a gesture', 'NotAllowedError'));
        else if (waited_ms >= startMsMax) giveUp(new DOMException('The recorder has not begun', 'TimeoutError'));
        else timer = setTimeout(look, startMsMax - waited_ms);
      };
      let timer = setTimeout(look, gestureMsMax);
      recorder.onstart = () => {
        if (isOver) return;
        begun();
        resolve(this);
      };
      recorder.ondataavailable = ({ data }) => {
        if (data.size > 0 && !isOver) events.chunk(data);
      };
      // What it has so far comes after it, and then its end.
      recorder.onerror = (event) => (error = (event as Event & { error?: unknown }).error ?? new DOMException('MediaRecorder failed', 'UnknownError'));
      recorder.onstop = () => {
        if (isOver) return;
        isOver = true;
        begun();
        this.#close();
        reject(error ?? new DOMException('It ended before it began', 'InvalidStateError'));
        events.ended(error);
      };
      if (signal.aborted) return aborted();
      signal.addEventListener('abort', aborted);
      try {
        recorder.start(chunkMs);
      } catch (cause) {
        giveUp(cause);
      }
    });
  }

  show(scene: Scene): void {
    if (this.#closed) return;
    this.#scene = scene;
    this.#painter.forget();
    this.#players.play(new Set(scene.tiles.flatMap(({ track }) => track ?? [])));
    this.#mixer.hear(scene.sounds);
  }

  pause(): void {
    if (this.#recorder.state === 'recording') this.#recorder.pause();
  }

  resume(): void {
    if (this.#recorder.state === 'paused') this.#recorder.resume();
  }

  stop(): void {
    // Otherwise it has ended by itself, and says so.
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
  }

  #draw(): void {
    if (this.#closed) return;
    const begun = performance.now();
    this.#painter.draw(this.#scene.tiles, ({ track }) => track && this.#players.pictureOf(track));
    const now = performance.now();
    // What was missed is not made up for, and where drawing is slow the page gets as much time as the drawing.
    this.#next = Math.max(this.#next + this.#period, now + (now - begun));
    this.#mixer.after(this.#next - now, () => this.#draw());
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#players.close();
    this.#mixer.close();
    this.#canvas.track.stop();
  }
}

export const browserRecording: RecordingPort = {
  get supported() {
    return typeof MediaRecorder === 'function' && typeof AudioContext === 'function';
  },
  supports: (mimeType) => MediaRecorder.isTypeSupported(mimeType),
  start: async (wish, scene, events, signal) => new BrowserRecorder(wish, scene).begin(wish.chunkMs, events, signal),
};
