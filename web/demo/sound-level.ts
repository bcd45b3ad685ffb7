// How loud a microphone is, as a bar: a custom property between 0 and 1 on an element.

export class SoundLevel {
  readonly #bar: HTMLElement;
  #track: MediaStreamTrack | undefined;
  #context: AudioContext | undefined;
  #frame = 0;

  constructor(bar: HTMLElement) {
    this.#bar = bar;
  }

  /** Listens to this track from now on; undefined: to none. */
  follow(track: MediaStreamTrack | undefined): void {
    if (track === this.#track) return;
    this.close();
    this.#track = track;
    if (track === undefined) return;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 512;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    this.#context = context;
    const samples = new Uint8Array(analyser.fftSize);
    const draw = () => {
      analyser.getByteTimeDomainData(samples);
      const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample - 128)), 0) / 128;
      this.#bar.style.setProperty('--level', peak.toFixed(2));
      this.#frame = requestAnimationFrame(draw);
    };
    draw();
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#bar.style.setProperty('--level', '0');
    void this.#context?.close();
    this.#context = undefined;
    this.#track = undefined;
  }
}
