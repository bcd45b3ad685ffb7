// Files in the chat panel: choosing one and whom it is for, offers from others, and how far each has come. Names of
// files are text of somebody else's, and shown as such.

import type { FileOffer, FileProgress, Meeting } from '../sdk/index.ts';
import { byId, make, setText } from './dom.ts';
import { wordsForFile, type Words } from './words.ts';

/** Larger ones go to disk as they come, where the browser can do that. */
const inMemoryMax = 32 * 1024 * 1024;

type SavePicker = (options: { suggestedName: string }) => Promise<{ createWritable(): Promise<WritableStream<Uint8Array>> }>;

/** One file in the list: a line of words, a bar, and what can be done about it. */
class FileLine {
  readonly element: HTMLLIElement;
  readonly #state = make('span', { class: 'file-state', testid: 'file-state' });
  readonly #bar = make('progress', { class: 'file-bar', label: 'Progress' });
  readonly #actions = make('div', { class: 'file-actions' });

  constructor(head: string, name: string, size: number, mine: boolean) {
    const title = make('span', { class: 'file-name', text: name });
    title.dir = 'auto';
    const words = make('div', { class: 'file-words' }, title, make('span', { class: 'file-size', text: sizeText(size) }));
    this.#bar.max = Math.max(1, size);
    this.#bar.hidden = true;
    const body = make('div', { class: 'file-body' }, words, this.#bar, this.#state, this.#actions);
    const from = make('div', { class: 'message-head' }, make('span', { class: 'message-from', text: head }));
    this.element = make('li', { class: mine ? 'message mine file' : 'message file', testid: 'file' }, from, body);
  }

  say(text: string): void {
    setText(this.#state, text);
  }

  show(bytes: number): void {
    this.#bar.hidden = false;
    this.#bar.value = bytes;
    this.say(`${Math.floor((bytes / this.#bar.max) * 100)} %`);
  }

  offer(...actions: { label: string; testid: string; run: () => void }[]): void {
    this.#actions.replaceChildren(
      ...actions.map(({ label, testid, run }) => {
        const button = make('button', { text: label, testid });
        button.type = 'button';
        button.addEventListener('click', run);
        return button;
      }),
    );
  }

  end(text: string, good: boolean): void {
    this.#bar.hidden = true;
    this.element.classList.toggle('failed', !good);
    this.say(text);
    this.offer();
  }

  link(url: string, name: string): void {
    const link = make('a', { text: 'Save', testid: 'file-save' });
    link.href = url;
    link.download = name;
    this.#actions.replaceChildren(link);
  }
}

export class Files {
  readonly #meeting: Meeting;
  readonly #list = byId('chat-list', HTMLOListElement);
  readonly #choose = byId('file-choose', HTMLButtonElement);
  readonly #input = byId('file-input', HTMLInputElement);
  readonly #to = byId('file-to', HTMLSelectElement);
  readonly #undo = new AbortController();
  readonly #urls: string[] = [];
  readonly #tell: (words: Words) => void;
  #shown = '';

