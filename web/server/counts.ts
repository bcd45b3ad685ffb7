// What a server has done since its start, as plain numbers: cheap enough to be kept whether anybody looks or not.

import type { RoomCommand, RoomEvent } from '../../bindings/room-types.ts';

/** A label's values are few and ours: what strangers make up is `other`. */
const codeOf = (text: string | undefined): string => (text !== undefined && /^[a-z][a-z-]{1,40}$/.test(text) ? text : 'other');

export class Counts {
  /** New places in rooms, and of users who are online in none. */
  joins = 0;
  /** Places taken again after a lost socket. */
  resumes = 0;
  /** Fresh tokens or ICE servers handed out. */
  renewals = 0;
  /** Frames that clients sent. */
  frames = 0;
  /** Frames that clients were sent because of somebody else's. */
  relays = 0;
  /** By code: connections and hellos that were turned away. */
  readonly refusals = new Map<string, number>();
  /** By reason: places given up. */
  readonly leaves = new Map<string, number>();

  /** A step of the core. */
  step(event: RoomEvent, commands: readonly RoomCommand[]): void {
    if (event.type === 'frame_arrived') this.frames += 1;
    else if (event.type === 'connection_opened' || event.type === 'connection_closed') return this.#logged(commands);
    const sender = event.type === 'frame_arrived' ? event.connection : undefined;
    for (const command of commands) {
      if (command.type === 'deliver') this.relays += sender !== undefined && command.connection !== sender ? 1 : 0;
      else if (command.type === 'distribute' && sender !== undefined) {
        for (const { connection } of command.to) this.relays += connection === sender ? 0 : 1;
      }
    }
    this.#logged(commands);
  }

  refused(code: string | undefined): void {
    add(this.refusals, codeOf(code));
  }

  // The core says in its log what has come of a hello and of a place.
  #logged(commands: readonly RoomCommand[]): void {
    for (const command of commands) {
      if (command.type !== 'log') continue;
      if (command.message === 'joined') this.joins += 1;
      else if (command.message === 'resumed' || command.message === 'joined again') this.resumes += 1;
      else if (command.message === 'refused') this.refused(command.detail);
      else if (command.message === 'left') add(this.leaves, codeOf(command.detail));
    }
  }
}

function add(into: Map<string, number>, key: string): void {
  into.set(key, (into.get(key) ?? 0) + 1);
}
