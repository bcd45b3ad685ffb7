// What a meeting tells, by name.

import type { LeaveReason, MeetingState } from '../../bindings/client-types.ts';
import type { MeetingError } from '../../bindings/errors.ts';
import type { Call } from './call.ts';
import type { FileOffer } from './flow/files.ts';
import type { LocalSource } from './local-source.ts';
import type { ChatMessage, Participant } from './participant.ts';
import type { PresenceEvents } from './presence.ts';

export interface MeetingEvents extends PresenceEvents {
  state: { state: MeetingState; error: MeetingError | undefined };
  'participant-joined': Participant;
  'participant-changed': Participant;
  'participant-left': { participant: Participant; reason: LeaveReason };
  /** One of one's own sources changed. */
  source: LocalSource<never>;
  chat: ChatMessage;
  /** Somebody calls. */
  call: Call;
  /** Somebody wants to send a file. Where nobody listens it is declined. */
  file: FileOffer;
  /**
   * The browser holds back what is mounted until the user has clicked somewhere: sound, and under power saving pictures too.
   * The next click or key plays it; `unlock` may be called from a click as well.
   */
  'audio-blocked': { unlock(): void };
  /** Nothing is held back any more: it plays, or those who were held back have muted or left. */
  'audio-unlocked': undefined;
  /** While measuring, four times a second, in the background once: `audioLevel` of all is fresh. */
  levels: undefined;
  /** Somebody else is to be looked at; nobody, when that one has left. See `meeting.measure()`. */
  'active-speaker': Participant | undefined;
  /** One talks while one's own microphone is muted; or does so no longer. See `meeting.measure()`. */
  'muted-talking': { talking: boolean };
  /** Something went wrong that ended nothing. */
  problem: { error: MeetingError; participant: Participant | undefined };
}
