// One sample of everything that crosses the doors, written by hand in TypeScript: for the core to read. The compiler
// insists that none is missing; the core insists that each is what it expects.

import type { ClientCommand, ClientEvent, ClientOptions, Failure, ParticipantRow } from '../../bindings/client-types.ts';
import type { FlowCommand, FlowEvent, FlowOptions } from '../../bindings/flow-types.ts';
import type { InsightCommand, InsightEvent, InsightOptions } from '../../bindings/insight-types.ts';
import type { RoomCommand, RoomEvent, RoomOptions } from '../../bindings/room-types.ts';

type OneOfEach<Message extends { type: string }> = { [Type in Message['type']]: Extract<Message, { type: Type }> };

const at = { peer: 'ben', incarnation: 2 };
const operation = { operation: 9, ...at };
const failure: Failure = { code: 'link-failed', blame: 'network', retryable: true, message: 'said by the core', detail: 'x', deniedBy: 'policy' };
const row: ParticipantRow = {
  user: 'ben',
  session: 's1',
  name: 'Ben',
  role: 'viewer',
  dialect: 'classic',
  media: { camera: 'on', microphone: 'muted', screen: 'off' },
  connect: 'on-call',
  away: true,
  attributes: { seat: '12a', empty: '' },
  hand: 2,
  asksForFloor: true,
  crossings: 1,
  version: 3,
};

const clientEvents: OneOfEach<ClientEvent> = {
  join_requested: { type: 'join_requested' },
  leave_requested: { type: 'leave_requested' },
  source_requested: { type: 'source_requested', request: 1, source: 'screen', wanted: 'muted', constraints: '{}', device: 'd', lent: ['t'] },
  chat_requested: { type: 'chat_requested', request: 1, id: 'c1', text: 'ä "\\ 😀', to: 'ben' },
  typing_reported: { type: 'typing_reported', typing: true },
  call_requested: { type: 'call_requested', request: 1, id: 'k1', to: 'ben', timeoutMs: 0 },
  call_accepted: { type: 'call_accepted', request: 1, id: 'k1' },
  call_ended: { type: 'call_ended', request: 1, id: 'k1', reason: 'not now' },
  room_requested: {
    type: 'room_requested',
    request: 1,
    id: 'q1',
    action: 'give-role',
    user: 'ben',
    name: 'Ben',
    text: 'ä "\\ 😀',
    values: { seat: '12a', empty: '' },
    role: 'viewer',
    source: 'screen',
  },
  transport_answered: { type: 'transport_answered', attempt: 1 },
  transport_opened: { type: 'transport_opened', attempt: 1, token: 't', iceServers: '[]' },
  renewal_ready: { type: 'renewal_ready', failed: true, token: 't', iceServers: '[]' },
  transport_closed: { type: 'transport_closed', attempt: 1, reason: 'ping timeout', speaks: 'codelab', status: 502 },
  message_arrived: { type: 'message_arrived', attempt: 1, name: 'meetwire', body: '{}' },
  local_description_set: {
    type: 'local_description_set',
    ...operation,
    description: { type: 'answer', sdp: 'v=0' },
    slots: { 0: 'camera', a: 'screen-audio' },
  },
  operation_succeeded: { type: 'operation_succeeded', ...operation },
  operation_failed: { type: 'operation_failed', ...operation, errorName: 'TypeError', errorMessage: 'no' },
  negotiation_needed: { type: 'negotiation_needed', ...at },
  candidate_gathered: {
    type: 'candidate_gathered',
    ...at,
    candidate: { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'u' },
  },
  connection_changed: { type: 'connection_changed', ...at, state: 'disconnected' },
  text_arrived: { type: 'text_arrived', ...at, text: 'hello' },
  capture_succeeded: { type: 'capture_succeeded', operation: 4, tracks: [{ slot: 'screen-audio', track: 't', device: 'd', muted: true, anyDevice: true }] },
  capture_failed: { type: 'capture_failed', operation: 4, errorName: 'NotFoundError', errorMessage: '', deniedBy: 'system' },
  track_ended: { type: 'track_ended', track: 't', deniedBy: 'user' },
  track_mute_changed: { type: 'track_mute_changed', track: 't', muted: true },
  page_shown: { type: 'page_shown' },
  network_changed: { type: 'network_changed' },
  devices_changed: { type: 'devices_changed', devices: [{ source: 'microphone', device: 'd', isDefault: true }] },
  time_passed: { type: 'time_passed' },
};

