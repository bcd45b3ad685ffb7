// What crosses the door of the server's core, as JSON: src/core/room_events.hpp and room_commands.hpp, field by
// field. The same test as for the client's types watches over them.

import type { BodyForm, DialectName, ErrorCode, Failure, Role } from './client-types.ts';

export type LogLevel = 'debug' | 'info' | 'warn';

export interface RoomOptions {
  /** JSON of RTCIceServer[], handed to members. */
  iceServers: string;
  /** Ask the host about every newcomer (command `authorize`). */
  authorize: boolean;
  participantsMax?: number;
  resumeWindowMs?: number;
  /** Newcomers wait until a host admits them, unless a host says otherwise. */
  lobby?: boolean;
  /** Messages kept for those who come later; 0: none. */
  chatHistoryMax?: number;
  /** In a room with a plain client in it. */
  plainParticipantsMax?: number;
  /** Each member has its own: ask the host, also where it authorizes nobody. */
  ownIceServers?: boolean;
  /** The host keeps the rooms' logs: command `append_entry` and those beside it. */
  journal?: boolean;
}

export type RoomEvent =
  | {
      type: 'connection_opened';
      connection: string;
      session: string;
      secret: string;
      dialect: DialectName;
      user?: string;
      room?: string;
      name?: string;
      publisher?: string;
      /** Plain: a device and no page; the room's plain members before it are put out. */
      device?: boolean;
      /** Who is behind it: its network address, or a name for several. What one address may use has bounds. */
      address?: string;
    }
  | { type: 'connection_closed'; connection: string; deliberate: boolean }
  | { type: 'frame_arrived'; connection: string; name: string; body: string }
  | {
      type: 'authorized';
      operation: number;
      allowed: boolean;
      role: Role;
      /** Why not; absent: token-refused. */
      error?: ErrorCode;
      /** In place of the one in the hello, and not to be changed. */
      name?: string;
      /** JSON of RTCIceServer[], for this member; absent: the same for all, or as before. */
      iceServers?: string;
      /** The place ends then, unless renewed; absent: never. */
      expiresInMs?: number;
      /** When the client should renew; absent: never. */
      renewInMs?: number;
    }
  /** Who has a place stays and may come back to it; newcomers are refused. */
  | { type: 'drain_requested' }
  | { type: 'shutdown_requested' }
  /** One room's log, as the journal had it: before any connection is opened. `value`: as `store_room` had it, or empty. */
  | { type: 'room_read'; room: string; value: string; entries: { at: number; entry: string }[] }
  /** That was all: whoever was connected then is so no longer. */
  | { type: 'journal_read' }
  | { type: 'time_passed' };

export type RoomCommand =
  | { type: 'deliver'; connection: string; name: string; body: string; form: BodyForm }
  /** A `deliver` to each of several, with what they have in common once: the body of each is its head, `body` and `tail`. */
  | { type: 'distribute'; to: { connection: string; head: string }[]; name: string; body: string; tail: string; form: BodyForm }
  | { type: 'close_connection'; connection: string }
  /** Ends the connection unless it answers a ping in time. */
  | { type: 'probe_connection'; connection: string; deadlineMs: number }
  /** `renewal`: of somebody who is in, or waits to be. Ends with `authorized`, always. */
  | { type: 'authorize'; operation: number; room: string; user: string; token: string; renewal: boolean }
  | {
      type: 'log';
      level: LogLevel;
      message: string;
      connection?: string;
      room?: string;
      user?: string;
      detail?: string;
    }
  | { type: 'count_changed'; connections: number; rooms: number; members: number }
  /** To a plain client: its socket may be opened, or is refused with the error. */
  | { type: 'answer_handshake'; connection: string; error?: Failure }
  /** To the end of the room's log, and in it before anything that follows in this step is done. */
  | { type: 'append_entry'; room: string; at: number; entry: string }
  /** In place of the room's whole log up to here. */
  | { type: 'store_room'; room: string; value: string }
  | { type: 'forget_room'; room: string }
  /** What `room_read` brought is no room's log, or is of a later version. */
  | { type: 'refuse_log'; room: string; reason: string };
