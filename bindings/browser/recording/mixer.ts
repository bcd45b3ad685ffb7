// The sound of a recording: all tracks in one, which goes on when nobody speaks; and a beat on the clock of the sound.

import type { Undo } from '../../ports.ts';
import { keepAwake } from '../awake.ts';

export class Mixer {
  readonly #context = new AudioContext();
  readonly #mix = this.#context.createMediaStreamDestination();
  readonly #silence = new ConstantSourceNode(this.#context, { offset: 0 });
  readonly #sources = new Map<MediaStreamTrack, { node: MediaStreamAudioSourceNode; player: HTMLAudioElement }>();
  readonly #sleep: Undo;
  #beat: AudioScheduledSourceNode | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    // Without a source there would be no sound rather than silence, and no clock.
    this.#silence.connect(this.#mix);
    this.#silence.start();
    this.#sleep = keepAwake(this.#context);
  }

  /** Or else the browser waits for the user's gesture, or has nothing to play sound with. */
  get runs(): boolean {
    return this.#context.state === 'running';
  }

  get track(): MediaStreamTrack {
    return this.#mix.stream.getAudioTracks()[0]!;
  }

  /** These from now on, and no others. */
  hear(tracks: readonly MediaStreamTrack[]): void {
    const wanted = new Set(tracks.filter(({ readyState }) => readyState === 'live'));
    for (const [track, { node, player }] of this.#sources) {
      if (wanted.has(track)) continue;
      node.disconnect();
      player.srcObject = null;
      this.#sources.delete(track);
    }
    for (const track of wanted) {
      if (this.#sources.has(track)) continue;
      const stream = new MediaStream([track]);
      const node = this.#context.createMediaStreamSource(stream);
      node.connect(this.#mix);
      // Chromium decodes what comes from another participant only while an element has it: https://crbug.com/933677.
      const player = new Audio();
      player.muted = true;
      player.srcObject = stream;
      this.#sources.set(track, { node, player });
    }
  }

  /**
   * Calls back once, after so many milliseconds by the clock of the sound, which no tab in the background slows down, as
   * it does timers. (Timers of a worker would do as well; but a strict Content Security Policy has no place for a worker
   * that is not a file of the page's own.) A timer stands by for when the sound is suspended.
   */
  after(wait_ms: number, call: () => void): void {
    const context = this.#context;
    const node = (this.#beat = new ConstantSourceNode(context, { offset: 0 }));
    node.connect(this.#mix);
    const done = (): void => {
      if (this.#beat !== node) return;
      this.#quiet();
      call();
    };
    node.onended = done;
    node.start();
    node.stop(context.currentTime + wait_ms / 1000);
    this.#timer = setTimeout(done, context.state === 'running' ? wait_ms + 100 : wait_ms);
  }

  close(): void {
    this.#quiet();
    this.hear([]);
    this.#sleep();
    this.track.stop();
    this.#context.close().catch(() => {});
  }

  #quiet(): void {
    clearTimeout(this.#timer);
    this.#beat?.disconnect();
    this.#beat = undefined;
  }
}
