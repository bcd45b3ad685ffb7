// What crosses the door of the client's core, as JSON: the C++ structs of src/core/client_events.hpp and
// client_commands.hpp, field by field. A test generates these types from the C++ and fails on any difference.
// Optional fields are absent when they have nothing to say. All ids are opaque strings.

import type { ErrorCode } from './error-codes.ts';

export type Source = 'camera' | 'microphone' | 'screen';
/** The purpose of an m-line; a screen comes with its sound. */
export type Slot = 'microphone' | 'camera' | 'screen' | 'screen-audio';
/** RTCPriorityType. */
export type Priority = 'very-low' | 'low' | 'medium' | 'high';
export type Wanted = 'off' | 'on' | 'muted';
/** `interrupted`: it is on, but the system gives nothing (`MediaStreamTrack.muted`), as during a phone call. */
export type SourceState = 'off' | 'starting' | 'on' | 'muted' | 'failed' | 'interrupted';
export type DescriptionType = 'offer' | 'answer';
/** RTCPeerConnectionState. */
export type ConnectionState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
/** `none`: one of the two connects on call only, and no call stands between them. */
export type LinkState = 'connecting' | 'connected' | 'reconnecting' | 'failed' | 'none';
/** With whom in a room one has connections. */
export type Connect = 'everyone' | 'on-call';
export type Role = 'host' | 'guest' | 'viewer';
export type DialectName = 'auto' | 'meetwire' | 'classic' | 'codelab' | 'plain';
export type LeaveReason = 'left' | 'lost' | 'removed' | 'replaced' | 'server-closing';
export type MeetingState = 'joining' | 'waiting' | 'joined' | 'reconnecting' | 'left';
/** A call only ever goes forward; `calling` is the caller's own: the server has not answered yet. */
export type CallState = 'calling' | 'ringing' | 'connected' | 'ended';
/** Decided by the server alone, once for both sides. */
export type CallOutcome =
  | 'pending'
  | 'accepted'
  | 'rejected'
  | 'busy'
  | 'cancelled'
  | 'timed-out'
  | 'unavailable'
  | 'hung-up'
  | 'gone';
/** All that a member can ask of the room: src/core/presence.hpp. */
export type RoomAction =
  | 'set-name'
  | 'set-attributes'
  | 'raise-hand'
  | 'lower-hand'
  | 'react'
  | 'ask-for-floor'
  | 'lower-hand-of'
  | 'set-metadata'
  | 'mute-for'
  | 'mute-for-all'
  | 'lock'
  | 'unlock'
  | 'remove'
  | 'give-role'
  | 'grant-floor'
  | 'refuse-floor'
  | 'end'
  | 'admit'
  | 'deny'
  | 'admit-all'
  | 'open-lobby'
  | 'close-lobby';
/** How a frame's body travels: as one JSON string, as the JSON value itself, or (`arguments`) as an array's elements, each an argument of its own. */
export type BodyForm = 'text' | 'json' | 'arguments';
/** How a socket is opened: as it last worked from here, or the other way (WebSocket or long polling first). */
export type TransportWay = 'usual' | 'other';
export type Blame = 'local' | 'remote' | 'server' | 'network' | 'device';

export type { ErrorCode };

/**
 * Who did not permit the use of a device: the one at the machine when asked just now; the browser, by a choice that it
 * remembers or a rule of its own; the operating system; or the page's own Permissions Policy.
 */
export type Denier = 'user' | 'browser' | 'system' | 'policy';

export interface Failure {
  code: ErrorCode;
  blame: Blame;
  retryable: boolean;
  /** What happened and what to do, for a developer. */
  message: string;
  /** What exactly. */
  detail?: string;
  /** Of `permission-denied`, where it is known. */
  deniedBy?: Denier;
}

export interface MediaState {
  camera: Wanted;
  microphone: Wanted;
  screen: Wanted;
}

export interface Description {
  type: DescriptionType;
  sdp: string;
}

/** RTCIceCandidateInit. */
export interface Candidate {
  candidate: string;
  sdpMid?: string;
  sdpMLineIndex?: number;
  usernameFragment?: string;
}

/** mid → slot. */
export type SlotsByMid = Record<string, Slot>;

