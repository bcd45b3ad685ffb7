// What a fake connection was made with, and what of it may be changed later.

export class Configured {
  configuration: RTCConfiguration | undefined;
  signalingState: RTCSignalingState = 'stable';

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
