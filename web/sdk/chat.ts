// The meeting's text chat.

import type { ChatMessage } from '../../bindings/client-types.ts';
import { MeetingError } from '../../bindings/errors.ts';
import { isWellFormed } from '../../bindings/machine.ts';

export interface ChatOptions {
  /** A participant's id: for that one only. Default: everyone. */
  to?: string;
}

// As many as the core keeps; see src/core/limits.hpp, chat_history_max.
const historyMax = 500;

export class Chat {
  readonly #submit: (text: string, to: string | undefined) => Promise<void>;
  readonly #report: (typing: boolean) => void;
  #history: readonly ChatMessage[] = Object.freeze([]);

  /** Internal: the chat is `meeting.chat`. */
  constructor(submit: (text: string, to: string | undefined) => Promise<void>, report: (typing: boolean) => void) {
    this.#submit = submit;
    this.#report = report;
  }

  /**
   * What was said, oldest first, one's own included: since the join, and what the room has kept of the time before, if
   * the server keeps any; that is there when `join` resolves. A new array whenever something is added.
   */
  get history(): readonly ChatMessage[] {
    return this.#history;
  }

  /**
   * Up to 16 KiB of UTF-8, or what the server says if that is less. Resolves when the server has it; a retry after a lost connection has no second effect. Rejects with
   * `invalid-argument`, `message-too-large`, `rate-limited`, `target-unknown` or `connection-lost`.
   */
  async send(text: string, options: ChatOptions = {}): Promise<void> {
    const { to } = options;
    const good = typeof text === 'string' && isWellFormed(text) && (to === undefined || typeof to === 'string');
    if (!good) throw new MeetingError({ code: 'invalid-argument', message: 'Chat takes text without lone surrogates.' });
    await this.#submit(text, to);
  }

  /**
   * To be called with every key while a message to all is being written, with `false` when it is given up; sending it
   * says so by itself. The others see `participant.typing` for a few seconds. Goes out now and then only.
   */
  typing(typing = true): void {
    this.#report(Boolean(typing));
  }

  /** Internal. */
  add(message: ChatMessage): void {
    this.#history = Object.freeze([...this.#history, Object.freeze(message)].slice(-historyMax));
  }
}
