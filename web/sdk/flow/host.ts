// What carrying data needs of its meeting. Must not know: meetings.

import type { MeetingState } from '../../../bindings/client-types.ts';
import type { ErrorTable, MeetingError } from '../../../bindings/errors.ts';
import type { ClientPorts, Peer, PeerData, Undo } from '../../../bindings/ports.ts';
import type { Participant } from '../participant.ts';
import type { FileOffer } from './files.ts';

/** Internal: as much of a meeting as data flows in. */
export interface FlowMeeting {
  readonly me: Participant;
  readonly participants: ReadonlyMap<string, Participant>;
  readonly state: MeetingState;
  /** Resolves when everything is closed. */
  readonly finished: Promise<void>;
  on(type: 'participant-left', listener: (event: { participant: Participant }) => void): Undo;
  subscribe(listener: () => void): Undo;
}

/** Internal: what the part needs of its meeting. */
export interface FlowNeeds {
  readonly meeting: FlowMeeting;
  readonly errors: ErrorTable;
  readonly ports: ClientPorts;
  /** False: nobody listens. */
  offer(offer: FileOffer): boolean;
  problem(peer: string, error: MeetingError): void;
  connectionTo(user: string): Peer | undefined;
}

/** Internal: the same as the part sees it once it is there. */
export interface FlowHost extends FlowNeeds {
  readonly links: ReadonlyMap<string, PeerData>;
  linkChanged: ((peer: string, data: PeerData | undefined) => void) | undefined;
  fileListened: (() => void) | undefined;
}
