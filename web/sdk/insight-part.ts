// The part of a meeting that measures and explains, until it is needed: then the rest of it is loaded (insight/).

import type { ErrorTable } from '../../bindings/errors.ts';
import type { Explanation } from '../../bindings/insight-types.ts';
import type { ClientPorts, Peer, Undo } from '../../bindings/ports.ts';
import type { MeetingInsight } from './insight/index.ts';
import type { Meeting } from './meeting.ts';
import type { MeetingEvents } from './meeting-events.ts';
import type { Participant } from './participant.ts';
import { onFirstUse, whileWanted } from './on-first-use.ts';

/** Internal: what the part needs of its meeting. */
export interface InsightHost {
  readonly meeting: Meeting;
  readonly errors: ErrorTable;
  readonly ports: ClientPorts;
  connectionTo(user: string): Peer | undefined;
  /** Something that can be seen has changed; then the event. */
  tell<Type extends keyof MeetingEvents>(type: Type, event: MeetingEvents[Type]): void;
}

export class InsightPart {
  activeSpeaker: Participant | undefined;
  readonly #report: (error: unknown) => void;
  readonly #get: () => Promise<MeetingInsight>;

  constructor(host: InsightHost) {
    this.#report = host.ports.report;
    this.#get = onFirstUse(host, 'insight', async () => (await import('./insight/index.ts')).startInsight(host, this));
  }

  measure(): Undo {
    return whileWanted(this.#get, (insight) => insight.measure(), this.#report);
  }

  async explain(participant: Participant): Promise<readonly Explanation[]> {
    return (await this.#get()).explain(participant);
  }
}
