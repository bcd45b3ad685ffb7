// The screen before a meeting: name, room, a look into the mirror, and the words when joining did not work.

import { byId, make, setText } from './dom.ts';
import { Preview, type Choice } from './preview.ts';
import { wordsForDevice, type Words } from './words.ts';

export interface Wish {
  room: string;
  name: string;
  camera: Choice;
  microphone: Choice;
}

export interface LobbyStart {
  room: string;
  name: string;
  /** Whether to ask for the devices at once. */
  camera: boolean;
  microphone: boolean;
}

export class Lobby {
  readonly #form = byId('join-form', HTMLFormElement);
  readonly #name = byId('name', HTMLInputElement);
  readonly #room = byId('room', HTMLInputElement);
  readonly #button = byId('join', HTMLButtonElement);
  readonly #problem = byId('lobby-problem', HTMLElement);
  readonly #deviceProblem = byId('device-problem', HTMLElement);
  readonly #join: (wish: Wish) => void;
  #preview: Preview | undefined;
  #wanted: { camera: boolean; microphone: boolean };

  constructor(start: LobbyStart, join: (wish: Wish) => void) {
    this.#join = join;
    this.#name.value = start.name;
    this.#room.value = start.room;
    this.#wanted = { camera: start.camera, microphone: start.microphone };
    this.#form.addEventListener('submit', (event) => this.#submit(event));
    for (const field of [this.#name, this.#room]) {
      field.addEventListener('input', () => field.removeAttribute('aria-invalid'));
    }
  }

  /** Shows the screen's content anew: after loading, and after a meeting. */
  open(): void {
    this.setBusy(false);
    this.#preview?.close();
    this.#preview = new Preview(this.#wanted, (words) => show(this.#deviceProblem, words));
    if (window.isSecureContext) void this.#preview.open();
    else show(this.#deviceProblem, insecure());
    (this.#name.value === '' ? this.#name : this.#button).focus();
  }

  /** Gives the devices back. */
  close(): void {
    this.#wanted = this.#preview?.wanted ?? this.#wanted;
    this.#preview?.close();
    this.#preview = undefined;
  }

  setRoom(room: string): void {
    this.#room.value = room;
  }

  setBusy(busy: boolean): void {
    this.#button.disabled = busy;
    setText(this.#button, busy ? 'Joining …' : 'Join the meeting');
  }

  showProblem(words: Words | undefined): void {
    show(this.#problem, words);
    if (words !== undefined) this.#problem.scrollIntoView({ block: 'nearest' });
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    this.showProblem(undefined);
    const empty = [this.#name, this.#room].filter((field) => field.value.trim() === '');
    for (const field of empty) field.setAttribute('aria-invalid', 'true');
    if (empty[0] !== undefined) {
      const what = empty[0] === this.#name ? 'Your name is missing.' : 'The room is missing.';
      this.showProblem({ title: what, advice: 'Fill it in, then join.' });
      empty[0].focus();
      return;
    }
    this.#join({
      room: this.#room.value.trim(),
      name: this.#name.value.trim(),
      camera: this.#preview?.choice('camera') ?? false,
      microphone: this.#preview?.choice('microphone') ?? false,
    });
  }
}

const insecure = (): Words | undefined => wordsForDevice({ code: 'insecure-context' }, 'camera', 'microphone');

function show(element: HTMLElement, words: Words | undefined): void {
  element.hidden = words === undefined;
  if (words === undefined) element.replaceChildren();
  else element.replaceChildren(make('strong', { text: words.title }), make('span', { text: words.advice }));
}
