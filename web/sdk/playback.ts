// Elements that play what comes live, and go on with it: also after they were taken out of the document and put back,
// and after the browser has held them back until the user's next gesture.

import type { Undo } from '../../bindings/ports.ts';
import { onGesture } from '../../bindings/browser/gestures.ts';

export interface PlaybackEvents {
  /** The browser holds something back until the user has clicked; `unlock` may be called from a click. */
  blocked(unlock: () => void): void;
  /** Nothing is held back any more. */
  unblocked(): void;
}

interface Player {
  /** The element's time when it was last made to play on after a pause. */
  resumedAt: number;
  readonly undo: Undo;
}

/** Of playing between two pauses, in seconds. Two scripts that pause and play the same element would never rest otherwise. */
const betweenPausesMin = 0.5;

export class Playback {
  readonly #events: PlaybackEvents;
  readonly #players = new Map<HTMLMediaElement, Player>();
  readonly #held = new Set<HTMLMediaElement>();
  readonly #listening = new Map<Document, Undo>();
  readonly #unlock = (): void => {
    for (const element of this.#held) this.#try(element);
  };

  constructor(events: PlaybackEvents) {
    this.#events = events;
  }

  /** Plays this from now on, until `forget`; undefined: nothing for now. */
  play(element: HTMLMediaElement, stream: MediaStream | undefined): void {
    const wanted = stream ?? null;
    // Setting the same stream anew would make the picture flicker.
    if (element.srcObject === wanted && this.#players.has(element)) return;
    this.#players.get(element)?.undo();
    this.#players.set(element, { resumedAt: -Infinity, undo: this.#follow(element) });
    if (element.srcObject !== wanted) element.srcObject = wanted;
    if (wanted) this.#try(element);
    else this.#release(element);
  }

  forget(element: HTMLMediaElement): void {
    this.#players.get(element)?.undo();
    this.#players.delete(element);
    element.srcObject = null;
    this.#release(element);
  }

  #follow(element: HTMLMediaElement): Undo {
    const paused = (): void => this.#paused(element);
    const playing = (): void => this.#release(element);
    element.addEventListener('pause', paused);
    // As soon as the browser lets it, which may be long before there is something to play.
    element.addEventListener('play', playing);
    return () => {
      element.removeEventListener('pause', paused);
      element.removeEventListener('play', playing);
    };
  }

  #try(element: HTMLMediaElement): void {
    const stream = element.srcObject;
    const isCurrent = (): boolean => this.#players.has(element) && element.srcObject === stream;
    element.play().then(
      () => isCurrent() && !element.paused && this.#release(element),
      (error: unknown) => {
        // An AbortError only says that another stream was set, or that the element left the document: `#paused` has that.
        const isRefused = error instanceof Error && error.name === 'NotAllowedError';
        if (isRefused && isCurrent() && element.paused) this.#hold(element);
      },
    );
  }

  // Browsers pause what leaves the document, and leave it so when it comes back. It plays on meanwhile: a page may take
  // its time to put the sound of a meeting elsewhere.
  #paused(element: HTMLMediaElement): void {
    const player = this.#players.get(element);
    if (!player || !element.srcObject || !element.paused) return;
    const now = element.currentTime;
    if (element.isConnected && now - player.resumedAt < betweenPausesMin) return this.#hold(element);
    player.resumedAt = now;
    this.#try(element);
  }

  #hold(element: HTMLMediaElement): void {
    const isFirst = this.#held.size === 0;
    this.#held.add(element);
    // The element may have moved to another window, as that of a picture in a picture.
    const page = element.ownerDocument;
    if (!this.#listening.has(page)) this.#listening.set(page, this.#listen(page));
    if (isFirst) this.#events.blocked(this.#unlock);
  }

  #listen(page: Document): Undo {
    const undo = onGesture(page, this.#unlock);
    // What the system paused while the page was out of sight may play again without a gesture.
    page.addEventListener('visibilitychange', this.#unlock);
    return () => {
      undo();
      page.removeEventListener('visibilitychange', this.#unlock);
    };
  }

  #release(element: HTMLMediaElement): void {
    if (!this.#held.delete(element) || this.#held.size > 0) return;
    for (const undo of this.#listening.values()) undo();
    this.#listening.clear();
    this.#events.unblocked();
  }
}
