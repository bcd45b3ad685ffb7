// What a meeting knows of people besides their media, and what they can ask of the room about themselves. The server
// decides; here is a mirror of what it said.

import type { ClientEvent, Role, RoomAction, RoomState, Source } from '../../bindings/client-types.ts';
import type { Knock } from './moderation.ts';
import type { Participant } from './participant.ts';
import { MeetingError } from '../../bindings/errors.ts';
import { isWellFormed } from '../../bindings/machine.ts';

type Request = Extract<ClientEvent, { type: 'room_requested' }>;
/** Internal: what a request is about. */
export type About = Partial<Pick<Request, 'user' | 'name' | 'text' | 'values' | 'role' | 'source'>>;
/** Internal. */
export type Ask = (action: RoomAction, about?: About) => Promise<void>;

const isText = (value: unknown): boolean => typeof value === 'string' && isWellFormed(value);
const isOneOf = (...words: (Role | Source)[]) => (value: unknown): boolean => words.includes(value as Role);
const isGood: Record<keyof About, (value: unknown) => boolean> = {
  user: isText,
  name: isText,
  text: isText,
  values: (value) => value !== null && typeof value === 'object' && Object.entries(value).flat().every(isText),
  role: isOneOf('host', 'guest', 'viewer'),
  source: isOneOf('camera', 'microphone', 'screen'),
};

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

export abstract class Presence {
  abstract readonly me: Participant;
  abstract readonly participants: ReadonlyMap<string, Participant>;
  readonly #ask: Ask;
  #room: RoomState = { locked: false, lobby: false, metadata: {} };

  /** Internal: `ask` gets only what the core can read. */
  constructor(ask: Ask) {
    this.#ask = ask;
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

  /** What the others see from now on: up to 128 bytes, else `invalid-name`. Resolves when they are told. */
  setName(name: string): Promise<void> {
    return this.ask('set-name', { name });
  }

  /**
   * One's own texts by name, for all to see. They are merged into those that are there: a new name is added, a known one
   * replaced, and one with an empty text taken away. All names and texts together may have 2 KiB, else
   * `message-too-large`.
   */
  setAttributes(values: Record<string, string>): Promise<void> {
    return this.ask('set-attributes', { values });
  }

  /** A hand that is up keeps its place in the row. */
  raiseHand(): Promise<void> {
    return this.ask('raise-hand');
  }

  /** One's own; a host may lower another's, by the participant's id. */
  lowerHand(participant?: string): Promise<void> {
    return participant === undefined ? this.ask('lower-hand') : this.ask('lower-hand-of', { user: participant });
  }

  /**
   * Everybody who is here gets the event `reaction`, oneself included; nobody gets it later. Up to 64 bytes of text;
   * more than ten at once, or four a second, are refused as `rate-limited`.
   */
  react(emoji: string): Promise<void> {
    return this.ask('react', { text: emoji });
  }

  /**
   * As a viewer: lets the hosts know that one would like to speak (`participant.asksForFloor`). The event `floor` brings
   * the answer; whoever has got the floor is a guest from then on.
   */
  askForFloor(): Promise<void> {
    return this.ask('ask-for-floor');
  }

  /** Internal. */
  protected ask(action: RoomAction, about: About = {}): Promise<void> {
    for (const [what, value] of Object.entries(about)) {
      if (isGood[what as keyof About](value)) continue;
      return Promise.reject(new MeetingError({ code: 'invalid-argument', message: `${action}: ${what} is not what it has to be.` }));
    }
    return this.#ask(action, about);
  }

  /** Internal. */
  protected setRoom(room: RoomState): void {
    this.#room = room;
  }
}
