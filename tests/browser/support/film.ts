// What the tests of recordings need in a page: people made of one colour and one tone, so that they are known again in a
// file, and a viewer that says what is to be seen and heard in a file at a time.
//
// The function is sent to the browser as text: it must name nothing from outside itself.

import type { Recording } from '../../../web/sdk/index.ts';
import type { Guest } from './guest.ts';

export interface Spot {
  x: number;
  y: number;
}

export interface FilmFacts {
  duration: number;
  width: number;
  height: number;
  seekable: number;
  type: string;
  name: string;
  bytes: number;
}

export interface FilmTools {
  recording: Recording;
  /** Set by whatever a test starts and looks at later. */
  results: Record<string, unknown>;
  contexts: AudioContext[];
  /** A picture of that colour with a bar that wanders, and a tone of so many hertz; shown and heard in the meeting. */
  appear(colour: string, hertz: number): Promise<void>;
  paint(colour: string): void;
  open(file: Blob): Promise<FilmFacts>;
  /** Red, green and blue at each spot. */
  colours(seconds: number, spots: Spot[]): Promise<number[][]>;
  /** How many different pictures there are between the two times, looked at so many times. */
  pictures(from: number, to: number, looks: number): Promise<number>;
  /** How strong each tone is in between, 0 to 1. */
  tones(from: number, to: number, hertz: number[]): Promise<number[]>;
}

declare global {
  interface Window {
    film: FilmTools;
  }
}

export function installFilm(): void {
  const contexts: AudioContext[] = [];
  const Plain = AudioContext;
  window.AudioContext = class extends Plain {
    constructor(options?: AudioContextOptions) {
      super(options);
      contexts.push(this);
    }
  };
  let colour = '#000';
  let video: HTMLVideoElement;
  let sound: Promise<AudioBuffer>;
  const screen = document.createElement('canvas');
  const pen = screen.getContext('2d', { willReadFrequently: true })!;

  const show = async (seconds: number): Promise<void> => {
    if (Math.abs(video.currentTime - seconds) > 0.001) {
      const seeked = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
      // The picture may come a moment later than the event. It does not come if it is the one that is there.
      const isThere = new Promise((resolve) => {
        video.requestVideoFrameCallback(resolve);
        setTimeout(resolve, 400);
      });
      video.currentTime = seconds;
      await seeked;
      await isThere;
    }
    pen.drawImage(video, 0, 0);
  };

  window.film = {
    contexts,
    results: {},
    recording: undefined as unknown as Recording,
    paint: (wanted) => void (colour = wanted),
    async appear(wanted, hertz) {
      colour = wanted;
      const canvas = document.createElement('canvas');
      canvas.width = 320;
      canvas.height = 180;
      const brush = canvas.getContext('2d')!;
      let turn = 0;
      setInterval(() => {
        brush.fillStyle = colour;
        brush.fillRect(0, 0, canvas.width, canvas.height);
        brush.fillStyle = '#fff';
        brush.fillRect((turn++ * 8) % canvas.width, 20, 16, 24);
      }, 50);
      const context = new Plain();
      const tone = new OscillatorNode(context, { frequency: hertz });
      const quieter = new GainNode(context, { gain: 0.2 });
      const end = context.createMediaStreamDestination();
      tone.connect(quieter).connect(end);
      tone.start();
      await window.meeting.camera.start(canvas.captureStream(20).getVideoTracks()[0]!);
      if (hertz > 0) await window.meeting.microphone.start(end.stream.getAudioTracks()[0]!);
    },
    async open(file) {
      video = document.createElement('video');
      video.muted = true;
      document.body.replaceChildren(video);
      video.src = URL.createObjectURL(file);
      await new Promise((resolve, reject) => {
        video.onloadeddata = resolve;
        video.onerror = () => reject(new Error(`the file does not play: ${video.error?.message}`));
      });
      screen.width = video.videoWidth;
      screen.height = video.videoHeight;
      sound = file.arrayBuffer().then((bytes) => new OfflineAudioContext(1, 48_000, 48_000).decodeAudioData(bytes));
      sound.catch(() => {});
      const { duration, videoWidth: width, videoHeight: height, seekable } = video;
      const { name = '' } = file as Partial<File>;
      return { duration, width, height, seekable: seekable.length === 1 ? seekable.end(0) : 0, type: file.type, name, bytes: file.size };
    },
    async colours(seconds, spots) {
      await show(seconds);
      return spots.map(({ x, y }) => [...pen.getImageData(Math.round(x), Math.round(y), 1, 1).data.slice(0, 3)]);
    },
    async pictures(from, to, looks) {
      const seen = new Set<string>();
      for (let look = 0; look < looks; ++look) {
        await show(from + ((to - from) * look) / looks);
        seen.add(pen.getImageData(0, 0, screen.width, screen.height).data.join());
      }
      return seen.size;
    },
    // Goertzel's algorithm, without a window: the tones are far apart.
    async tones(from, to, hertz) {
      const buffer = await sound;
      const samples = buffer.getChannelData(0).subarray(Math.floor(from * buffer.sampleRate), Math.floor(to * buffer.sampleRate));
      return hertz.map((each) => {
        let [real, imaginary] = [0, 0];
        samples.forEach((sample, at) => {
          const angle = (2 * Math.PI * each * at) / buffer.sampleRate;
          real += sample * Math.cos(angle);
          imaginary += sample * Math.sin(angle);
        });
        return (2 * Math.hypot(real, imaginary)) / samples.length;
      });
    },
  };
}

/** Until so much more has been recorded; gives how much it is then, in seconds. */
export async function recordMore(guest: Guest, ms: number): Promise<number> {
  const until = (await guest.page.evaluate(() => window.film.recording.duration)) + ms;
  await guest.until(`has recorded ${ms} ms more`, (end) => window.film.recording.duration >= end, until);
  return guest.page.evaluate(() => window.film.recording.duration / 1000);
}