const clientCommands: OneOfEach<ClientCommand> = {
  open_transport: { type: 'open_transport', attempt: 1, room: 'r', user: 'u', name: 'n', dialect: 'classic', viewer: true, way: 'other' },
  close_transport: { type: 'close_transport' },
  need_dialect: { type: 'need_dialect', dialect: 'classic' },
  send: { type: 'send', name: 'offer', body: '{}', form: 'json' },
  open_peer: { type: 'open_peer', ...at, iceServers: '[]', iceTransportPolicy: 'relay', controlChannel: false, textChannel: 'chat' },
  configure_peer: { type: 'configure_peer', ...at, iceServers: '[]' },
  renew: { type: 'renew' },
  close_peer: { type: 'close_peer', ...at },
  add_slot: { type: 'add_slot', ...at, slot: 'screen', priority: 'very-low' },
  bind_slot: { type: 'bind_slot', ...at, slot: 'screen', mid: '2', priority: 'high' },
  set_track: { type: 'set_track', ...operation, slot: 'camera', track: 't' },
  set_local_description: { type: 'set_local_description', ...operation },
  set_remote_description: { type: 'set_remote_description', ...operation, description: { type: 'offer', sdp: 'v=0' } },
  roll_back: { type: 'roll_back', ...operation },
  add_candidate: { type: 'add_candidate', ...operation, candidate: { candidate: 'candidate:1' } },
  restart_ice: { type: 'restart_ice', ...at },
  send_text: { type: 'send_text', ...at, text: 'hello' },
  capture: { type: 'capture', operation: 4, source: 'screen', constraints: '', device: 'd', exact: true, lent: ['t'] },
  release: { type: 'release', track: 't' },
  meeting_changed: { type: 'meeting_changed', state: 'waiting', role: 'host', dialect: 'meetwire', error: failure },
  participant_joined: { type: 'participant_joined', participant: row },
  participant_changed: { type: 'participant_changed', participant: row },
  participant_left: { type: 'participant_left', user: 'ben', reason: 'server-closing' },
  link_changed: { type: 'link_changed', peer: 'ben', state: 'reconnecting', error: failure },
  source_changed: { type: 'source_changed', source: 'screen', state: 'starting', tracks: ['t'], device: 'd', error: failure },
  chat_received: { type: 'chat_received', message: { from: 'ben', id: 'c', text: 'hi', to: 'ada', at: 1_700_000_000_000, name: 'Ben' } },
  typing_changed: { type: 'typing_changed', user: 'ben', typing: true },
  call_changed: {
    type: 'call_changed',
    call: { id: 'k1', from: 'ben', to: 'ada', state: 'ended', outcome: 'timed-out', reason: 'r', replaces: 'k2' },
  },
  self_changed: { type: 'self_changed', participant: row },
  room_state_changed: { type: 'room_state_changed', room: { locked: true, lobby: true, metadata: { topic: 'x' } } },
  lobby_changed: { type: 'lobby_changed', knocks: [{ user: 'ben', name: 'Ben' }] },
  reaction_received: { type: 'reaction_received', from: 'ben', text: '👍' },
  mute_applied: { type: 'mute_applied', from: 'ben', source: 'camera' },
  settle_request: { type: 'settle_request', request: 3, error: failure },
  report_problem: { type: 'report_problem', peer: 'ben', error: failure },
};

const clientOptions: Required<ClientOptions> = {
  room: 'r',
  user: 'u',
  name: 'n',
  token: 't',
  secret: 's',
  dialect: 'plain',
  seed: 2 ** 32 - 1,
  iceServers: '[]',
  iceTransportPolicy: 'all',
  viewer: true,
  connect: 'on-call',
  renewsIceServers: true,
};

