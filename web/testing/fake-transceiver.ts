// RTCRtpTransceiver with its sender and receiver, as far as Meetwire uses them.

import type { FakeLine } from './fake-sdp.ts';
import { FakeTrack } from './fake-media.ts';
import { type Pace, turnOf } from './pace.ts';

/** What a rollback of a fake connection goes back to. */
export interface Before {
  lines: (FakeLine & { transceiver?: FakeTransceiver })[];
  mids: Map<FakeTransceiver, string | null>;
  transceivers: FakeTransceiver[];
}

/** What a fake connection shows of itself to its transceivers. */
export interface TransceiverOwner {
  readonly signalingState: RTCSignalingState;
  readonly pace: Pace;
  /** What is sent has become another. */
  mediaChanged(): void;
}

export class FakeTransceiver {
  mid: string | null = null;
  readonly kind: 'audio' | 'video';
  direction: RTCRtpTransceiverDirection;
  currentDirection: RTCRtpTransceiverDirection | null = null;
  stopped = false;
  /** As last offered by this side, or by the other one; for negotiationneeded. */
  offered: { by: 'self' | 'other'; direction: RTCRtpTransceiverDirection } | undefined;
  readonly byRemote: boolean;
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
    this.direction = direction;
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
        await turnOf(owner.pace);
        sender.track = track;
        owner.mediaChanged();
      },
      setStreams() {},
      getParameters: () => ({ ...parameters, encodings: parameters.encodings.map((each) => ({ ...each })) }),
      async setParameters(next) {
        check(null);
        await turnOf(owner.pace);
        parameters = next;
      },
    });
  }

  stop(): void {
    this.stopped = true;
    this.direction = 'inactive';
  }
}
