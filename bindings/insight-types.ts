// What crosses the door of the insight core, as JSON: the C++ structs of src/insight/events.hpp and commands.hpp, field by
// field. A test generates these types from the C++ and fails on any difference.

import type { Denier, ErrorCode, LinkState, Source } from './client-types.ts';

/** What keeps the connection to somebody from the best score. */
export type Shortcoming = 'disconnected' | 'loss' | 'delay' | 'jitter' | 'frozen' | 'low-frame-rate' | 'bandwidth' | 'processor';
/** Why something does not work. Never renamed. */
export type Cause =
  | 'version-mismatch'
  | 'server-lost'
  | 'meeting-ended'
  | 'permission'
  | 'device'
  | 'peer-gone'
  | 'peer-away'
  | 'on-call-only'
  | 'connecting'
  | 'interrupted'
  | 'no-connection'
  | 'negotiation-failed'
  | 'relay-only'
  | 'udp-blocked'
  | 'no-relay-servers'
  | 'no-relay-candidates'
  | 'turn-unreachable'
  | 'turn-refused'
  | 'credential-expired'
  | 'no-remote-candidates'
  | 'device-interrupted';
/** Internal. */
export type Limit = 'none' | 'bandwidth' | 'processor';

/** Internal. */
export interface InsightOptions {
  user: string;
}

/** Internal: 0 to 10,000. */
export interface Level {
  user: string;
  level: number;
  muted: boolean;
}

/** Internal. */
export interface LinkFigures {
  connected: boolean;
  lostDownPerMille?: number;
  lostUpPerMille?: number;
  jitterMs?: number;
  roundTripMs?: number;
  frameRate?: number;
  limit: Limit;
}

interface Candidates {
  host: number;
  reflexive: number;
  relay: number;
}

/** Internal: what is known of one participant, and of the link to them. */
export interface Facts {
  local: boolean;
  present: boolean;
  away: boolean;
  serverLost: boolean;
  meetingError?: ErrorCode;
  link: LinkState;
  linkError?: ErrorCode;
  gathered: boolean;
  relayOnly: boolean;
  stunServers: number;
  turnServers: number;
  credentialExpired: boolean;
  ours: Candidates;
  theirs: Candidates;
  iceErrors: { code: number; relay: boolean; udp: boolean }[];
  relayedOverTcp: boolean;
  failedSources: { source: Source; code: ErrorCode; deniedBy?: Denier }[];
  interruptedSources: Source[];
}

/** One link of a chain of causes: what is the case, because of the one that follows. */
export interface Explanation {
  cause: Cause;
  /** What to do, for a developer or whoever runs the server. In English. */
  remedy: string;
  /** What exactly; empty where there is no more to say. */
  detail: string;
}

/** What keeps the score down, and how far: what the score would be with nothing else wrong. */
export interface QualityReason {
  reason: Shortcoming;
  score: number;
}

export type InsightEvent =
  | { type: 'levels_measured'; levels: Level[] }
  | { type: 'link_measured'; peer: string; figures: LinkFigures }
  | { type: 'link_forgotten'; peer: string }
  | { type: 'explanation_requested'; request: number; facts: Facts };

export type InsightCommand =
  | { type: 'measure_links' }
  | { type: 'speaking_changed'; user: string; speaking: boolean }
  | { type: 'active_speaker_changed'; user?: string }
  | { type: 'muted_talking_changed'; talking: boolean }
  | { type: 'quality_changed'; peer: string; quality: { score: number; reasons: QualityReason[] } }
  | { type: 'explained'; request: number; chain: Explanation[] };
