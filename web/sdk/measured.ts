// What a meeting says of who speaks. How it is found out is in a part of its own: insight-part.ts.

import type { Undo } from './events.ts';
import type { InsightPart } from './insight-part.ts';
import type { Participant } from './participant.ts';
import { Presence } from './presence.ts';

export abstract class Measured extends Presence {
  /** Internal. */
  abstract readonly insight: InsightPart;

  /**
   * Begins to measure, as soon as the part that does so is loaded: each participant's `audioLevel`, `speaking` and `quality`,
   * `activeSpeaker`, and the events `levels`, `active-speaker` and `muted-talking`. Gives the undo; leaving ends it too.
   * Others are measured as they are played: who is not in an audio or video element is silent.
   */
  measure(): Undo {
    return this.insight.measure();
  }

  /** Whom to look at, perhaps oneself: who spoke last, and not whoever said "yes" in between. Needs `measure()`. */
  get activeSpeaker(): Participant | undefined {
    return this.insight.activeSpeaker;
  }
}
