// Who is in the meeting, oneself and the others, as the core says. Must not know: the meeting.

import type { ClientNotice, Slot } from '../../bindings/client-types.ts';
import type { MeetingEvents } from './meeting-events.ts';
import { MeetingError } from '../../bindings/errors.ts';
import { Participant, type PersonParts } from './participant.ts';

/** Internal: what the core says of them. */
export type PeopleNotice = Extract<
  ClientNotice,
  { type: 'participant_joined' | 'participant_changed' | 'participant_left' | 'link_changed' | 'typing_changed' }
>;

interface PeopleHost {
  /** One's own id. */
  readonly user: string;
  readonly parts: PersonParts;
  makeStream(): MediaStream;
  emit<Type extends keyof MeetingEvents>(type: Type, event: MeetingEvents[Type]): unknown;
}

export class People {
  readonly me: Participant;
  /** By id, in the order in which they came. */
  readonly others = new Map<string, Participant>();
  readonly #host: PeopleHost;
  /** Of those who are connected to before it is known that they are there, as on a plain server. */
  readonly #early = new Map<string, Map<Slot, MediaStreamTrack>>();

  constructor(host: PeopleHost) {
    this.#host = host;
    this.me = this.#make(host.user, true);
  }

  /** Changes the mirror; what it gives is done once all of it can be seen. */
  notice(notice: PeopleNotice): (() => void) | undefined {
    const { emit } = this.#host;
    switch (notice.type) {
      case 'participant_joined':
      case 'participant_changed':
        return this.#rowChanged(notice);
      case 'participant_left': {
        const participant = this.others.get(notice.user);
        this.others.delete(notice.user);
        return participant && (() => emit('participant-left', { participant, reason: notice.reason }));
      }
      case 'link_changed': {
        const participant = this.others.get(notice.peer);
        const error = notice.error && new MeetingError(notice.error);
        participant?.setConnection(notice.state);
        if (participant && error) participant.linkError = error.code;
        return () => {
          if (participant) emit('participant-changed', participant);
          if (error) emit('problem', { error, participant });
        };
      }
      case 'typing_changed': {
        const participant = this.others.get(notice.user);
        participant?.setTyping(notice.typing);
        return participant && (() => emit('participant-changed', participant));
      }
    }
  }

  /** Likewise. */
  trackChanged(peer: string, slot: Slot, track: MediaStreamTrack | undefined): (() => void) | undefined {
    const participant = this.others.get(peer);
    if (participant === undefined) return this.#keepEarly(peer, slot, track);
    participant.setTrack(slot, track);
    return () => this.#host.emit('participant-changed', participant);
  }

  #keepEarly(peer: string, slot: Slot, track: MediaStreamTrack | undefined): undefined {
    const tracks = this.#early.get(peer) ?? new Map<Slot, MediaStreamTrack>();
    if (track) tracks.set(slot, track);
    else tracks.delete(slot);
    if (tracks.size > 0) this.#early.set(peer, tracks);
    else this.#early.delete(peer);
  }

  #rowChanged({ type, participant: row }: Extract<PeopleNotice, { type: 'participant_joined' | 'participant_changed' }>): () => void {
    const known = type === 'participant_changed' ? this.others.get(row.user) : undefined;
    const participant = known ?? this.#make(row.user, false);
    participant.setRow(row);
    for (const [slot, track] of this.#early.get(row.user) ?? []) participant.setTrack(slot, track);
    this.#early.delete(row.user);
    this.others.set(row.user, participant);
    return () => this.#host.emit(known ? 'participant-changed' : 'participant-joined', participant);
  }

  #make(user: string, local: boolean): Participant {
    return new Participant(user, local, this.#host.makeStream, this.#host.parts);
  }
}