const roomEvents: OneOfEach<RoomEvent> = {
  connection_opened: {
    type: 'connection_opened',
    connection: 'c',
    session: 's',
    secret: 'x',
    dialect: 'classic',
    user: 'u',
    room: 'r',
    name: 'n',
    publisher: 'pub',
    device: true,
    address: '192.0.2.1',
  },
  connection_closed: { type: 'connection_closed', connection: 'c', deliberate: true },
  frame_arrived: { type: 'frame_arrived', connection: 'c', name: 'meetwire', body: '{}' },
  authorized: { type: 'authorized', operation: 5, allowed: true, role: 'host', error: 'token-expired', name: 'n', iceServers: '[]', expiresInMs: 6, renewInMs: 7 },
  drain_requested: { type: 'drain_requested' },
  room_read: { type: 'room_read', room: 'r', value: '{}', entries: [{ at: 8, entry: '{}' }] },
  journal_read: { type: 'journal_read' },
  shutdown_requested: { type: 'shutdown_requested' },
  time_passed: { type: 'time_passed' },
};

const roomCommands: OneOfEach<RoomCommand> = {
  deliver: { type: 'deliver', connection: 'c', name: 'msg', body: '{}', form: 'json' },
  distribute: { type: 'distribute', to: [{ connection: 'c', head: '{"messages":' }], name: 'meetwire', body: '[]', tail: '}', form: 'text' },
  close_connection: { type: 'close_connection', connection: 'c' },
  probe_connection: { type: 'probe_connection', connection: 'c', deadlineMs: 1500 },
  authorize: { type: 'authorize', operation: 5, room: 'r', user: 'u', token: 't', renewal: true },
  log: { type: 'log', level: 'warn', message: 'm', connection: 'c', room: 'r', user: 'u', detail: 'd' },
  count_changed: { type: 'count_changed', connections: 1, rooms: 2, members: 3 },
  answer_handshake: { type: 'answer_handshake', connection: 'c', error: failure },
  append_entry: { type: 'append_entry', room: 'r', at: 8, entry: '{}' },
  store_room: { type: 'store_room', room: 'r', value: '{}' },
  forget_room: { type: 'forget_room', room: 'r' },
  refuse_log: { type: 'refuse_log', room: 'r', reason: 'w' },
};

const roomOptions: Required<RoomOptions> = { iceServers: '[]', authorize: true, participantsMax: 3, resumeWindowMs: 4, chatHistoryMax: 5, plainParticipantsMax: 6, lobby: true, ownIceServers: true, journal: true };

const flowOptions: Required<FlowOptions> = { user: 'u', instance: 'i' };

const transfer = { peer: 'ben', transfer: 3 };
const flowEvents: OneOfEach<FlowEvent> = {
  link_opened: { type: 'link_opened', peer: 'ben' },
  link_closed: { type: 'link_closed', peer: 'ben', alone: true },
  peer_seen: { type: 'peer_seen', peer: 'ben', link: 'none', takesData: false },
  peer_left: { type: 'peer_left', peer: 'ben' },
  control_arrived: { type: 'control_arrived', peer: 'ben', text: '{}' },
  channel_requested: { type: 'channel_requested', label: 'l', ordered: false, maxRetransmits: 4 },
  channel_released: { type: 'channel_released', label: 'l' },
  stream_made: { type: 'stream_made', peer: 'ben', stream: 5, received: 6 },
  stream_lost: { type: 'stream_lost', peer: 'ben', stream: 5 },
  file_requested: { type: 'file_requested', ...transfer, name: 'n', size: 2 ** 53 - 1, mediaType: 'm' },
  file_accepted: { type: 'file_accepted', ...transfer },
  file_unheard: { type: 'file_unheard', ...transfer },
  file_heard: { type: 'file_heard', ...transfer },
  file_stopped: { type: 'file_stopped', ...transfer, outgoing: true, code: 'file-changed', reason: 'r' },
  file_read: { type: 'file_read', ...transfer, run: 2 },
  block_stored: { type: 'block_stored', ...transfer, run: 2, held: 7 },
  block_damaged: { type: 'block_damaged', ...transfer, run: 2 },
  file_stored: { type: 'file_stored', ...transfer, run: 2 },
  showing_changed: { type: 'showing_changed', peer: 'ben', slot: 'screen', width: 640, priority: 1 },
  capture_changed: { type: 'capture_changed', slot: 'camera', on: true, width: 1280 },
  links_measured: { type: 'links_measured', links: [{ peer: 'ben', sentBps: 1, availableBps: 2, roundTripMs: 3, lostPerMille: 4 }] },
  time_passed: { type: 'time_passed' },
};

