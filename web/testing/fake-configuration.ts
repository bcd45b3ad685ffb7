// What a fake connection was made with, and what of it may be changed later: its configuration and its handlers.

export class Configured {
  configuration: RTCConfiguration | undefined;
  signalingState: RTCSignalingState = 'stable';
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: RTCIceCandidate | null }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  onsignalingstatechange: (() => void) | null = null;
  ontrack: ((event: RTCTrackEvent) => void) | null = null;

  getConfiguration(): RTCConfiguration {
    return { ...this.configuration };
  }

  /** Other ICE servers count from the next gathering on. */
  setConfiguration(configuration: RTCConfiguration): void {
    if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
    if (configuration.bundlePolicy !== this.configuration?.bundlePolicy) throw new DOMException('bundlePolicy', 'InvalidModificationError');
    this.configuration = configuration;
  }
}
