// The chat panel: what was said, by whom and when, and what is still on its way. Text is shown as text, always.

import type { Meeting } from '../sdk/index.ts';
import { byId, make, setText } from './dom.ts';
import { wordsFor } from './words.ts';

type Line = Meeting['chat']['history'][number];

/** A message of one's own that the server does not have yet. */
interface Outgoing {
  readonly text: string;
  readonly element: HTMLLIElement;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

export class Chat {
  readonly #meeting: Meeting;
  readonly #list = byId('chat-list', HTMLOListElement);
  readonly #form = byId('chat-form', HTMLFormElement);
  readonly #text = byId('chat-text', HTMLTextAreaElement);
  readonly #typing = byId('chat-typing', HTMLElement);
  readonly #badge = byId('chat-unread', HTMLElement);
  readonly #button = byId('toggle-chat', HTMLButtonElement);
  readonly #shown = new Set<string>();
  readonly #outgoing = new Set<Outgoing>();
  readonly #names = new Map<string, string>();
  readonly #undo = new AbortController();
  #open = false;
  #unread = 0;

  constructor(meeting: Meeting) {
    this.#meeting = meeting;
    const { signal } = this.#undo;
    this.#form.addEventListener('submit', (event) => this.#submit(event), { signal });
    this.#text.addEventListener('keydown', (event) => this.#key(event), { signal });
    this.#text.addEventListener('input', () => this.#typed(), { signal });
  }

  /** Shows what has come since the last time. */
  update(): void {
    const { me, participants, chat } = this.#meeting;
    for (const { id, name } of participants.values()) this.#names.set(id, name);
    setText(this.#typing, typingWords([...participants.values()].filter(({ typing }) => typing).map(({ id }) => this.#nameOf(id))));
    const fresh = chat.history.filter((line) => !this.#shown.has(keyOf(line)));
    if (fresh.length === 0) return;
    const atEnd = this.#isAtEnd();
    for (const line of fresh) {
      this.#shown.add(keyOf(line));
      const mine = line.from === me.id;
      this.#place(messageFor(mine ? 'You' : line.name || this.#nameOf(line.from), line.text, line.at, mine));
      if (!mine && !this.#open) this.#unread += 1;
    }
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
    this.#showUnread();
  }

  setOpen(open: boolean): void {
    this.#open = open;
    if (!open) return;
    this.#unread = 0;
    this.#showUnread();
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#text.focus();
  }

  close(): void {
    this.#undo.abort();
    this.#list.replaceChildren();
    this.#text.value = '';
    setText(this.#typing, '');
    this.#unread = 0;
    this.#showUnread();
  }

  #nameOf(id: string): string {
    return this.#names.get(id) || 'Guest';
  }

  // What is still on its way stays last.
  #place(element: HTMLLIElement): void {
    const [first] = this.#outgoing;
    this.#list.insertBefore(element, first?.element ?? null);
  }

  #isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < 40;
  }

  #showUnread(): void {
    this.#badge.hidden = this.#unread === 0;
    setText(this.#badge, this.#unread > 99 ? '99+' : String(this.#unread));
    this.#button.setAttribute('aria-label', this.#unread === 0 ? 'Chat' : `Chat, ${this.#unread} unread`);
  }

  #key(event: KeyboardEvent): void {
    // While an input method composes, Enter chooses a character.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #typed(): void {
    this.#grow();
    this.#meeting.chat.typing(this.#text.value.trim() !== '');
  }

  #grow(): void {
    this.#text.style.setProperty('height', 'auto');
    this.#text.style.setProperty('height', `${this.#text.scrollHeight + 2}px`);
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (text === '') return;
    this.#text.value = '';
    this.#grow();
    void this.#send(text);
  }

  async #send(text: string): Promise<void> {
    const element = messageFor('You', text, Date.now(), true);
    element.classList.add('waiting');
    const outgoing = { text, element };
    this.#outgoing.add(outgoing);
    this.#list.append(element);
    this.#list.scrollTop = this.#list.scrollHeight;
    try {
      await this.#meeting.chat.send(text);
      element.remove();
      this.#outgoing.delete(outgoing);
      this.update();
    } catch (error) {
      this.#showFailed(outgoing, error);
    }
  }

  #showFailed(outgoing: Outgoing, error: unknown): void {
    const { element, text } = outgoing;
    element.classList.replace('waiting', 'failed');
    const again = make('button', { text: 'Not sent. Try again', testid: 'chat-again' });
    again.type = 'button';
    again.title = wordsFor(error).title;
    again.addEventListener('click', () => {
      element.remove();
      this.#outgoing.delete(outgoing);
      void this.#send(text);
    });
    element.append(again);
  }
}

function typingWords(names: readonly string[]): string {
  if (names.length === 0) return '';
  if (names.length > 2) return `${names.length} people are typing …`;
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing …`;
}

const keyOf = (line: Line): string => `${line.from} ${line.id}`;

function messageFor(from: string, text: string, at: number | Date, mine: boolean): HTMLLIElement {
  // A server without a clock of its own says 0.
  const when = new Date(Number(at) === 0 ? Date.now() : at);
  const time = make('time', { class: 'message-time', text: clock.format(when) });
  time.dateTime = when.toISOString();
  const head = make('div', { class: 'message-head' }, make('span', { class: 'message-from', text: from }), time);
  const body = make('p', { class: 'message-text', text });
  body.dir = 'auto';
  return make('li', { class: mine ? 'message mine' : 'message', testid: 'message' }, head, body);
}
