// Short words over the tiles: what is happening, what went wrong, what to do. One notice a key; a later one with
// the same key takes its place.

import { icon, make } from './dom.ts';
import type { Words } from './words.ts';

interface Action {
  label: string;
  run: () => void;
}

export interface NoticeOptions {
  kind?: 'plain' | 'warn' | 'bad';
  /** A button in the notice. */
  action?: Action;
  /** Another one beside it. */
  otherwise?: Action;
  /** Goes away by itself after this many milliseconds; otherwise it stays until closed or taken back. */
  stays_ms?: number;
}

export class Notices {
  readonly #list: HTMLElement;
  readonly #shown = new Map<string, { element: HTMLElement; timer: number | undefined }>();

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  show(key: string, words: Words, options: NoticeOptions = {}): void {
    this.hide(key);
    const text = make('div', { class: 'notice-words' }, make('strong', { text: words.title }));
    if (words.advice !== '') text.append(make('span', { text: words.advice }));
    const element = make('div', { class: `notice ${options.kind ?? 'plain'}`, testid: `notice-${key}` }, text);

    for (const name of ['action', 'otherwise'] as const) {
      const action = options[name];
      if (action === undefined) continue;
      const button = make('button', { text: action.label, testid: `notice-${key}-${name}` });
      button.type = 'button';
      button.addEventListener('click', () => action.run());
      element.append(button);
    }
    const close = make('button', { label: 'Dismiss' }, icon('close'));
    close.type = 'button';
    close.addEventListener('click', () => this.hide(key));
    element.append(close);

    const timer = options.stays_ms === undefined ? undefined : window.setTimeout(() => this.hide(key), options.stays_ms);
    this.#shown.set(key, { element, timer });
    this.#list.append(element);
  }

  hide(key: string): void {
    const shown = this.#shown.get(key);
    if (shown === undefined) return;
    window.clearTimeout(shown.timer);
    shown.element.remove();
    this.#shown.delete(key);
  }

  close(): void {
    for (const key of [...this.#shown.keys()]) this.hide(key);
  }
}
