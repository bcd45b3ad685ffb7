// RTCStatsReport of a fake connection: the figures that applications look at, as the virtual network would have them.

import type { FakePeerConnection } from './fake-peer-connection.ts';
import type { FakeTransceiver } from './fake-transceiver.ts';
import { receives, sends } from './fake-sdp.ts';

export interface PathFigures {
  now: number;
  connectedMs: number;
  roundTripMs: number;
  jitterMs: number;
  loss: number;
}

// Of a camera of 720p and of speech.
const bitsPerSecond = { video: 1_500_000, audio: 32_000 };
const bytesPerPacket = { video: 1_100, audio: 80 };

export function writeStats(connection: FakePeerConnection, other: FakePeerConnection | undefined, figures: PathFigures): RTCStatsReport {
  const report = new Map<string, object>();
  const add = (type: string, id: string, values: object): void => void report.set(id, { id, type, timestamp: figures.now, ...values });
  const isConnected = connection.connectionState === 'connected';
  if (isConnected) {
    add('transport', 'T', { dtlsState: 'connected', iceState: 'connected', selectedCandidatePairId: 'P' });
    add('candidate-pair', 'P', { state: 'succeeded', nominated: true, currentRoundTripTime: figures.roundTripMs / 1000, localCandidateId: 'L', remoteCandidateId: 'R' });
    add('local-candidate', 'L', { candidateType: 'host', protocol: 'udp' });
    add('remote-candidate', 'R', { candidateType: 'host', protocol: 'udp' });
  }
  for (const transceiver of connection.getTransceivers()) {
    const there = other?.getTransceivers().find(({ mid }) => mid === transceiver.mid);
    if (isConnected && there) addMedia(add, transceiver, there, figures);
  }
  return report as unknown as RTCStatsReport;
}

function addMedia(add: (type: string, id: string, values: object) => void, here: FakeTransceiver, there: FakeTransceiver, figures: PathFigures): void {
  const { kind, mid, currentDirection } = here;
  const packets = here.sender.track || there.sender.track ? Math.floor((figures.connectedMs * bitsPerSecond[kind]) / 8_000 / bytesPerPacket[kind]) : 0;
  const lost = Math.round(packets * figures.loss);
  const jitter = figures.jitterMs / 1000;
  if (currentDirection && sends(currentDirection) && here.sender.track) {
    add('outbound-rtp', `O${mid}`, { kind, mid, packetsSent: packets, bytesSent: packets * bytesPerPacket[kind], active: true });
    const remote = { kind, localId: `O${mid}`, packetsLost: lost, fractionLost: figures.loss, roundTripTime: figures.roundTripMs / 1000, jitter };
    add('remote-inbound-rtp', `RI${mid}`, remote);
  }
  if (currentDirection && receives(currentDirection) && there.sender.track) {
    const received = packets - lost;
    const { id } = here.receiver.track;
    add('inbound-rtp', `I${mid}`, { kind, mid, trackIdentifier: id, packetsReceived: received, packetsLost: lost, bytesReceived: received * bytesPerPacket[kind], jitter });
  }
}
