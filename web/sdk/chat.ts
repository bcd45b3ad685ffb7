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
  #history: readonly ChatMessage[] = Object.freeze([]);

  /** Internal: the chat is `meeting.chat`. */
  constructor(submit: (text: string, to: string | undefined) => Promise<void>) {
    this.#submit = submit;
  }

  /** What was said since the join, oldest first, one's own included. A new array whenever something is added. */
  get history(): readonly ChatMessage[] {
    return this.#history;
  }

  /**
   * Resolves when the server has it; a retry after a lost connection has no second effect. Rejects with
   * `invalid-argument`, `message-too-large`, `rate-limited`, `target-unknown` or `connection-lost`.
   */
  async send(text: string, options: ChatOptions = {}): Promise<void> {
    const { to } = options;
    const good = typeof text === 'string' && isWellFormed(text) && (to === undefined || typeof to === 'string');
    if (!good) throw new MeetingError({ code: 'invalid-argument', message: 'Chat takes text without lone surrogates.' });
    await this.#submit(text, to);
  }

  /** Internal. */
  add(message: ChatMessage): void {
    this.#history = Object.freeze([...this.#history, Object.freeze(message)].slice(-historyMax));
  }
}
