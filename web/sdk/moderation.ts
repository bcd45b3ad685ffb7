// What hosts can ask of the room. The server decides whether one may: everybody else is refused with `not-allowed`.

import type { Role, Source } from '../../bindings/client-types.ts';
import type { Ask } from './ask.ts';

/** Somebody who waits in the lobby. */
export interface Knock {
  /** The participant's id. */
  readonly id: string;
  readonly name: string;
}

/** Each method resolves when it is done and the others have been told. Participants are named by their ids. */
export class Moderation {
  readonly #ask: Ask;
  #waiting: readonly Knock[] = Object.freeze([]);

  /** Internal: it is `meeting.moderation`. */
  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Who waits in the lobby, in the order of knocking; only hosts see it. A new array whenever it changes. */
  get waiting(): readonly Knock[] {
    return this.#waiting;
  }

  /** Lets somebody in who waits in the lobby; or lets somebody who was removed come again. */
  admit(id: string): Promise<void> {
    return this.#ask('admit', { user: id });
  }

  /** All who wait, in their order, as far as there is room. */
  admitAll(): Promise<void> {
    return this.#ask('admit-all');
  }

  /** Turns somebody away who waits: `denied`. */
  deny(id: string): Promise<void> {
    return this.#ask('deny', { user: id });
  }

  /** Puts somebody out: `removed`. Under the same id nobody comes in again until the meeting is over. */
  remove(id: string): Promise<void> {
    return this.#ask('remove', { user: id });
  }

  /** Asks somebody's client to mute, which it does at once: the event `mute-asked` there. The user may unmute again. */
  muteFor(id: string, source: Source = 'microphone'): Promise<void> {
    return this.#ask('mute-for', { user: id, source });
  }

  /** The same for all others. */
  muteForAll(source: Source = 'microphone'): Promise<void> {
    return this.#ask('mute-for-all', { source });
  }

  /** Nobody new comes in: `room-locked`. Whoever is here may be lost and come back; hosts still admit from the lobby. */
  lock(): Promise<void> {
    return this.#ask('lock');
  }

  unlock(): Promise<void> {
    return this.#ask('unlock');
  }

  /** Whether newcomers have to wait until they are admitted. Whoever waits comes in when the lobby is closed. */
  setLobby(open: boolean): Promise<void> {
    return this.#ask(open ? 'open-lobby' : 'close-lobby');
  }

  /** A host hands the role on by giving it, and may become a guest afterwards; the last host can't. */
  giveRole(id: string, role: Role): Promise<void> {
    return this.#ask('give-role', { user: id, role });
  }

  /** A viewer becomes a guest, who may publish; `giveRole(id, 'viewer')` takes it back. */
  grantFloor(id: string): Promise<void> {
    return this.#ask('grant-floor', { user: id });
  }

  refuseFloor(id: string): Promise<void> {
    return this.#ask('refuse-floor', { user: id });
  }

  /**
   * The room's own texts by name, for all to see: merged as with `setAttributes`; 8 KiB together, else
   * `message-too-large`.
   */
  setMetadata(values: Record<string, string>): Promise<void> {
    return this.#ask('set-metadata', { values });
  }

  /** Ends the meeting for everybody: `meeting-ended`. */
  end(): Promise<void> {
    return this.#ask('end');
  }

  /** Internal. Gives those who were not among them before. */
  setWaiting(now: Knock[]): Knock[] {
    const news = now.filter((knock) => !this.#waiting.some(({ id }) => id === knock.id));
    this.#waiting = Object.freeze(now);
    return news;
  }
}
