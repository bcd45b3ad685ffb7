// What measuring and explaining need of their meeting. Must not know: meetings.

import type { MeetingState } from '../../../bindings/client-types.ts';
import type { ErrorTable, MeetingError } from '../../../bindings/errors.ts';
import type { ClientPorts, Peer } from '../../../bindings/ports.ts';
import type { LocalSource } from '../local-source.ts';
import type { MeetingEvents } from '../meeting-events.ts';
import type { Participant } from '../participant.ts';

/** Internal: as much of a meeting as is measured and explained. */
export interface InsightMeeting {
  readonly me: Participant;
  readonly participants: ReadonlyMap<string, Participant>;
  readonly state: MeetingState;
  readonly error: MeetingError | undefined;
  readonly camera: LocalSource<never>;
  readonly microphone: LocalSource<never>;
  readonly screen: LocalSource<never>;
  /** Resolves when everything is closed. */
  readonly finished: Promise<void>;
}

/** Internal. */
export interface InsightHost {
  readonly meeting: InsightMeeting;
  readonly errors: ErrorTable;
  readonly ports: ClientPorts;
  connectionTo(user: string): Peer | undefined;
  /** Something that can be seen has changed; then the event. */
  tell<Type extends keyof MeetingEvents>(type: Type, event: MeetingEvents[Type]): void;
}

/** Internal: where it is kept whom to look at. */
export interface Attended {
  activeSpeaker: Participant | undefined;
}
