// One recording by the browser: MediaRecorder over a drawn picture and a mixed sound.

import type { Recorder, RecorderEvents, RecorderWish, RecordingPort, Scene } from '../../recording/ports.ts';
import type { CanvasTrack } from './canvas-track.ts';
import { canvasTrack } from './canvas-track.ts';
import { Mixer } from './mixer.ts';
import { Painter } from './painter.ts';
import { Players } from './players.ts';

class BrowserRecorder implements Recorder {
  readonly #canvas: CanvasTrack;
  readonly #mixer: Mixer;
  readonly #painter: Painter;
  readonly #players = new Players();
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

  begin(chunkMs: number, events: RecorderEvents): Promise<this> {
    const recorder = this.#recorder;
    let error: unknown;
    let isOver = false;
    this.#next = performance.now();
    this.#draw();
    return new Promise((resolve, reject) => {
      recorder.onstart = () => resolve(this);
      recorder.ondataavailable = ({ data }) => {
        if (data.size > 0 && !isOver) events.chunk(data);
      };
      // What it has so far comes after it, and then its end.
      recorder.onerror = (event) => (error = (event as Event & { error?: unknown }).error ?? new DOMException('MediaRecorder failed', 'UnknownError'));
      recorder.onstop = () => {
        if (isOver) return;
        isOver = true;
        this.#close();
        reject(error ?? new DOMException('It ended before it began', 'InvalidStateError'));
        events.ended(error);
      };
      try {
        recorder.start(chunkMs);
      } catch (cause) {
        isOver = true;
        this.#close();
        reject(cause);
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
    this.#players.play(new Set());
    this.#mixer.close();
    this.#canvas.track.stop();
  }
}

export const browserRecording: RecordingPort = {
  get supported() {
    return typeof MediaRecorder === 'function' && typeof AudioContext === 'function';
  },
  supports: (mimeType) => MediaRecorder.isTypeSupported(mimeType),
  start: async (wish, scene, events) => new BrowserRecorder(wish, scene).begin(wish.chunkMs, events),
};