const flowCommands: OneOfEach<FlowCommand> = {
  send_control: { type: 'send_control', peer: 'ben', text: '{}' },
  forget_peer: { type: 'forget_peer', peer: 'ben' },
  open_control: { type: 'open_control', peer: 'ben' },
  close_link: { type: 'close_link', peer: 'ben' },
  open_stream: { type: 'open_stream', peer: 'ben', stream: 5, purpose: 'files', label: 'l', ordered: false, maxRetransmits: 4 },
  close_stream: { type: 'close_stream', peer: 'ben', stream: 5 },
  channel_changed: { type: 'channel_changed', peer: 'ben', purpose: 'files', label: 'l', state: 'absent', stream: 5, received: 6 },
  send_file: { type: 'send_file', ...transfer, run: 2, from: 8, until: 9 },
  extend_file: { type: 'extend_file', ...transfer, outgoing: true, held: 8, until: 9 },
  file_offered: { type: 'file_offered', ...transfer, name: 'n', size: 10, mediaType: 'm' },
  receive_file: { type: 'receive_file', ...transfer, run: 2, from: 8, until: 9 },
  file_ended: { type: 'file_ended', ...transfer, outgoing: true, held: 8, error: failure },
  share_changed: { type: 'share_changed', peer: 'ben', slot: 'camera', active: true, maxBitrate: 1, scaleDownPerMille: 2, maxFramerate: 3 },
  report_problem: { type: 'report_problem', peer: 'ben', error: failure },
};

const insightOptions: Required<InsightOptions> = { user: 'u' };

const candidates = { host: 1, reflexive: 2, relay: 3 };
const insightEvents: OneOfEach<InsightEvent> = {
  levels_measured: { type: 'levels_measured', levels: [{ user: 'u', level: 10_000, muted: true }] },
  link_measured: {
    type: 'link_measured',
    peer: 'ben',
    figures: { connected: true, lostDownPerMille: 1, lostUpPerMille: 2, jitterMs: 3, roundTripMs: 4, frameRate: 5, limit: 'processor' },
  },
  link_forgotten: { type: 'link_forgotten', peer: 'ben' },
  explanation_requested: {
    type: 'explanation_requested',
    request: 6,
    facts: {
      local: true,
      present: false,
      away: true,
      serverLost: true,
      meetingError: 'version-mismatch',
      link: 'failed',
      linkError: 'link-failed',
      gathered: true,
      relayOnly: true,
      stunServers: 1,
      turnServers: 2,
      credentialExpired: true,
      ours: candidates,
      theirs: candidates,
      iceErrors: [{ code: 701, relay: true, udp: false }],
      relayedOverTcp: true,
      failedSources: [{ source: 'microphone', code: 'permission-denied', deniedBy: 'system' }],
      interruptedSources: ['camera'],
    },
  },
};

const insightCommands: OneOfEach<InsightCommand> = {
  measure_links: { type: 'measure_links' },
  speaking_changed: { type: 'speaking_changed', user: 'u', speaking: true },
  active_speaker_changed: { type: 'active_speaker_changed', user: 'u' },
  muted_talking_changed: { type: 'muted_talking_changed', talking: true },
  quality_changed: { type: 'quality_changed', peer: 'ben', quality: { score: 3, reasons: [{ reason: 'jitter', score: 3 }] } },
  explained: { type: 'explained', request: 6, chain: [{ cause: 'udp-blocked', remedy: 'r', detail: 'd' }] },
};

export const typeSamples: Record<string, unknown[]> = {
  ClientOptions: [clientOptions],
  ClientEvent: Object.values(clientEvents),
  ClientCommand: Object.values(clientCommands),
  FlowOptions: [flowOptions],
  FlowEvent: Object.values(flowEvents),
  FlowCommand: Object.values(flowCommands),
  InsightOptions: [insightOptions],
  InsightEvent: Object.values(insightEvents),
  InsightCommand: Object.values(insightCommands),
  RoomOptions: [roomOptions],
  RoomEvent: Object.values(roomEvents),
  RoomCommand: Object.values(roomCommands),
};
