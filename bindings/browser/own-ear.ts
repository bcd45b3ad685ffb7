// How loud one's own microphone is. Decides nothing. Loaded with the part that measures.
//
// While it is sent, the statistics of a sender tell. Muted, or with nobody to send to, or in a browser whose statistics say
// nothing of it (Firefox), an AnalyserNode listens; the AudioContext is there for only so long.

import type { OwnEar } from '../link-statistics.ts';
import type { Undo } from '../ports.ts';
import { keepAwake } from './awake.ts';

interface Listening {
  readonly track: MediaStreamTrack;
  readonly context: AudioContext;
  readonly source: MediaStreamAudioSourceNode;
  readonly analyser: AnalyserNode;
  readonly sleep: Undo;
}

// At least as long as the time between two measurements, so that no syllable falls between.
const samples = 16_384;
// The length of a packet: loudness is that of the loudest, as the others measure it.
const block = 960;

export class BrowserEar implements OwnEar {
  readonly #samples = new Float32Array(samples);
  #listening: Listening | undefined;
  #sent: { id: string; energy: number; seconds: number } | undefined;
  #last = 0;
  #closed = false;

  async level(track: MediaStreamTrack, sender: RTCRtpSender | undefined): Promise<number> {
    const sent = sender?.track === track ? await this.#ofSender(sender) : undefined;
    if (this.#closed) return 0;
    if (sent === undefined) return this.#listen(track);
    this.#stop();
    return sent;
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  // Undefined: it does not say.
  async #ofSender(sender: RTCRtpSender): Promise<number | undefined> {
    try {
      for (const entry of (await sender.getStats()).values()) {
        if (entry.type !== 'media-source') continue;
        const { id, totalAudioEnergy: energy, totalSamplesDuration: seconds } = entry as { id: string; totalAudioEnergy?: number; totalSamplesDuration?: number };
        if (energy === undefined || seconds === undefined) return undefined;
        const before = this.#sent?.id === id ? this.#sent : undefined;
        if (before && seconds > before.seconds) this.#last = Math.sqrt(Math.max(0, energy - before.energy) / (seconds - before.seconds));
        if (!before) this.#last = 0;
        this.#sent = { id, energy, seconds };
        return Math.min(1, this.#last);
      }
    } catch {
      // closed meanwhile
    }
    return undefined;
  }

  #listen(track: MediaStreamTrack): number {
    if (this.#listening?.track !== track) {
      this.#stop();
      this.#listening = begin(track);
    }
    if (!this.#listening) return 0;
    const { analyser } = this.#listening;
    analyser.getFloatTimeDomainData(this.#samples);
    let loudest = 0;
    for (let from = 0; from < samples; from += block) {
      let energy = 0;
      const to = Math.min(samples, from + block);
      for (let at = from; at < to; ++at) energy += this.#samples[at]! ** 2;
      loudest = Math.max(loudest, energy / (to - from));
    }
    return Math.min(1, Math.sqrt(loudest));
  }

  #stop(): void {
    const { source, context, sleep } = this.#listening ?? {};
    this.#listening = undefined;
    sleep?.();
    source?.disconnect();
    void context?.close().catch(() => {});
  }
}

function begin(track: MediaStreamTrack): Listening | undefined {
  try {
    // Nothing is played: where it can be said, no output device is opened for it.
    const context = new AudioContext({ latencyHint: 'playback', sinkId: { type: 'none' } } as AudioContextOptions);
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = context.createAnalyser();
    analyser.fftSize = samples;
    source.connect(analyser);
    return { track, context, source, analyser, sleep: keepAwake(context) };
  } catch {
    return undefined; // none to be had, or too many
  }
}
