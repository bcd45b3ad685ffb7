// The figures of one link, as the application sees them and as getStats gives them, made comparable. Types only; what reads
// a browser's report is browser/statistics.ts.

import type { Slot } from './client-types.ts';

/** RTCIceCandidateType: how an address was found. */
export type CandidateType = 'host' | 'srflx' | 'prflx' | 'relay';

/** One slot in one direction, over the last measuring interval, about two seconds. What the browser does not tell is absent. */
export interface StreamStatistics {
  readonly slot: Slot;
  /** Bits a second, without headers. */
  readonly bitrate: number;
  /** The fraction of packets lost, 0 to 1. */
  readonly loss?: number;
  /** Seconds. */
  readonly jitter?: number;
  /** Of a picture: pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Of a picture: frames a second. */
  readonly frameRate?: number;
  /** As in its media type, without `audio/` or `video/`: `opus`, `VP8`, `H264`. */
  readonly codec?: string;
  /** Of a picture that is sent: why it is smaller than it could be. */
  readonly limitedBy?: 'bandwidth' | 'processor';
}

/** The pair of candidates in use. */
export interface PathStatistics {
  readonly local: CandidateType;
  readonly remote: CandidateType;
  /** Between this machine and the other, or this machine's relay. */
  readonly protocol: 'udp' | 'tcp';
  /** Where the local candidate is a relay's: how this machine reaches it. */
  readonly relayProtocol?: 'udp' | 'tcp' | 'tls';
}

/** One link over the last measuring interval, about two seconds. What the browser does not tell is absent. */
export interface LinkStatistics {
  /** All that went out, in bits a second. */
  readonly up: number;
  /** All that came in, in bits a second. */
  readonly down: number;
  /** What the browser believes the link can carry upwards, in bits a second. */
  readonly availableUp?: number;
  /** Fractions of the packets of all slots together, 0 to 1. */
  readonly lossUp?: number;
  readonly lossDown?: number;
  /** The worst of what comes in, in seconds. */
  readonly jitter?: number;
  /** Seconds. */
  readonly roundTripTime?: number;
  readonly path?: PathStatistics;
  readonly sent: readonly StreamStatistics[];
  readonly received: readonly StreamStatistics[];
}

/** Internal: what candidates one connection has, and what servers it was given. */
export interface LinkFacts {
  gathered: boolean;
  relayOnly: boolean;
  stunServers: number;
  turnServers: number;
  credentialExpired: boolean;
  ours: { host: number; reflexive: number; relay: number };
  theirs: { host: number; reflexive: number; relay: number };
  iceErrors: { code: number; relay: boolean; udp: boolean }[];
  relayedOverTcp: boolean;
}

/** Internal: reads one connection. */
export interface LinkReader {
  /** Undefined when it is too soon for any. Never rejects. */
  statistics(): Promise<LinkStatistics | undefined>;
  facts(): Promise<LinkFacts>;
  /** How loud what comes in is at the moment, 0 to 1; 0 also when nothing comes. Costs little. */
  level(slot: Slot): number;
}

/** Internal: listens to a microphone, sent or not. */
export interface OwnEar {
  /** 0 to 1. `sender`: of a link that sends the track. Never rejects. */
  level(track: MediaStreamTrack, sender: RTCRtpSender | undefined): Promise<number>;
  close(): void;
}
