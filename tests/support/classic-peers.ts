// Connections of the fake world for the double of a classic client: a camera goes out, whatever comes is taken.

import { senderExists } from './classic-client.ts';
import type { PeerFactory } from './classic-client.ts';
import type { FakeWire } from '../../web/testing/fake-wire.ts';
import { FakeTrack, asTrack } from '../../web/testing/fake-media.ts';

export const peersOf = (wire: FakeWire): PeerFactory => (_user, gathered, text) => {
  const connection = new wire.PeerConnection();
  const channel = connection.createDataChannel(text.label);
  connection.ondatachannel = (event) => {
    event.channel.onmessage = ({ data }) => text.heard(String(data));
  };
  connection.onicecandidate = ({ candidate }) => {
    if (candidate !== null && candidate.candidate !== '') gathered(candidate as { candidate: string });
  };
  let added = false;
  const localise = async (): Promise<string> => {
    await connection.setLocalDescription();
    return connection.localDescription!.sdp;
  };
  return {
    async offer(receivesOnly) {
      added = true;
      if (receivesOnly) connection.addTransceiver('video', { direction: 'recvonly' });
      else connection.addTransceiver(asTrack(new FakeTrack('video')));
      return { type: 'offer', sdp: await localise() };
    },
    async answer(offer) {
      if (added) throw new Error(senderExists);
      added = true;
      await connection.setRemoteDescription(offer);
      return { type: 'answer', sdp: await localise() };
    },
    accept: (answer) => connection.setRemoteDescription(answer),
    addCandidate: (candidate) => connection.addIceCandidate(candidate),
    get connected() {
      return connection.connectionState === 'connected';
    },
    write: (words) => {
      if (channel.readyState !== 'open') return false;
      channel.send(words);
      return true;
    },
    close: () => connection.close(),
  };
};
