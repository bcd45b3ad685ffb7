// What the executor needs of the world, as interfaces: the browser's are in browser/, the server's in node/, fakes
// in the tests. A port carries out and reports; it decides nothing, and calls back nothing once closed.

import type { BodyForm, Candidate, CapturedTrack, CommandOf, ConnectionState, Denier, Description, DialectName, NamedDevice, Priority, Slot, SlotsByMid } from './client-types.ts';

export type Undo = () => void;

export interface ClockPort {
  /** Whole milliseconds since an instant of the port's choosing; never goes backwards. */
  now(): number;
  /** Calls `wake` once, at or after that instant, unless undone. */
  at(instant: number, wake: () => void): Undo;
  /** Told of work that no port ends (reading a file, its checksum). Where time is virtual it stands still meanwhile. */
  during?(work: Promise<unknown>): void;
}

export interface SecretsPort {
  /** 128 random bits, in letters and digits. */
  id(): string;
  /** A whole number below 2^32. */
  seed(): number;
}

export interface Claim {
  /** The same for each join of the same page, and after its reload, until it is forgotten. */
  readonly secret: string;
  /** The join is over, either way. */
  settled(): void;
  /** The place is not to be had with it any more. */
  forget(): void;
}

export interface ClaimsPort {
  /** `replaced` is called when the same page asks for the same place again before `settled`. */
  take(room: string, user: string, replaced: () => void): Claim;
}

// ---- the socket

export interface TransportEvents {
  /** The server was heard; the socket is not open yet. */
  answered(): void;
  opened(): void;
  /**
   * The last thing that a transport says. `speaks`: the server is of another kind, and this is likely its protocol. `status`:
   * HTTP's, where the handshake was refused and that can be told.
   */
  closed(reason: string, speaks?: DialectName, status?: number): void;
  /** `body`: the event's first argument as JSON text, empty when there was none. */
  arrived(name: string, body: string): void;
}

export interface Transport {
  send(name: string, body: string, form: BodyForm): void;
  /** What was sent before still goes out, as far as the network lets it. */
  close(): void;
}

export interface TransportPort {
  open(command: CommandOf<'open_transport'>, events: TransportEvents): Transport;
}

// ---- peer connections

export interface PeerEvents {
  negotiationNeeded(): void;
  candidateGathered(candidate: Candidate): void;
  connectionChanged(state: ConnectionState): void;
  /** What the slot receives now; undefined: nothing any more. */
  remoteTrackChanged(slot: Slot, track: MediaStreamTrack | undefined): void;
  /** Something has come on the control channel, and nobody has taken it over yet. */
  dataArrived(): void;
  /** A page of another kind has written something. */
  textArrived(text: string): void;
}

/** Of a connection, what data needs. */
export interface DataConnection {
  createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel;
  /** Null until a data channel has been negotiated. */
  readonly sctp: { readonly maxMessageSize: number } | null;
}

/** What data flows over between two of ours: one connection and its control channel. */
export interface PeerData {
  readonly connection: DataConnection;
  /** `meetwire`, negotiated, with the id 0; there from the beginning, so that no data channel ever negotiates. */
  readonly control: RTCDataChannel;
  /** What has come on it so far, in order. Whoever takes `onmessage` over begins with these. */
  readonly early: readonly string[];
}

/** Of a connection, what measuring needs. */
export interface GaugedConnection {
  getStats(): Promise<RTCStatsReport>;
  getConfiguration(): RTCConfiguration;
  readonly iceGatheringState: RTCIceGatheringState;
}

/** What can be measured of one connection. */
export interface PeerGauge {
  readonly connection: GaugedConnection;
  /** The first that there were; not every browser tells. */
  readonly iceErrors: readonly { readonly errorCode: number; readonly url: string | null }[];
  transceiver(slot: Slot): RTCRtpTransceiver | undefined;
}

export interface Peer {
  readonly gauge?: PeerGauge;
  /** Absent: the other side is not one of ours. */
  readonly data?: PeerData | undefined;
  addSlot(slot: Slot, priority: Priority): void;
  bindSlot(slot: Slot, mid: string, priority: Priority): void;
  setTrack(slot: Slot, track: MediaStreamTrack | null): Promise<void>;
  setLocalDescription(): Promise<{ description: Description; slots: SlotsByMid }>;
  setRemoteDescription(description: Description): Promise<void>;
  rollBack(): Promise<void>;
  addCandidate(candidate: Candidate): Promise<void>;
  restartIce(): void;
  /** To a page of another kind; lost where it has no channel for it. */
  sendText?(text: string): void;
  /** JSON; from the next restart of ICE on. */
  setIceServers(iceServers: string): void;
  close(): void;
}

export interface PeerPort {
  /** Throws when the browser refuses to make a connection. */
  open(command: CommandOf<'open_peer'>, events: PeerEvents): Peer;
}

// ---- devices

export interface DevicesPort {
  /** Called when a captured track ends by itself; `deniedBy`: where it is known that the permission was taken back. */
  onEnded: ((track: string, deniedBy?: Denier) => void) | undefined;
  /** Called when the system mutes or unmutes a captured track. */
  onMuteChanged: ((track: string, muted: boolean) => void) | undefined;
  /** Called when the user can see the page again, once something has been captured. */
  onPageShown: (() => void) | undefined;
  /** Called with all that can be named: after a capture, when something is plugged in or out, before a device's `onEnded`. */
  onListed: ((devices: NamedDevice[]) => void) | undefined;
  /** As `onListed`, with the ids of what one can be heard through. */
  onSpeakersListed: ((ids: string[]) => void) | undefined;
  /**
   * Rejects with a DOMException, or with an error whose name is an ErrorCode where the port knows better; either may
   * say by whom it was denied.
   */
  capture(command: Omit<CommandOf<'capture'>, 'type' | 'operation'>): Promise<CapturedTrack[]>;
  track(id: string): MediaStreamTrack | undefined;
  /** Stop the track and forget it. */
  release(track: string): void;
  /** Gives the key by which a wish names a track of the application's own. */
  lend(track: MediaStreamTrack): string;
  /** A stream without tracks, to show tracks in. */
  stream(): MediaStream;
  /**
   * The element plays through that device; empty: the system's own. Without an element: whether one could. Rejects with
   * a MeetingError.
   */
  playThrough(element: HTMLMediaElement | undefined, device: string): Promise<void>;
  /** Releases everything; what is still being captured is stopped as it comes. */
  close(): void;
}

/** As JSON, what to capture: the browser's own constraints, and what the track shall be coded for. */
export type CaptureConstraints = (MediaTrackConstraints | DisplayMediaStreamOptions) & { contentHint?: string };

// ---- the whole

export interface Renewed {
  readonly token?: string;
  readonly iceServers?: string;
}

export interface ClientPorts {
  clock: ClockPort;
  secrets: SecretsPort;
  claims: ClaimsPort;
  transport: TransportPort;
  /**
   * Fetches what the application has functions for, before what it gave for the join expires, and for each socket after
   * the first. `iceServers`: JSON. Absent: what was given for the join serves for all.
   */
  renew?(): Promise<Renewed>;
  peers: PeerPort;
  devices: DevicesPort;
  /** Calls back when the page goes away. */
  onPageHide(listener: () => void): Undo;
  /** Calls back when the machine may have got another way to the network. Absent: nobody can tell. */
  onNetworkChange?(listener: () => void): Undo;
  /** Shows an error that nobody caught to the developer. Never throws. */
  report(error: unknown): void;
}
