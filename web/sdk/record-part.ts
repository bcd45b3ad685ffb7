// The part that records, until it is needed: then the rest of it is loaded (record/).

import type { ErrorTable, MeetingError } from '../../bindings/errors.ts';
import type { ClientPorts } from '../../bindings/ports.ts';
import type { Meeting } from './meeting.ts';
import type { Participant } from './participant.ts';
import type { RecordOptions } from './record/options.ts';
import type { Recording } from './record/recording.ts';

/** Internal: what the part needs of its meeting. */
export interface RecordHost {
  readonly meeting: Meeting;
  readonly errors: ErrorTable;
  readonly ports: ClientPorts;
  /** Something failed that nobody asks about. */
  problem(error: MeetingError): void;
}

/** `meeting.record`. */
export interface RecordMeeting {
  /**
   * Records the meeting on this machine: a picture with everybody in it, and the mixed sound. Whoever comes, leaves, mutes or
   * shares meanwhile is taken as it is. Several may go on at a time. Resolves when it has begun; leaving the meeting ends it.
   * Browsers let no sound through before the user has clicked or typed on the page, unless it uses a camera or microphone.
   *
   * Rejects with `not-joined`, `already-left`, `invalid-argument`, `device-unsupported` (this browser cannot record),
   * `device-failed`, or with `internal` when record.js cannot be loaded.
   */
  (options?: RecordOptions): Promise<Recording>;
}

/** Internal: of the meeting, or of `who` alone. */
export type Record = (options?: RecordOptions, who?: Participant) => Promise<Recording>;

/** Internal. Rejects with `internal` when it cannot be loaded. */
export const recorder = (host: RecordHost): Record => async (options, who) => {
  const { record } = await import('./record/index.ts').catch((cause: unknown) => {
    throw host.errors.make('internal', 'record.js could not be loaded', cause);
  });
  return record(host, options, who);
};
