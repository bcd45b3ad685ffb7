// While somebody is in a recording their picture has to come, also where the page does not show it: it counts as shown, as
// wide as it is drawn.

import type { Scene } from '../../../bindings/recording/ports.ts';
import type { Undo } from '../events.ts';
import type { Participant } from '../participant.ts';

/** Internal: as much of a meeting as is needed for it. */
export interface Watched {
  readonly participants: ReadonlyMap<string, Participant>;
  watch(participant: Participant, source: 'camera' | 'screen', sight: { width: number }): Undo;
}

export class Attention {
  readonly #meeting: Watched;
  readonly #watched = new Map<string, { width: number; undo: Undo }>();

  constructor(meeting: Watched) {
    this.#meeting = meeting;
  }

  turnTo({ tiles }: Scene): void {
    const gone = new Set(this.#watched.keys());
    for (const { key, box, whole } of tiles) {
      const id = key.slice(key.indexOf(' ') + 1);
      const person = this.#meeting.participants.get(id);
      if (!person) continue;
      gone.delete(key);
      const before = this.#watched.get(key);
      if (before?.width === box.width) continue;
      const undo = this.#meeting.watch(person, whole ? 'screen' : 'camera', { width: box.width });
      before?.undo();
      this.#watched.set(key, { width: box.width, undo });
    }
    for (const key of gone) {
      this.#watched.get(key)?.undo();
      this.#watched.delete(key);
    }
  }

  end(): void {
    this.turnTo({ tiles: [], sounds: [] });
  }
}
