// RTCRtpTransceiver with its sender and receiver, as far as Meetwire uses them.

import { type FakeLine, directionOf, receives, sends } from './fake-sdp.ts';
import { FakeTrack } from './fake-media.ts';
import { type Pace, turnOf } from './pace.ts';

/** What a rollback of a fake connection goes back to. */
export interface Before {
  lines: (FakeLine & { transceiver?: FakeTransceiver })[];
  mids: Map<FakeTransceiver, string | null>;
  fired: Map<FakeTransceiver, boolean>;
  transceivers: FakeTransceiver[];
}

/** What a fake connection shows of itself to its transceivers. */
export interface TransceiverOwner {
  readonly signalingState: RTCSignalingState;
  readonly pace: Pace;
  operate<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  /** Its direction, or the streams that it names. */
  directionChanged(): void;
  /** What is sent has become another. */
  mediaChanged(): void;
}

export class FakeTransceiver {
  mid: string | null = null;
  readonly kind: 'audio' | 'video';
  currentDirection: RTCRtpTransceiverDirection | null = null;
  stopped = false;
  /** As last offered by this side, or by the other one; for negotiationneeded. */
  offered: { by: 'self' | 'other'; direction: RTCRtpTransceiverDirection } | undefined;
  readonly byRemote: boolean;
  /** Whether `track` was fired for what the other side sends. */
  fired = false;
  /** How often the streams were set; and how often they had been when they were last described. */
  streams = 0;
  describedStreams = 0;
  readonly #owner: TransceiverOwner;
  #direction: RTCRtpTransceiverDirection;
  readonly sender: {
    track: MediaStreamTrack | null;
    replaceTrack(track: MediaStreamTrack | null): Promise<void>;
    setStreams(): void;
    getParameters(): RTCRtpSendParameters;
    setParameters(parameters: RTCRtpSendParameters): Promise<void>;
  };
  readonly receiver: { track: FakeTrack };

  constructor(owner: TransceiverOwner, kind: 'audio' | 'video', direction: RTCRtpTransceiverDirection, byRemote: boolean) {
    this.kind = kind;
    this.#owner = owner;
    this.#direction = direction;
    this.byRemote = byRemote;
    this.receiver = { track: new FakeTrack(kind, 'remote') };
    this.receiver.track.muted = true;
    const check = (track: MediaStreamTrack | null): void => {
      if (this.stopped || owner.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
      if (track && track.kind !== kind) throw new TypeError('another kind');
    };
    let parameters: RTCRtpSendParameters = { transactionId: '', codecs: [], headerExtensions: [], rtcp: {}, encodings: [{}] };
    const sender: FakeTransceiver['sender'] = (this.sender = {
      track: null,
      async replaceTrack(track) {
        check(track);
        await owner.operate('replaceTrack', async () => {
          await turnOf(owner.pace);
          sender.track = track;
        });
        owner.mediaChanged();
      },
      setStreams: () => {
        this.streams++;
        owner.directionChanged();
      },
      getParameters: () => ({ ...parameters, encodings: parameters.encodings.map((each) => ({ ...each })) }),
      async setParameters(next) {
        check(null);
        await turnOf(owner.pace);
        parameters = next;
      },
    });
  }

  get direction(): RTCRtpTransceiverDirection {
    return this.#direction;
  }

  set direction(direction) {
    if (this.stopped || this.#owner.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
    this.#direction = direction;
    this.#owner.directionChanged();
  }

  stop(): void {
    this.stopped = true;
    this.#direction = 'inactive';
  }
}

export function remember(lines: Before['lines'], transceivers: readonly FakeTransceiver[]): Before {
  return {
    lines: lines.map((line) => ({ ...line })),
    mids: new Map(transceivers.map((each) => [each, each.mid])),
    fired: new Map(transceivers.map((each) => [each, each.fired])),
    transceivers: [...transceivers],
  };
}

/** Those that the remote offer made are gone again; the others are as they were. */
export function restore(before: Before, transceivers: readonly FakeTransceiver[]): FakeTransceiver[] {
  for (const transceiver of transceivers) {
    transceiver.mid = before.mids.get(transceiver) ?? null;
    transceiver.fired = before.fired.get(transceiver) ?? false;
  }
  return transceivers.filter((each) => !each.byRemote || before.transceivers.includes(each));
}

/** Whether an offer is needed for its sake. */
export function needsNegotiation({ stopped, mid, direction, offered, currentDirection, streams, describedStreams }: FakeTransceiver): boolean {
  if (stopped) return false;
  if (mid === null || (sends(direction) && streams !== describedStreams)) return true;
  if (offered?.by === 'self') return direction !== offered.direction && direction !== currentDirection;
  const asked = offered?.direction ?? 'sendrecv';
  return directionOf(sends(direction) && receives(asked), receives(direction) && sends(asked)) !== currentDirection;
}

/** The lines of an offer: those there are, one for each transceiver without, and one for data. */
export function offeredLines(there: Before['lines'], transceivers: readonly FakeTransceiver[], hasData: boolean, nextMid: number): FakeLine[] {
  const lines: FakeLine[] = there.map((line) => ({ ...line, direction: line.transceiver?.direction ?? 'sendrecv' }));
  for (const { kind, direction } of transceivers.filter((each) => !each.stopped && each.mid === null)) {
    lines.push({ mid: String(nextMid++), kind, direction });
  }
  if (hasData && !lines.some(({ kind }) => kind === 'application')) lines.push({ mid: String(nextMid), kind: 'application', direction: 'sendrecv' });
  return lines;
}

export function answeredLines(there: Before['lines'], offered: readonly FakeLine[]): FakeLine[] {
  return there.map(({ mid, kind, transceiver }, index) => {
    const asked = offered[index]?.direction ?? 'inactive';
    const own = transceiver?.direction ?? 'sendrecv';
    return { mid, kind, direction: directionOf(sends(own) && receives(asked), receives(own) && sends(asked)) };
  });
}
