// A recorder without a browser: gives the chunks that a test wants, and remembers what it was shown.

import type { Recorder, RecorderEvents, RecorderWish, RecordingPort, Scene } from '../../bindings/recording/ports.ts';
import { tick } from './waiting.ts';

export class FakeRecorder implements Recorder {
  readonly wish: RecorderWish;
  readonly mimeType: string;
  readonly scenes: Scene[];
  readonly #events: RecorderEvents;
  state: 'recording' | 'paused' | 'inactive' = 'recording';
  stops = 0;

  constructor(wish: RecorderWish, scene: Scene, events: RecorderEvents) {
    this.wish = wish;
    this.mimeType = wish.mimeType;
    this.scenes = [scene];
    this.#events = events;
  }

  get scene(): Scene {
    return this.scenes.at(-1)!;
  }

  show(scene: Scene): void {
    this.scenes.push(scene);
  }

  pause(): void {
    this.state = 'paused';
  }

  resume(): void {
    this.state = 'recording';
  }

  /** `size`: as which it passes. */
  chunk(text: string, size = text.length): void {
    const chunk = new Blob([text]);
    Object.defineProperty(chunk, 'size', { value: size });
    this.#events.chunk(chunk);
  }

  /** As browsers do it: the rest comes later. */
  stop(): void {
    this.stops++;
    setImmediate(() => {
      this.chunk('end');
      this.fail(undefined);
    });
  }

  fail(error: unknown): void {
    this.state = 'inactive';
    this.#events.ended(error);
  }
}

export class FakeRecording implements RecordingPort {
  supported = true;
  types = ['video/plain', 'video/webm'];
  refusal: unknown;
  /** It never begins, as long as nobody lets it. */
  waits = false;
  readonly recorders: FakeRecorder[] = [];

  get last(): FakeRecorder {
    return this.recorders.at(-1)!;
  }

  supports(type: string): boolean {
    return this.types.includes(type);
  }

  async start(wish: RecorderWish, scene: Scene, events: RecorderEvents): Promise<Recorder> {
    await tick();
    if (this.refusal) throw this.refusal;
    const recorder = new FakeRecorder(wish, scene, events);
    this.recorders.push(recorder);
    while (this.waits) await tick();
    return recorder;
  }
}
