// The look into the mirror before joining: camera and microphone as chosen, shown to nobody else. All devices are
// given back when the preview closes; the meeting opens them anew.

import { cameraDefaults } from '../sdk/index.ts';
import { Playback } from '../sdk/playback.ts';
import { byId, setIcon, setText, streamFor } from './dom.ts';
import { SoundLevel } from './sound-level.ts';
import { codeOf, wordsForDevice, wordsForPreview, type Device, type Words } from './words.ts';

type Kind = Exclude<Device, 'screen' | 'speaker'>;

/** What to hand to `join`: off, the browser's choice, or a device. */
export type Choice = boolean | string;

const constraintsOf: Record<Kind, MediaTrackConstraints> = {
  camera: cameraDefaults, // as the meeting asks for it
  microphone: {},
};

export class Preview {
  readonly #video = byId('preview-video', HTMLVideoElement);
  // The next click is enough of a gesture: the buttons beside it are waiting for one.
  readonly #playback = new Playback({ blocked() {}, unblocked() {} });
  readonly #note = byId('preview-note', HTMLElement);
  readonly #problem: (words: Words | undefined) => void;
  readonly #buttons: Record<Kind, HTMLButtonElement> = {
    camera: byId('preview-camera', HTMLButtonElement),
    microphone: byId('preview-microphone', HTMLButtonElement),
  };
  readonly #selects: Record<Kind, HTMLSelectElement> = {
    camera: byId('camera-choice', HTMLSelectElement),
    microphone: byId('microphone-choice', HTMLSelectElement),
  };
  readonly #tracks: Record<Kind, MediaStreamTrack | undefined> = { camera: undefined, microphone: undefined };
  readonly #wanted: Record<Kind, boolean>;
  readonly #failed = new Map<Kind, unknown>();
  readonly #level = new SoundLevel(byId('preview-level', HTMLElement));
  readonly #undo = new AbortController();

  constructor(wanted: Record<Kind, boolean>, problem: (words: Words | undefined) => void) {
    this.#wanted = { ...wanted };
    this.#problem = problem;
    const { signal } = this.#undo;
    for (const kind of ['camera', 'microphone'] as const) {
      this.#buttons[kind].addEventListener('click', () => void this.#toggle(kind), { signal });
      this.#selects[kind].addEventListener('change', () => void this.#start(kind), { signal });
    }
    this.#show();
  }

  get wanted(): Record<Kind, boolean> {
    return { ...this.#wanted };
  }

  /** Asks for what is wanted, in one prompt where the browser has one for both. */
  async open(): Promise<void> {
    const { camera, microphone } = this.#wanted;
    if (!camera && !microphone) return;
    if (camera && microphone) {
      try {
        this.#take(await capture({ video: constraintsOf.camera, audio: constraintsOf.microphone }));
        await this.#list();
        return;
      } catch {
        // One of the two may be missing or refused: each by itself then, which also tells which.
      }
    }
    if (microphone) await this.#start('microphone');
    if (camera && !this.#closed) await this.#start('camera');
  }

  /** What was wished for, whether or not the preview has it yet. */
  choice(kind: Kind): Choice {
    if (!this.#wanted[kind] || !('mediaDevices' in navigator)) return false;
    return this.#selects[kind].value || true;
  }

  close(): void {
    this.#undo.abort();
    this.#release('camera');
    this.#release('microphone');
    this.#level.close();
    this.#playback.forget(this.#video);
  }

  get #closed(): boolean {
    return this.#undo.signal.aborted;
  }

  async #toggle(kind: Kind): Promise<void> {
    // What is interrupted is asked for anew, as in the meeting.
    this.#wanted[kind] = this.#tracks[kind]?.muted ?? true;
    if (this.#wanted[kind]) {
      await this.#start(kind);
      return;
    }
    this.#release(kind);
    this.#tell(kind, undefined);
    this.#show();
  }

  #tell(kind: Kind, error: unknown): void {
    if (error === undefined) this.#failed.delete(kind);
    else this.#failed.set(kind, error);
    const [first, second] = [...this.#failed];
    if (first === undefined) this.#problem(undefined);
    else if (second !== undefined && codeOf(second[1]) === codeOf(first[1])) {
      this.#problem(wordsForDevice(first[1], 'camera', 'microphone'));
    } else this.#problem(wordsForDevice(first[1], first[0]));
  }

  async #start(kind: Kind): Promise<void> {
    const device = this.#selects[kind].value;
    this.#buttons[kind].classList.add('busy');
    try {
      const error = await this.#open(kind, device);
      this.#tell(kind, error);
      await this.#list();
    } catch (error) {
      this.#wanted[kind] = false;
      this.#release(kind);
      this.#tell(kind, error);
    } finally {
      this.#buttons[kind].classList.remove('busy');
      this.#show();
    }
  }

  // Phones open one camera at a time: then the old one is given back for the new one, and is opened again if that fails;
  // why it did is what this gives.
  async #open(kind: Kind, device: string): Promise<unknown> {
    const ask = async (id: string): Promise<void> => {
      const constraints = { ...constraintsOf[kind], ...(id === '' ? {} : { deviceId: { exact: id } }) };
      this.#take(await capture(kind === 'camera' ? { video: constraints } : { audio: constraints }));
    };
    const before = this.#tracks[kind];
    try {
      await ask(device);
    } catch (error) {
      if (before === undefined || !['NotReadableError', 'AbortError'].includes(String((error as Partial<Error>).name))) throw error;
      const { deviceId = '' } = before.getSettings();
      this.#release(kind);
      try {
        await ask(device);
      } catch (refusal) {
        await ask(deviceId);
        return refusal;
      }
    }
    return undefined;
  }

  #take(stream: MediaStream): void {
    for (const track of stream.getTracks()) {
      const kind = track.kind === 'video' ? 'camera' : 'microphone';
      // The preview may have been closed, or the device switched off, while the browser asked.
      if (this.#closed || !this.#wanted[kind]) {
        track.stop();
        continue;
      }
      this.#release(kind);
      this.#tracks[kind] = track;
      track.addEventListener('ended', () => this.#lost(kind, track));
      // A phone call or another program takes it, and gives it back.
      for (const event of ['mute', 'unmute']) track.addEventListener(event, () => this.#show());
    }
    this.#show();
  }

  #lost(kind: Kind, track: MediaStreamTrack): void {
    if (this.#tracks[kind] !== track) return;
    this.#tracks[kind] = undefined;
    this.#wanted[kind] = false;
    this.#tell(kind, { code: 'track-ended' });
    this.#show();
  }

  #release(kind: Kind): void {
    this.#tracks[kind]?.stop();
    this.#tracks[kind] = undefined;
  }

  async #list(): Promise<void> {
    const found = await navigator.mediaDevices.enumerateDevices();
    if (this.#closed) return;
    for (const kind of ['camera', 'microphone'] as const) {
      const browserKind = kind === 'camera' ? 'videoinput' : 'audioinput';
      const devices = found.filter((device) => device.kind === browserKind && device.deviceId !== '');
      fill(this.#selects[kind], devices, this.#tracks[kind]?.getSettings().deviceId ?? '');
    }
  }

  #show(): void {
    if (this.#closed) return;
    const { camera, microphone } = this.#tracks;
    this.#video.hidden = camera === undefined || camera.muted;
    this.#playback.play(this.#video, streamFor(this.#video, [camera]));
    this.#level.follow(microphone);
    const interrupted = (['camera', 'microphone'] as const).filter((kind) => this.#tracks[kind]?.muted);
    setText(this.#note, [camera === undefined ? 'Your camera is off.' : '', wordsForPreview(interrupted)].filter(Boolean).join(' '));
    for (const kind of ['camera', 'microphone'] as const) {
      const on = this.#tracks[kind]?.muted === false;
      const button = this.#buttons[kind];
      button.setAttribute('aria-pressed', String(on));
      button.classList.toggle('off', !on);
      button.title = `${kind === 'camera' ? 'Camera' : 'Microphone'} ${interrupted.includes(kind) ? 'interrupted: try it again' : on ? 'on' : 'off'}`;
      setIcon(button, on ? kind : `${kind}-off`);
    }
  }
}

async function capture(constraints: MediaStreamConstraints): Promise<MediaStream> {
  // Browsers hide the whole interface from insecure pages.
  if (!('mediaDevices' in navigator)) throw Object.assign(new Error('insecure page'), { code: 'insecure-context' });
  return navigator.mediaDevices.getUserMedia(constraints);
}

function fill(select: HTMLSelectElement, devices: readonly MediaDeviceInfo[], current: string): void {
  const options = devices.map((device, index) => new Option(device.label || `Device ${index + 1}`, device.deviceId));
  const chosen = select.value;
  select.replaceChildren(...options);
  select.value = current || chosen;
  if (select.selectedIndex < 0 && options.length > 0) select.selectedIndex = 0;
  select.disabled = options.length === 0;
}