/** One row of the roster. */
export interface ParticipantRow {
  user: string;
  session: string;
  name: string;
  role: Role;
  dialect: DialectName;
  media: MediaState;
  connect: Connect;
  away: boolean;
  /** The application's own. */
  attributes: Record<string, string>;
  /** 0: down; else the lower was raised the earlier. */
  hand: number;
  /** A viewer who would like to speak. */
  asksForFloor: boolean;
  /** How often it became, or ceased to be, a viewer. */
  crossings: number;
  version: number;
}

/** What is the same for everybody in a room. */
export interface RoomState {
  /** Nobody new comes in. */
  locked: boolean;
  /** Newcomers wait until a host admits them. */
  lobby: boolean;
  metadata: Record<string, string>;
}

/** Somebody who waits in the lobby. */
export interface Knock {
  user: string;
  name: string;
}

export interface ChatMessage {
  from: string;
  id: string;
  text: string;
  /** Set: for one only. */
  to?: string;
  /** The server's clock, milliseconds since 1970; 0 where the server has none. */
  at: number;
  /** The sender's when it was said, who may have left since; empty where the server tells none, and of one's own. */
  name: string;
}

export interface Call {
  id: string;
  from: string;
  to: string;
  state: CallState;
  outcome: CallOutcome;
  /** The words of the one who ended it; empty: none. */
  reason: string;
  /**
   * Both called each other at the same time: this is the one that both keep, and it stands for that one too. It may turn
   * out so when this one is connected already; then it is told once more in the same state. Empty: none.
   */
  replaces: string;
}

export interface CapturedTrack {
  slot: Slot;
  track: string;
  /** What gave it; empty: not known, or no device. */
  device: string;
  /** `MediaStreamTrack.muted`. */
  muted?: boolean;
  /** Nobody had named a device. */
  anyDevice?: boolean;
}

export interface NamedDevice {
  source: Source;
  device: string;
  /** Of its kind, as the system has it. */
  isDefault?: boolean;
}

export interface ClientOptions {
  /** Absent: only online, to call and to be called. */
  room?: string;
  user: string;
  name: string;
  token: string;
  /** 128 random bits or more, as text: with it a place is taken again whose welcome was lost. Empty: none. */
  secret: string;
  dialect: DialectName;
  /** For jitter only; a whole number below 2^32. */
  seed: number;
  /** JSON of RTCIceServer[]; absent: what the server hands out. */
  iceServers?: string;
  iceTransportPolicy: string;
  /** Comes to see and hear only. */
  viewer?: boolean;
  /** In a room; absent: everyone. Out of rooms: on call, anyway. */
  connect?: Connect;
  renewsIceServers?: boolean;
}

// ---- events

export type ClientEvent =
  | { type: 'join_requested' }
  | { type: 'leave_requested' }
  | {
      type: 'source_requested';
      request: number;
      source: Source;
      wanted: Wanted;
      /** JSON that only the host understands; empty: the defaults. Absent: as the last time. */
      constraints?: string;
      /** Which one is preferred; empty: the browser's choice. Absent: as the last time. */
      device?: string;
      /** Instead of a device: keys of tracks of the application's own. */
      lent: string[];
    }
  | { type: 'chat_requested'; request: number; id: string; text: string; to?: string }
  | { type: 'typing_reported'; typing: boolean }
  | { type: 'call_requested'; request: number; id: string; to: string; timeoutMs: number }
  | { type: 'call_accepted'; request: number; id: string }
  | { type: 'call_ended'; request: number; id: string; reason: string }
  | {
      type: 'room_requested';
      request: number;
      id: string;
      action: RoomAction;
      user: string;
      name: string;
      text: string;
      values: Record<string, string>;
      role: Role;
      source: Source;
    }
  | { type: 'transport_answered'; attempt: number }
  /** `token`: for this hello and those after it; absent, and `iceServers` likewise: as the last time. */
  | { type: 'transport_opened'; attempt: number; token?: string; iceServers?: string }
  /** On `renew`. Absent: the application has no function for that. `failed`: one of them did, and was reported. */
  | { type: 'renewal_ready'; failed: boolean; token?: string; iceServers?: string }
  /**
   * `speaks`: it is a server of another kind, and this is what it is likely to speak. `status`: HTTP's, of a handshake that was
   * refused, where the host can tell.
   */
  | { type: 'transport_closed'; attempt: number; reason: string; speaks?: DialectName; status?: number }
  | { type: 'message_arrived'; attempt: number; name: string; body: string }
  | {
      type: 'local_description_set';
      operation: number;
      peer: string;
      incarnation: number;
      description: Description;
      slots: SlotsByMid;
    }
  | { type: 'operation_succeeded'; operation: number; peer: string; incarnation: number }
  | {
      type: 'operation_failed';
      operation: number;
      peer: string;
      incarnation: number;
      errorName: string;
      errorMessage: string;
    }
  | { type: 'negotiation_needed'; peer: string; incarnation: number }
  | { type: 'candidate_gathered'; peer: string; incarnation: number; candidate: Candidate }
  | { type: 'connection_changed'; peer: string; incarnation: number; state: ConnectionState }
  /** A page of another kind has written something over a data channel of its own. */
  | { type: 'text_arrived'; peer: string; incarnation: number; text: string }
  | { type: 'capture_succeeded'; operation: number; tracks: CapturedTrack[] }
  | { type: 'capture_failed'; operation: number; errorName: string; errorMessage: string; deniedBy?: Denier }
  | { type: 'track_ended'; track: string; deniedBy?: Denier }
  /** The events `mute` and `unmute` of a captured track. */
  | { type: 'track_mute_changed'; track: string; muted: boolean }
  /** The user can see the page again. */
  | { type: 'page_shown' }
  | { type: 'network_changed' }
  | { type: 'devices_changed'; devices: NamedDevice[] }
  | { type: 'time_passed' };

