// RTCRtpTransceiver with its sender and receiver, as far as Meetwire uses them.

import type { FakeLine } from './fake-sdp.ts';
import { FakeTrack, tick } from './fake-media.ts';

/** What a rollback of a fake connection goes back to. */
export interface Before {
  lines: (FakeLine & { transceiver?: FakeTransceiver })[];
  mids: Map<FakeTransceiver, string | null>;
  transceivers: FakeTransceiver[];
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
  readonly sender: { track: MediaStreamTrack | null; replaceTrack(track: MediaStreamTrack | null): Promise<void>; setStreams(): void };
  readonly receiver: { track: FakeTrack };

  constructor(owner: { readonly signalingState: RTCSignalingState }, kind: 'audio' | 'video', direction: RTCRtpTransceiverDirection, byRemote: boolean) {
    this.kind = kind;
    this.direction = direction;
    this.byRemote = byRemote;
    this.receiver = { track: new FakeTrack(kind, 'remote') };
    const check = (track: MediaStreamTrack | null): void => {
      if (this.stopped || owner.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
      if (track && track.kind !== kind) throw new TypeError('another kind');
    };
    const sender: FakeTransceiver['sender'] = (this.sender = {
      track: null,
      async replaceTrack(track) {
        check(track);
        await tick();
        sender.track = track;
      },
      setStreams() {},
    });
  }

  stop(): void {
    this.stopped = true;
    this.direction = 'inactive';
  }
}
