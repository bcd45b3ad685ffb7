// Brings one sender to what the core lets it send. Decides nothing.

import type { FlowCommandOf } from '../flow-types.ts';

export type Share = Omit<FlowCommandOf<'share_changed'>, 'type' | 'peer' | 'slot'>;

// Which the encodings of webrtc-pc have, and some type libraries have not.
type Encoding = RTCRtpEncodingParameters & { maxFramerate?: number; scaleResolutionDownBy?: number };

/** As often as one likes: nothing happens when it is so already. What a browser refuses is tried the next time. */
export function applyShare(sender: RTCRtpSender, { active, maxBitrate, scaleDownPerMille, maxFramerate }: Share, isVideo: boolean): void {
  const parameters = sender.getParameters?.();
  const encoding = parameters?.encodings?.[0] as Encoding | undefined;
  // Before the first description some browsers have none.
  if (!encoding) return;
  const wanted: Encoding = { active };
  if (maxBitrate > 0) wanted.maxBitrate = maxBitrate;
  if (isVideo) wanted.scaleResolutionDownBy = scaleDownPerMille / 1000;
  if (isVideo && maxFramerate > 0) wanted.maxFramerate = maxFramerate;
  const names = ['active', 'maxBitrate', 'scaleResolutionDownBy', 'maxFramerate'] as const;
  const usual: Encoding = { active: true, scaleResolutionDownBy: 1 };
  if (names.every((name) => (encoding[name] ?? usual[name]) === (wanted[name] ?? usual[name]))) return;
  for (const name of names) delete encoding[name];
  Object.assign(encoding, wanted);
  sender.setParameters(parameters).catch(() => {});
}