  /** `tell`: for when the panel may be closed. */
  constructor(meeting: Meeting, tell: (words: Words) => void) {
    this.#meeting = meeting;
    this.#tell = tell;
    const { signal } = this.#undo;
    this.#choose.addEventListener('click', () => this.#input.click(), { signal });
    this.#input.addEventListener('change', () => this.#chosen(), { signal });
    meeting.on('file', (offer) => this.#offered(offer), { signal });
    this.update();
  }

  /** Who is there may have changed. */
  update(): void {
    const people = [...this.#meeting.participants.values()];
    this.#choose.disabled = people.length === 0;
    this.#to.disabled = people.length === 0;
    const now = people.map(({ id, name }) => `${id} ${name}`).join('\n');
    if (now === this.#shown && this.#to.options.length > 0) return;
    this.#shown = now;
    const chosen = this.#to.value;
    const option = (value: string, text: string): HTMLOptionElement => new Option(text, value, false, value === chosen);
    this.#to.replaceChildren(option('', 'everyone'), ...people.map(({ id, name }) => option(id, name)));
  }

  close(): void {
    this.#undo.abort();
    for (const url of this.#urls.splice(0)) URL.revokeObjectURL(url);
  }

  #add(line: FileLine): void {
    this.#list.append(line.element);
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #chosen(): void {
    const files = [...(this.#input.files ?? [])];
    this.#input.value = '';
    for (const file of files) void this.#send(file, this.#to.value);
  }

  async #send(file: File, to: string): Promise<void> {
    const whom = this.#meeting.participants.get(to)?.name ?? 'everyone';
    const line = new FileLine(`You, to ${whom}`, file.name, file.size, true);
    const cancel = new AbortController();
    const held = new Map<string, number>();
    line.say('Waiting for an answer …');
    line.offer({ label: 'Cancel', testid: 'file-cancel', run: () => cancel.abort() });
    this.#add(line);
    // Of those who take it the slowest is shown.
    const onProgress = ({ participant, bytes }: FileProgress): void => {
      held.set(participant.id, bytes);
      line.show(Math.min(...held.values()));
    };
    try {
      const { delivered, failed } = await this.#meeting.files.send(file, { signal: cancel.signal, onProgress, ...(to !== '' && { to }) });
      const names = delivered.map(({ name }) => name).join(', ');
      const others = [...failed].map(([{ name }, error]) => `${name}: ${wordsForFile(error).title}`).join(' ');
      line.end([names && `Sent to ${names}.`, others].filter(Boolean).join(' '), delivered.length > 0);
    } catch (error) {
      line.end(wordsForFile(error).title, cancel.signal.aborted);
    }
  }

  #offered(offer: FileOffer): void {
    const line = new FileLine(offer.from.name, offer.name, offer.size, false);
    line.say('wants to send you this.');
    line.offer(
      { label: 'Accept', testid: 'file-accept', run: () => void this.#accept(offer, line) },
      {
        label: 'Decline',
        testid: 'file-decline',
        run: () => {
          offer.decline();
          line.end('You declined it.', true);
        },
      },
    );
    offer.signal.addEventListener('abort', () => this.#over(offer, line), { once: true });
    this.#add(line);
    this.#tell({ title: `${offer.from.name} wants to send you a file.`, advice: `${offer.name}, ${sizeText(offer.size)}` });
  }

  // It was taken back before it was answered; if it was answered, that says more.
  #over({ signal }: FileOffer, line: FileLine): void {
    if (line.element.dataset['answered'] === undefined && signal.reason) line.end(wordsForFile(signal.reason).title, false);
  }

  async #accept(offer: FileOffer, line: FileLine): Promise<void> {
    const cancel = new AbortController();
    try {
      const writable = await this.#writableFor(offer);
      line.element.dataset['answered'] = '';
      line.show(0);
      line.offer({ label: 'Cancel', testid: 'file-cancel', run: () => cancel.abort() });
      const file = await offer.accept({
        signal: cancel.signal,
        onProgress: ({ bytes }) => line.show(bytes),
        ...(writable && { writable }),
      });
      line.end(file ? 'It has arrived.' : 'It has arrived and is saved.', true);
      if (file) this.#give(file, line);
    } catch (error) {
      // The picker was closed: the offer stands.
      if (error instanceof DOMException && error.name === 'AbortError' && !cancel.signal.aborted) return;
      line.end(wordsForFile(error).title, cancel.signal.aborted);
    }
  }

  async #writableFor({ name, size }: FileOffer): Promise<WritableStream<Uint8Array> | undefined> {
    const pick = (window as { showSaveFilePicker?: SavePicker }).showSaveFilePicker;
    if (size <= inMemoryMax || pick === undefined) return undefined;
    return (await pick({ suggestedName: name })).createWritable();
  }

  #give(file: File, line: FileLine): void {
    const url = URL.createObjectURL(file);
    this.#urls.push(url);
    line.link(url, file.name);
  }
}

function sizeText(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}
