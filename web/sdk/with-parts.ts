// What a meeting offers whose doing is loaded on first use: lazy-parts.ts has how.

import type { Undo } from './events.ts';
import type { Channel, ChannelOptions } from './flow/channel.ts';
import type { Sight, WatchOptions } from './flow/uplink.ts';
import type { LazyParts } from './lazy-parts.ts';
import type { Participant } from './participant.ts';
import type { RecordOptions } from './record/options.ts';
import type { Recording } from './record/recording.ts';
import { Presence } from './presence.ts';

export abstract class WithParts extends Presence {
  /** Internal. */
  abstract readonly parts: LazyParts;

  /**
   * A data channel of that label to everybody who opens it too, now or later: straight between participants, and the same
   * object for the same label. Opening it again has no effect. Rejects with `invalid-argument`, `rate-limited` (32 are
   * open) or `already-left`, or with `internal` when flow.js cannot be loaded.
   */
  async channel(label: string, options?: ChannelOptions): Promise<Channel> {
    return (await this.parts.flow.get()).channel(label, options);
  }

  /**
   * Begins to measure, as soon as the part that does so is loaded: each participant's `audioLevel`, `speaking` and `quality`,
   * `activeSpeaker`, and the events `levels`, `active-speaker` and `muted-talking`. Gives the undo; leaving ends it too.
   * Others are measured as they are played: who is not in an audio or video element is silent.
   */
  measure(): Undo {
    return this.parts.insight.measure();
  }

  /** Whom to look at, perhaps oneself: who spoke last, and not whoever said "yes" in between. Needs `measure()`. */
  get activeSpeaker(): Participant | undefined {
    return this.parts.insight.activeSpeaker;
  }

  /**
   * Records the meeting on this machine: a picture with everybody in it, and the mixed sound. Whoever comes, leaves, mutes or
   * shares meanwhile is taken as it is. Several may go on at a time. Resolves when it has begun, and only then the others are
   * told; leaving the meeting ends it.
   *
   * Rejects with `permission-denied` where the browser waits for a gesture: before the user has clicked or typed on the page
   * Chromium lets no sound through, unless the page uses a camera or microphone. Begin it in the handler of a click. Also
   * rejects with `not-joined`, `already-left` (also when one leaves before it has begun), `invalid-argument`,
   * `device-unsupported` (this browser cannot record), `device-failed`, or with `internal` when record.js cannot be loaded.
   */
  record(options?: RecordOptions): Promise<Recording> {
    return this.parts.record(options);
  }

  /**
   * Shows everybody in the element: a tile each, one for each screen, and the sound; as soon as the part that does so is
   * loaded. Gives the undo, which empties it; leaving does so too.
   */
  mount(element: Element): Undo {
    return this.parts.mount(element);
  }

  /**
   * Tells a participant how large their picture is shown here, so that they send no more than that, and nothing while it is
   * out of sight or the page in the background; from two others on, since they share one line. `sight` is the element that
   * shows it, or `{ width }` in device pixels where none does. `mount` does so by itself. Gives the undo: after the last
   * one the picture counts as not shown.
   */
  watch(participant: Participant, source: 'camera' | 'screen', sight: Sight, options?: WatchOptions): Undo {
    return this.parts.flow.watch(participant, source, sight, options);
  }
}
