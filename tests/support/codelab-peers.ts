// Connections of the fake world for the doubles of codelab pages.

import type { CodelabPageOptions, CodelabPeer } from './codelab-page.ts';
import type { FakePeerConnection } from '../../web/testing/fake-peer-connection.ts';
import type { FakeWire } from '../../web/testing/fake-wire.ts';
import { FakeTrack, asTrack } from '../../web/testing/fake-media.ts';

export const peersOn = (wire: FakeWire): Pick<CodelabPageOptions, 'makePeer' | 'addStream'> => ({
  makePeer: () => new wire.PeerConnection() as unknown as CodelabPeer,
  addStream: (peer) => void (peer as unknown as FakePeerConnection).addTransceiver(asTrack(new FakeTrack('video'))),
});

/** What a browser reports when the other end was closed. */
export function reportDeadEnds(wire: FakeWire): void {
  for (const connection of wire.open) {
    if (connection.connectionState === 'connected' && connection.other === undefined) connection.report('disconnected');
  }
}
