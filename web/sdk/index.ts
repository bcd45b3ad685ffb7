// What `import 'meetwire'` gives. Importing touches nothing of the browser, so that it is safe in Node too.

import type { JoinOptions, JoinWorld } from './join.ts';
import type { Meeting } from './meeting.ts';
import { browserPorts } from '../../bindings/browser/ports.ts';
import { LoadedClientCore } from '../../bindings/machine.ts';
import { joinIn, loadOnce } from './join.ts';

export type { JoinOptions } from './join.ts';
export type { Meeting, MeetingEvents } from './meeting.ts';
export type { Channel, ChannelData, ChannelEvents, ChannelOptions, ChannelSendOptions } from './flow/channel.ts';
export type { Sight, WatchOptions } from './flow/uplink.ts';
export type { AcceptFileOptions, FileDelivery, FileOffer, FileProgress, MeetingFiles, SendFileOptions } from './flow/files.ts';
export type { Participant, ParticipantSource, Quality } from './participant.ts';
export type { RecordOptions } from './record/options.ts';
export type { RecordingLayout } from './record/layout.ts';
export type { Recording, RecordingEnd, RecordingEvents, RecordingState } from './record/recording.ts';
export type { ContentHint, DeviceOptions, LocalSource, ScreenOptions } from './local-source.ts';
export type { Speaker } from './speaker.ts';
export type { Call, CallOptions } from './call.ts';
export type { Knock, Moderation } from './moderation.ts';
export type { Presence } from './presence.ts';
export type { Chat, ChatOptions } from './chat.ts';
export type { ListenOptions, Undo } from './events.ts';
export type { CallSnapshot, LocalSourceSnapshot, MeetingSnapshot, ParticipantSnapshot } from './snapshot.ts';
export type { Device, Permission } from './devices.ts';
export type { Cause, Explanation, QualityReason, Shortcoming } from '../../bindings/insight-types.ts';
export type { CandidateType, LinkStatistics, PathStatistics, StreamStatistics } from '../../bindings/link-statistics.ts';
export type { TraceOptions } from '../../bindings/trace.ts';
export type { Blame, Denier, ErrorCode } from './errors.ts';
export type { CallOutcome, CallState, ChatMessage, Connect, DialectName, LeaveReason, LinkState, MeetingState, Role, Source, SourceState } from '../../bindings/client-types.ts';
export { cameraDefaults, devices } from './devices.ts';
export { MeetingError } from './errors.ts';

const cores = {
  core: loadOnce(async () => {
    const { loadClient } = await import('../../bindings/load-client.ts');
    return new LoadedClientCore(await loadClient());
  }),
  legacy: loadOnce(async () => {
    const { loadLegacyClient } = await import('../../bindings/load-legacy.ts');
    return new LoadedClientCore(await loadLegacyClient());
  }),
};
const world: JoinWorld = {
  load: (which) => cores[which](),
  ports: browserPorts,
  plainTransport: async (...place) => (await import('../../bindings/load-legacy.ts')).plainTransport(...place),
};

/**
 * Joins a room. Resolves when the server has let in; rejects with a `MeetingError`, after which nothing is left open.
 */
export function join(room: string, options?: JoinOptions): Promise<Meeting> {
  // Without a room it would be `online`.
  return joinIn(world, room ?? '', options);
}

/**
 * Online in no room: to call others who are online so, by their user ids, and to be called by them. The meeting has an
 * empty id, and nobody in it but the one with whom a call stands, from its acceptance to its end. Rejects as `join` does.
 */
export function online(options?: JoinOptions): Promise<Meeting> {
  return joinIn(world, undefined, options);
}
