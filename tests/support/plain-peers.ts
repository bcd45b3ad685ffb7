// Connections of the fake world for the double of a plain client, and its socket in Node: sound goes out, whatever comes is
// taken.

import { WebSocket } from 'ws';
import type { MakePlainPeer, PlainSocket } from './plain-client.ts';
import type { FakeWire } from '../../web/testing/fake-wire.ts';
import { FakeTrack, asTrack } from '../../web/testing/fake-media.ts';

export const nodeSocket = (address: string): PlainSocket => new WebSocket(address) as unknown as PlainSocket;

export const plainPeerOf = (wire: FakeWire): MakePlainPeer => (gathered) => {
  const connection = new wire.PeerConnection();
  const track = asTrack(new FakeTrack('audio'));
  connection.onicecandidate = ({ candidate }) => {
    if (candidate !== null && candidate.candidate !== '') gathered(candidate);
  };
  const localise = async (): Promise<string> => {
    await connection.setLocalDescription();
    return connection.localDescription!.sdp;
  };
  return {
    async offer() {
      connection.addTransceiver(track);
      return localise();
    },
    async answer(sdp) {
      await connection.setRemoteDescription({ type: 'offer', sdp });
      // What `addTrack` at the beginning comes to: the first line of the kind sends it.
      const transceiver = connection.getTransceivers().find((each) => each.mid !== null && each.receiver.track.kind === 'audio');
      if (transceiver !== undefined) {
        await transceiver.sender.replaceTrack(track);
        transceiver.direction = 'sendrecv';
      }
      return localise();
    },
    accept: (sdp) => connection.setRemoteDescription({ type: 'answer', sdp }),
    addCandidate: (candidate) => connection.addIceCandidate(candidate),
    get state() {
      return connection.connectionState;
    },
    close: () => connection.close(),
  };
};
