// What `import 'meetwire'` gives. Importing touches nothing of the browser, so that it is safe in Node too.

import type { JoinOptions } from './join.ts';
import type { Meeting } from './meeting.ts';
import { browserPorts } from '../../bindings/browser/ports.ts';
import { LoadedClientCore } from '../../bindings/machine.ts';
import { joinIn, loadOnce } from './join.ts';

export type { JoinOptions } from './join.ts';
export type { Meeting, MeetingEvents } from './meeting.ts';
export type { Channel, ChannelData, ChannelEvents, ChannelOptions, ChannelSendOptions } from './flow/channel.ts';
export type { AcceptFileOptions, FileDelivery, FileOffer, FileProgress, MeetingFiles, SendFileOptions } from './flow/files.ts';
export type { Participant, ParticipantSource } from './participant.ts';
export type { ContentHint, DeviceOptions, LocalSource, ScreenOptions } from './local-source.ts';
export type { Speaker } from './speaker.ts';
export type { Chat, ChatOptions } from './chat.ts';
export type { ListenOptions, Undo } from './events.ts';
export type { LocalSourceSnapshot, MeetingSnapshot, ParticipantSnapshot } from './snapshot.ts';
export type { Device, Permission } from './devices.ts';
export type { TraceOptions } from '../../bindings/trace.ts';
export type { Blame, Denier, ErrorCode } from './errors.ts';
export type { ChatMessage, DialectName, LeaveReason, LinkState, MeetingState, Role, Source, SourceState } from '../../bindings/client-types.ts';
export { devices } from './devices.ts';
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

/**
 * Joins a room. Resolves when the server has let in; rejects with a `MeetingError`, after which nothing is left open.
 */
export function join(room: string, options?: JoinOptions): Promise<Meeting> {
  return joinIn({ load: (which) => cores[which](), ports: browserPorts }, room, options);
}
