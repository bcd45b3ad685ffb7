// What a meeting knows of people besides their media, and what they can ask of the room about themselves. The server
// decides; here is a mirror of what it said.

import type { ClientNotice, ParticipantRow, RoomState, Source } from '../../bindings/client-types.ts';
import type { Knock } from './moderation.ts';
import type { Participant } from './participant.ts';
import { type Ask, type MakeRequest, askBy } from './ask.ts';
import { Moderation } from './moderation.ts';

/** Those of the meeting's events that are about people and the room. */
export interface PresenceEvents {
  /** One's own name, attributes or hand. */
  'me-changed': Participant;
  reaction: { participant: Participant; emoji: string };
  /** Locked, lobby or metadata: the meeting has them. */
  room: undefined;
  /** To hosts: somebody waits in the lobby now. `moderation.waiting` has all of them. */
  knock: Knock;
  /** To hosts: somebody came to wait, or waits no longer. */
  lobby: readonly Knock[];
  /** A host has asked for it, and it is muted. One may unmute it again. */
  'mute-asked': { by: Participant | undefined; source: Source };
  /** The answer to `askForFloor`. */
  floor: { granted: boolean };
}

type Emit = <Type extends keyof PresenceEvents>(type: Type, event: PresenceEvents[Type]) => void;

/** Internal: what the core says of them. */
export type PresenceNotice = Extract<
  ClientNotice,
  { type: 'self_changed' | 'room_state_changed' | 'lobby_changed' | 'reaction_received' | 'mute_applied' }
>;

export abstract class Presence {
  abstract readonly me: Participant;
  abstract readonly participants: ReadonlyMap<string, Participant>;
  readonly moderation: Moderation;
  readonly #ask: Ask;
  readonly #emit: Emit;
  #room: RoomState = { locked: false, lobby: false, metadata: {} };

  /** Internal: `request` gets only what the core can read. */
  constructor(request: MakeRequest, emit: Emit) {
    this.#ask = askBy(request);
    this.#emit = emit;
    this.moderation = new Moderation(this.#ask);
  }

  /** Whether the room takes nobody new. */
  get locked(): boolean {
    return this.#room.locked;
  }

  /** Whether newcomers wait in the lobby until a host admits them. */
  get lobby(): boolean {
    return this.#room.lobby;
  }

  /** The room's own texts by name, which hosts set: the same for everybody, late joiners too. Not to be changed. */
  get metadata(): Readonly<Record<string, string>> {
    return this.#room.metadata;
  }

  /** Whoever has a hand up, oneself included, the earliest first: in the server's order, the same for everybody. */
  get raisedHands(): readonly Participant[] {
    return [this.me, ...this.participants.values()].filter(({ hand }) => hand).sort((a, b) => a.hand - b.hand);
  }

  /** What the others see from now on: up to 128 bytes of UTF-8, else `invalid-name`. Resolves when they are told. */
  setName(name: string): Promise<void> {
    return this.#ask('set-name', { name });
  }

  /**
   * One's own texts by name, for all to see. They are merged into those that are there: a new name is added, a known one
   * replaced, and one with an empty text taken away. All names and texts together may have 2 KiB of UTF-8, else
   * `message-too-large`.
   */
  setAttributes(values: Record<string, string>): Promise<void> {
    return this.#ask('set-attributes', { values });
  }

  /** A hand that is up keeps its place in the row. */
  raiseHand(): Promise<void> {
    return this.#ask('raise-hand');
  }

  /** One's own; a host may lower another's, by the participant's id. */
  lowerHand(participant?: string): Promise<void> {
    return participant === undefined ? this.#ask('lower-hand') : this.#ask('lower-hand-of', { user: participant });
  }

  /**
   * Everybody who is here gets the event `reaction`, oneself included; nobody gets it later. Up to 64 bytes of UTF-8,
   * else `message-too-large`; more than ten at once, or four a second, are refused as `rate-limited`.
   */
  react(emoji: string): Promise<void> {
    return this.#ask('react', { text: emoji });
  }

  /**
   * As a viewer: lets the hosts know that one would like to speak (`participant.asksForFloor`). The event `floor` brings
   * the answer; whoever has got the floor is a guest from then on.
   */
  askForFloor(): Promise<void> {
    return this.#ask('ask-for-floor');
  }

  /** Internal: changes the mirror; what it gives is done once all of it can be seen. */
  protected notice(notice: PresenceNotice): () => void {
    switch (notice.type) {
      case 'self_changed':
        return this.#selfChanged(notice.participant);
      case 'room_state_changed':
        this.#room = notice.room;
        return () => this.#emit('room', undefined);
      case 'lobby_changed': {
        const waiting = notice.knocks.map(({ user: id, name }) => ({ id, name: name || id }));
        const news = this.moderation.setWaiting(waiting);
        return () => {
          for (const knock of news) this.#emit('knock', knock);
          this.#emit('lobby', waiting);
        };
      }
      case 'reaction_received': {
        const participant = notice.from === this.me.id ? this.me : this.participants.get(notice.from);
        return () => participant && this.#emit('reaction', { participant, emoji: notice.text });
      }
      case 'mute_applied':
        return () => this.#emit('mute-asked', { by: this.participants.get(notice.from), source: notice.source });
    }
  }

  #selfChanged({ name, role, attributes, hand, asksForFloor }: ParticipantRow): () => void {
    const asked = this.me.asksForFloor;
    this.me.setRow({ name, role, attributes, hand, asksForFloor });
    return () => {
      this.#emit('me-changed', this.me);
      if (asked && !asksForFloor) this.#emit('floor', { granted: role !== 'viewer' });
    };
  }
}
