// The meeting at one moment, as frozen plain values: what frameworks compare by identity.

import type { CallOutcome, CallState, ChatMessage, LinkState, MeetingState, Role, SourceState } from '../../bindings/client-types.ts';
import type { MeetingError } from '../../bindings/errors.ts';
import type { Knock } from './moderation.ts';
import type { Call } from './call.ts';
import type { LocalSource } from './local-source.ts';
import type { Participant, ParticipantSource } from './participant.ts';

export interface ParticipantSnapshot {
  readonly id: string;
  readonly local: boolean;
  readonly name: string;
  readonly role: Role;
  readonly attributes: Readonly<Record<string, string>>;
  readonly handRaised: boolean;
  readonly asksForFloor: boolean;
  readonly connection: LinkState;
  readonly typing: boolean;
  /** While measuring. */
  readonly speaking: boolean;
  /** Of `quality`, while measuring. */
  readonly score: number | undefined;
  readonly camera: ParticipantSource;
  readonly microphone: ParticipantSource;
  readonly screen: ParticipantSource;
}

export interface LocalSourceSnapshot {
  readonly state: SourceState;
  readonly track: MediaStreamTrack | undefined;
  /** The id of the device in use, where the browser tells. */
  readonly device: string | undefined;
  /** The id of the device that is preferred; empty: the browser's choice. */
  readonly preferredDevice: string;
  readonly error: MeetingError | undefined;
}

export interface CallSnapshot {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly incoming: boolean;
  readonly state: CallState;
  readonly outcome: CallOutcome;
}

export interface MeetingSnapshot {
  readonly id: string;
  readonly state: MeetingState;
  readonly role: Role;
  readonly locked: boolean;
  readonly lobby: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  /** The ids of those with a hand up, the earliest first. */
  readonly raisedHands: readonly string[];
  /** Who waits in the lobby; only hosts see it. */
  readonly waiting: readonly Knock[];
  /** Why the meeting was left, or is reconnecting. */
  readonly error: MeetingError | undefined;
  readonly me: ParticipantSnapshot;
  /** The others, in the order in which they came. */
  readonly participants: readonly ParticipantSnapshot[];
  readonly camera: LocalSourceSnapshot;
  readonly microphone: LocalSourceSnapshot;
  readonly screen: LocalSourceSnapshot;
  readonly chat: readonly ChatMessage[];
  /** Those that ring or stand. */
  readonly calls: readonly CallSnapshot[];
}

const freezeSource = ({ on, muted, track, stream }: ParticipantSource): ParticipantSource =>
  Object.freeze({ on, muted, track, stream });

const freezeParticipant = (person: Participant): ParticipantSnapshot =>
  Object.freeze({
    id: person.id,
    local: person.local,
    name: person.name,
    role: person.role,
    attributes: Object.freeze({ ...person.attributes }),
    handRaised: person.handRaised,
    asksForFloor: person.asksForFloor,
    connection: person.connection,
    typing: person.typing,
    speaking: person.speaking,
    score: person.quality?.score,
    camera: freezeSource(person.camera),
    microphone: freezeSource(person.microphone),
    screen: freezeSource(person.screen),
  });

const freezeLocal = ({ state, track, device, preferredDevice, error }: LocalSource<never>): LocalSourceSnapshot =>
  Object.freeze({ state, track, device, preferredDevice, error });

/** The parts of a meeting that a snapshot shows. */
export interface Shown {
  readonly id: string;
  readonly state: MeetingState;
  readonly role: Role;
  readonly locked: boolean;
  readonly lobby: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly raisedHands: readonly Participant[];
  readonly moderation: { readonly waiting: readonly Knock[] };
  readonly error: MeetingError | undefined;
  readonly me: Participant;
  readonly participants: ReadonlyMap<string, Participant>;
  readonly camera: LocalSource<never>;
  readonly microphone: LocalSource<never>;
  readonly screen: LocalSource<never>;
  readonly chat: { readonly history: readonly ChatMessage[] };
  readonly calls: readonly Call[];
}

export function takeSnapshot(meeting: Shown): MeetingSnapshot {
  return Object.freeze({
    id: meeting.id,
    state: meeting.state,
    role: meeting.role,
    locked: meeting.locked,
    lobby: meeting.lobby,
    metadata: Object.freeze({ ...meeting.metadata }),
    raisedHands: Object.freeze(meeting.raisedHands.map(({ id }) => id)),
    waiting: meeting.moderation.waiting,
    error: meeting.error,
    me: freezeParticipant(meeting.me),
    participants: Object.freeze([...meeting.participants.values()].map(freezeParticipant)),
    camera: freezeLocal(meeting.camera),
    microphone: freezeLocal(meeting.microphone),
    screen: freezeLocal(meeting.screen),
    chat: meeting.chat.history,
    calls: Object.freeze(meeting.calls.map(({ id, from, to, incoming, state, outcome }) => Object.freeze({ id, from, to, incoming, state, outcome }))),
  });
}
