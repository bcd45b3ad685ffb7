// One button for one own source: shows what it is, and changes it. What is wanted goes to the meeting, which brings
// it about; the button only ever shows what is.

import type { Meeting } from '../sdk/index.ts';
import { byId, setIcon } from './dom.ts';
import type { Notices } from './notices.ts';
import { wordsForDevice, wordsForInterruption, type Device } from './words.ts';

type OwnSource = Exclude<Device, 'speaker'>;
type Source = Meeting['camera'] | Meeting['microphone'] | Meeting['screen'];

const names: Record<OwnSource, { on: string; off: string }> = {
  microphone: { on: 'Mute your microphone', off: 'Unmute your microphone' },
  camera: { on: 'Turn your camera off', off: 'Turn your camera on' },
  screen: { on: 'Stop sharing your screen', off: 'Share your screen' },
};
const interrupted: Record<'camera' | 'microphone', string> = {
  microphone: 'Your microphone is interrupted: try it again',
  camera: 'Your camera is interrupted: try it again',
};

export class SourceButton {
  readonly #kind: OwnSource;
  readonly #source: Source;
  readonly #notices: Notices;
  readonly #button: HTMLButtonElement;
  readonly #undo = new AbortController();
  #told: unknown;
  #wasInterrupted = false;

  constructor(kind: OwnSource, source: Source, notices: Notices) {
    this.#kind = kind;
    this.#source = source;
    this.#notices = notices;
    this.#button = byId(`toggle-${kind}`, HTMLButtonElement);
    this.#button.addEventListener('click', () => void this.#toggle(), { signal: this.#undo.signal });
  }

  update(): void {
    const { state, error } = this.#source;
    const on = state === 'on';
    const isInterrupted = state === 'interrupted' && this.#kind !== 'screen';
    const words = isInterrupted ? interrupted[this.#kind as 'camera' | 'microphone'] : on ? names[this.#kind].on : names[this.#kind].off;
    this.#button.dataset['state'] = state;
    this.#button.setAttribute('aria-pressed', String(on));
    this.#button.setAttribute('aria-label', words);
    this.#button.title = words;
    this.#button.classList.toggle('busy', state === 'starting');
    if (this.#kind === 'screen') {
      this.#button.classList.toggle('on', on);
    } else {
      this.#button.classList.toggle('off', !on && state !== 'starting');
      setIcon(this.#button, on ? this.#kind : `${this.#kind}-off`);
    }
    this.#tell(state === 'failed' ? error : undefined);
    this.#tellInterrupted(isInterrupted);
  }

  close(): void {
    this.#undo.abort();
    this.#button.classList.remove('on', 'off', 'busy');
  }

  async #toggle(): Promise<void> {
    const source = this.#source;
    try {
      if (source.state === 'on' || source.state === 'starting') {
        await (this.#kind === 'screen' ? source.stop() : source.mute());
      } else if (source.state === 'muted' || source.state === 'interrupted') {
        await source.unmute();
      } else {
        await source.start(this.#kind === 'screen' ? { audio: true } : undefined);
      }
    } catch (error) {
      this.#tell(error);
    }
  }

  // The system may take it for a moment only; who speaks into it has to know.
  #tellInterrupted(isInterrupted: boolean): void {
    if (isInterrupted === this.#wasInterrupted) return;
    this.#wasInterrupted = isInterrupted;
    const key = `interrupted-${this.#kind}`;
    if (!isInterrupted) return this.#notices.hide(key);
    this.#notices.show(key, wordsForInterruption(this.#kind), { kind: 'warn', action: { label: 'Try again', run: () => void this.#toggle() } });
  }

  // A failure is told once, by the rejection or by the state, whichever comes first.
  #tell(error: unknown): void {
    const key = `device-${this.#kind}`;
    if (error === undefined || error === null) {
      if (this.#told !== undefined && this.#source.state !== 'failed') this.#notices.hide(key);
      if (this.#source.state !== 'failed') this.#told = undefined;
      return;
    }
    if (this.#told !== undefined) return;
    this.#told = error;
    const words = wordsForDevice(error, this.#kind);
    if (words !== undefined) this.#notices.show(key, words, { kind: 'bad' });
  }
}
