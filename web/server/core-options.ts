// What the rooms' core is told of the options.

import type { RoomOptions } from '../../bindings/room-types.ts';
import type { AttachOptions } from './options.ts';

/** What follows from several options. */
export interface CoreNeeds {
  readonly authorize: boolean;
  readonly ownIceServers: boolean;
  readonly journal: boolean;
}

export function coreOptions(options: AttachOptions, { authorize, ownIceServers, journal }: CoreNeeds): RoomOptions {
  return {
    iceServers: typeof options.iceServers === 'function' ? '[]' : JSON.stringify(options.iceServers ?? []),
    authorize,
    ...(ownIceServers && { ownIceServers }),
    ...(journal && { journal }),
    ...(options.lobby === undefined ? {} : { lobby: options.lobby }),
    ...(options.participantsMax === undefined ? {} : { participantsMax: options.participantsMax }),
    ...(options.resumeWindowMs === undefined ? {} : { resumeWindowMs: options.resumeWindowMs }),
    ...(options.plainParticipantsMax === undefined ? {} : { plainParticipantsMax: options.plainParticipantsMax }),
    ...(options.chatHistoryMax === undefined ? {} : { chatHistoryMax: options.chatHistoryMax }),
  };
}