// ---- commands

export type ClientCommand =
  | { type: 'need_dialect'; dialect: DialectName }
  | { type: 'open_transport'; attempt: number; room: string; user: string; name: string; dialect: DialectName; viewer: boolean; way: TransportWay }
  | { type: 'close_transport' }
  | { type: 'send'; name: string; body: string; form: BodyForm }
  | { type: 'renew' }
  | {
      type: 'open_peer';
      peer: string;
      incarnation: number;
      iceServers: string;
      iceTransportPolicy: string;
      controlChannel: boolean;
      /** The name of the data channel over which pages of another kind write; empty: none. */
      textChannel: string;
    }
  | { type: 'configure_peer'; peer: string; incarnation: number; iceServers: string }
  | { type: 'close_peer'; peer: string; incarnation: number }
  | { type: 'add_slot'; peer: string; incarnation: number; slot: Slot; priority: Priority }
  | { type: 'bind_slot'; peer: string; incarnation: number; slot: Slot; mid: string; priority: Priority }
  | { type: 'set_track'; operation: number; peer: string; incarnation: number; slot: Slot; track?: string }
  | { type: 'set_local_description'; operation: number; peer: string; incarnation: number }
  | { type: 'set_remote_description'; operation: number; peer: string; incarnation: number; description: Description }
  | { type: 'roll_back'; operation: number; peer: string; incarnation: number }
  | { type: 'add_candidate'; operation: number; peer: string; incarnation: number; candidate: Candidate }
  | { type: 'restart_ice'; peer: string; incarnation: number }
  | { type: 'send_text'; peer: string; incarnation: number; text: string }
  | {
      type: 'capture';
      operation: number;
      source: Source;
      constraints: string;
      /** Preferred; empty: the browser's choice. */
      device: string;
      /** That device or none. */
      exact: boolean;
      lent: string[];
    }
  | { type: 'release'; track: string }
  | ClientNotice;

/** The commands by which the application is told. */
export type ClientNotice =
  | { type: 'meeting_changed'; state: MeetingState; role: Role; dialect: DialectName; error?: Failure }
  | { type: 'participant_joined'; participant: ParticipantRow }
  | { type: 'participant_changed'; participant: ParticipantRow }
  | { type: 'participant_left'; user: string; reason: LeaveReason }
  | { type: 'link_changed'; peer: string; state: LinkState; error?: Failure }
  | { type: 'source_changed'; source: Source; state: SourceState; tracks: string[]; device: string; error?: Failure }
  | { type: 'chat_received'; message: ChatMessage }
  | { type: 'typing_changed'; user: string; typing: boolean }
  | { type: 'call_changed'; call: Call }
  | { type: 'self_changed'; participant: ParticipantRow }
  | { type: 'room_state_changed'; room: RoomState }
  | { type: 'lobby_changed'; knocks: Knock[] }
  | { type: 'reaction_received'; from: string; text: string }
  | { type: 'mute_applied'; from: string; source: Source }
  | { type: 'settle_request'; request: number; error?: Failure }
  | { type: 'report_problem'; peer?: string; error: Failure };

export type CommandOf<Type extends ClientCommand['type']> = Extract<ClientCommand, { type: Type }>;
