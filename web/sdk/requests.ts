// Wishes that wait for the core's word: each is settled once, and all of them with the end of the meeting.

import type { ClientEvent } from '../../bindings/client-types.ts';
import type { MeetingError } from '../../bindings/errors.ts';

interface Waiting {
  resolve(): void;
  reject(error: MeetingError): void;
}

export class Requests {
  readonly #dispatch: (event: ClientEvent) => void;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(dispatch: (event: ClientEvent) => void) {
    this.#dispatch = dispatch;
  }

  make(event: (request: number) => ClientEvent): Promise<void> {
    const request = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      this.#dispatch(event(request));
    });
  }

  /** Gives what settles it, for when all of the step can be seen. */
  settle(request: number, error: MeetingError | undefined): (() => void) | undefined {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    return waiting && (() => (error ? waiting.reject(error) : waiting.resolve()));
  }

  end(error: MeetingError): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
