// The part of a meeting that measures and explains, until it is needed: then the rest of it is loaded (insight/).

import type { Explanation } from '../../bindings/insight-types.ts';
import type { Undo } from '../../bindings/ports.ts';
import type { Attended, InsightHost } from './insight/host.ts';
import type { MeetingInsight } from './insight/index.ts';
import type { Participant } from './participant.ts';
import { onFirstUse, whileWanted } from './on-first-use.ts';

export class InsightPart implements Attended {
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
