// Carries scripts out with the fake connections of meetwire/testing, in this process.

import { FakeStream, FakeTrack, asTrack } from '../../web/testing/fake-media.ts';
import { FakeWire } from '../../web/testing/fake-wire.ts';
import { runInPage, type Observation } from './page.ts';
import type { Script } from './script.ts';

// What the fakes do not have, as Meetwire has no use for it: the rest of a script is left out.
const lacks = (operation: Script['steps'][number]['operations'][number]): boolean =>
  operation.do === 'stop' || operation.do === 'rollBackRemote' || (operation.do === 'createDataChannel' && !operation.negotiated);

export function withoutWhatFakesLack(script: Script): Script {
  const end = script.steps.findIndex(({ operations }) => operations.some(lacks));
  return { ...script, steps: end < 0 ? script.steps : script.steps.slice(0, end) };
}

const stubs = {
  MediaStream: FakeStream,
  AudioContext: class {
    createMediaStreamDestination = (): object => ({ stream: { getAudioTracks: () => [asTrack(new FakeTrack('audio'))] } });
    close(): void {}
  },
  document: { createElement: () => ({ getContext: () => {}, captureStream: () => ({ getVideoTracks: () => [asTrack(new FakeTrack('video'))] }) }) },
};

/** All at the same time: what takes time is waiting for what may still come. */
export async function runInFakes(scripts: readonly Script[]): Promise<Observation[]> {
  Object.assign(globalThis, stubs);
  try {
    return await Promise.all(
      scripts.map((script) => {
        // Both ends are made before anything else happens.
        Object.assign(globalThis, { RTCPeerConnection: new FakeWire().PeerConnection });
        return runInPage(script);
      }),
    );
  } finally {
    for (const name of [...Object.keys(stubs), 'RTCPeerConnection']) delete (globalThis as Record<string, unknown>)[name];
  }
}
