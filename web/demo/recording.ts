// The recording button in the head of the meeting, the mark that tells all that somebody records, and the file at the end.

import type { Meeting, Recording } from '../sdk/index.ts';
import { byId, make, setText } from './dom.ts';
import type { Notices } from './notices.ts';
import { codeOf, wordsFor, type Words } from './words.ts';

const own: Record<string, Words> = {
  'device-unsupported': { title: 'This browser cannot record.', advice: 'Use a current desktop browser for that.' },
  'device-failed': { title: 'The browser has ended the recording.', advice: 'What there is until then is saved.' },
  'storage-failed': { title: 'The recording could not be stored.', advice: 'Make room on the disk, then record again.' },
};
const wordsForRecording = (error: unknown): Words => own[codeOf(error)] ?? wordsFor(error);

const minutes = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** As if a link to it had been clicked: the browser saves it, or asks where to. */
function save(file: File): void {
  const link = make('a');
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  // The browser reads it after this.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export class RecordingControl {
  readonly #meeting: Meeting;
  readonly #notices: Notices;
  readonly #button = byId('toggle-recording', HTMLButtonElement);
  readonly #words = byId('toggle-recording-text', HTMLElement);
  readonly #mark = byId('recording-mark', HTMLElement);
  readonly #undo = new AbortController();
  readonly #clock: number;
  #recording: Recording | undefined;
  #isBusy = false;

  constructor(meeting: Meeting, notices: Notices) {
    this.#meeting = meeting;
    this.#notices = notices;
    const { signal } = this.#undo;
    this.#button.addEventListener('click', () => void this.#toggle(), { signal });
    // What is recorded is gone with the page.
    window.addEventListener('beforeunload', (event) => this.#recording && event.preventDefault(), { signal });
    this.#clock = window.setInterval(() => this.#show(), 500);
    this.#show();
  }

  update(): void {
    const others = [...this.#meeting.participants.values()].filter(({ attributes }) => attributes['recording']).map(({ name }) => name);
    setText(this.#mark, others.length === 0 ? '' : `${others.join(' and ')} ${others.length === 1 ? 'is' : 'are'} recording`);
    this.#mark.hidden = others.length === 0;
  }

  /** A recording that still goes on has been ended by leaving; its file comes all the same. */
  close(): void {
    this.#undo.abort();
    window.clearInterval(this.#clock);
    this.#recording = undefined;
    this.#show();
    this.#mark.hidden = true;
  }

  async #toggle(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#button.classList.add('busy');
    try {
      if (this.#recording) await this.#recording.stop().catch(() => {}); // told below
      else this.#follow(await this.#meeting.record());
    } catch (error) {
      this.#tell(error);
    }
    this.#isBusy = false;
    this.#button.classList.remove('busy');
    this.#show();
  }

  #follow(recording: Recording): void {
    this.#recording = this.#undo.signal.aborted ? undefined : recording;
    recording.on('stop', ({ file, error }) => {
      if (this.#recording === recording) this.#recording = undefined;
      this.#show();
      if (error) this.#tell(error);
      if (!file) return;
      save(file);
      if (this.#undo.signal.aborted) return;
      const words = { title: 'The recording is ready.', advice: `${file.name}, ${minutes(recording.duration)}, is in your downloads.` };
      this.#notices.show('recording', words, { stays_ms: 15_000, action: { label: 'Save again', run: () => save(file) } });
    });
  }

  #tell(error: unknown): void {
    if (!this.#undo.signal.aborted) this.#notices.show('recording', wordsForRecording(error), { kind: 'bad' });
  }

  #show(): void {
    const recording = this.#recording;
    const label = recording ? 'Stop recording' : 'Record the meeting';
    setText(this.#words, recording ? minutes(recording.duration) : 'Record');
    this.#button.classList.toggle('recording', recording !== undefined);
    this.#button.setAttribute('aria-pressed', String(recording !== undefined));
    this.#button.setAttribute('aria-label', label);
    this.#button.title = label;
  }
}
