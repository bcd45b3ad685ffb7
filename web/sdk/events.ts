// Typed events: listeners that carry their own undo, and iterators. A listener that throws is reported and harms
// no other. Must not know: meetings.

import type { Undo } from '../../bindings/ports.ts';

export type { Undo };

export interface ListenOptions {
  /** Aborting it is one more way to stop listening. */
  signal?: AbortSignal;
}

type Listener<Event> = (event: Event) => unknown;

export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  readonly #iterators = new Set<() => void>();
  readonly #report: (error: unknown) => void;
  readonly #listened: ((type: keyof Events) => void) | undefined;
  #closed = false;

  /** `listened` is called when somebody has begun to listen. */
  constructor(report: (error: unknown) => void, listened?: (type: keyof Events) => void) {
    this.#report = report;
    this.#listened = listened;
  }

  on<Type extends keyof Events>(type: Type, listener: Listener<Events[Type]>, options: ListenOptions = {}): Undo {
    const { signal } = options;
    if (this.#closed || signal?.aborted) return () => {};
    let listeners = this.#listeners.get(type);
    if (!listeners) this.#listeners.set(type, (listeners = new Set()));
    // Wrapped, so that the same function given twice is two listeners, each with its own undo.
    const entry: Listener<Events[Type]> = (event) => listener(event);
    listeners.add(entry as Listener<never>);
    const undo = (): void => {
      listeners.delete(entry as Listener<never>);
      signal?.removeEventListener('abort', undo);
    };
    signal?.addEventListener('abort', undo);
    this.#listened?.(type);
    return undo;
  }

  once<Type extends keyof Events>(type: Type, listener: Listener<Events[Type]>, options?: ListenOptions): Undo {
    const undo = this.on(
      type,
      (event) => {
        undo();
        return listener(event);
      },
      options,
    );
    return undo;
  }

  /** Everything from the loop's start on, in order; ends when the emitter is closed. */
  events<Type extends keyof Events>(type: Type): AsyncIterable<Events[Type]> {
    return { [Symbol.asyncIterator]: () => this.#iterate(type) };
  }

  hears(type: keyof Events): boolean {
    return (this.#listeners.get(type)?.size ?? 0) > 0;
  }

  /** Tells whether anybody listens. */
  emit<Type extends keyof Events>(type: Type, event: Events[Type]): boolean {
    const listeners = [...(this.#listeners.get(type) ?? [])];
    for (const listener of listeners) {
      try {
        // What an async listener rejects with is its own unhandled rejection, which the platform reports.
        (listener as Listener<Events[Type]>)(event);
      } catch (error) {
        this.#report(error);
      }
    }
    return listeners.length > 0;
  }

  /** Forgets all listeners and ends all iterators. */
  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    for (const end of [...this.#iterators]) end();
  }

  #iterate<Type extends keyof Events>(type: Type): AsyncIterator<Events[Type], undefined> {
    const queue: Events[Type][] = [];
    let ended = this.#closed;
    let wake: () => void = () => {};
    const undo = this.on(type, (event) => {
      queue.push(event);
      wake();
    });
    const end = (): void => {
      ended = true;
      undo();
      this.#iterators.delete(end);
      wake();
    };
    if (!ended) this.#iterators.add(end);
    return {
      async next() {
        while (queue.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
        return queue.length > 0 ? { value: queue.shift() as Events[Type], done: false } : { value: undefined, done: true };
      },
      async return() {
        queue.length = 0;
        end();
        return { value: undefined, done: true };
      },
    };
  }
}
