// Statistics reports as browsers give them, for fake connections: what Chromium and Firefox say differently is different here.

import type { FakePeerConnection } from '../../web/testing/fake-peer-connection.ts';
import { asTrack } from '../../web/testing/fake-media.ts';

/** What flows over one fake link, as the test wills it. Sums go up with `seconds`. */
export interface Flow {
  seconds: number;
  /** Bits a second. */
  up: number;
  down: number;
  lossUp: number;
  lossDown: number;
  jitter: number;
  roundTripTime: number;
  framesDown: number;
  limitedBy: string;
  local: string;
  remote: string;
  relayProtocol?: string;
}

export const goodFlow: Flow = {
  seconds: 0, up: 500_000, down: 400_000, lossUp: 0, lossDown: 0, jitter: 0.01, roundTripTime: 0.04, framesDown: 30, limitedBy: 'none', local: 'host', remote: 'srflx',
};

type Entry = Record<string, unknown> & { id: string; type: string };

/** 50 packets of sound a second. */
const packetsOf = (seconds: number): number => Math.round(seconds * 50);

function chromium(connection: FakePeerConnection, flow: Flow): Entry[] {
  const { seconds } = flow;
  const of = (kind: string, at: number) => connection.getTransceivers().filter((each) => each.kind === kind)[at];
  const sound = of('audio', 0);
  const face = of('video', 0);
  return [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
    { id: 'P', type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R', currentRoundTripTime: flow.roundTripTime, availableOutgoingBitrate: 1_234_000, bytesSent: (flow.up * seconds) / 8, bytesReceived: (flow.down * seconds) / 8, state: 'succeeded', nominated: true },
    { id: 'L', type: 'local-candidate', candidateType: flow.local, protocol: 'udp', ...(flow.relayProtocol && { relayProtocol: flow.relayProtocol }) },
    { id: 'R', type: 'remote-candidate', candidateType: flow.remote, protocol: 'udp' },
    { id: 'C', type: 'codec', mimeType: 'audio/opus' },
    { id: 'OA', type: 'outbound-rtp', kind: 'audio', mid: sound?.mid, remoteId: 'RIA', codecId: 'C', bytesSent: 4_000 * seconds, packetsSent: packetsOf(seconds) },
    { id: 'RIA', type: 'remote-inbound-rtp', kind: 'audio', localId: 'OA', packetsLost: packetsOf(seconds) * flow.lossUp, fractionLost: flow.lossUp, roundTripTime: flow.roundTripTime },
    { id: 'IA', type: 'inbound-rtp', kind: 'audio', mid: sound?.mid, trackIdentifier: sound && asTrack(sound.receiver.track).id, codecId: 'C', bytesReceived: 4_000 * seconds, packetsReceived: packetsOf(seconds) * (1 - flow.lossDown), packetsLost: packetsOf(seconds) * flow.lossDown, jitter: flow.jitter },
    ...(face
      ? [
          { id: 'OV', type: 'outbound-rtp', kind: 'video', mid: face.mid, bytesSent: 50_000 * seconds, packetsSent: packetsOf(seconds), frameWidth: 640, frameHeight: 480, framesEncoded: 24 * seconds, qualityLimitationReason: flow.limitedBy },
          { id: 'IV', type: 'inbound-rtp', kind: 'video', mid: face.mid, bytesReceived: 40_000 * seconds, packetsReceived: packetsOf(seconds), packetsLost: 0, jitter: 0, frameWidth: 320, frameHeight: 240, framesDecoded: flow.framesDown * seconds },
        ]
      : []),
  ];
}

// More than one pair that is nominated, no transport, no mid, no sum of the pair's, the remote end only by localId, and no fraction.
function firefox(connection: FakePeerConnection, flow: Flow): Entry[] {
  const unused = { id: 'Q', type: 'candidate-pair', localCandidateId: 'R', remoteCandidateId: 'L', selected: false, nominated: true, state: 'succeeded', bytesSent: 3_000, bytesReceived: 2_000 };
  return [...chromium(connection, flow), unused].flatMap((entry: Entry) => {
    if (entry.type === 'transport') return [];
    const { mid: _mid, remoteId: _remote, fractionLost: _fraction, currentRoundTripTime: _trip, availableOutgoingBitrate: _available, ...rest } = entry;
    if (entry.type === 'candidate-pair') return [{ selected: true, ...rest, bytesSent: entry['bytesSent'], bytesReceived: entry['bytesReceived'] }];
    return [rest as Entry];
  });
}

/** From now on this connection has statistics. Gives the flow, to be changed as the test goes on. */
export function giveReports(connection: FakePeerConnection, as: 'chromium' | 'firefox' = 'chromium'): Flow {
  const flow = { ...goodFlow };
  const write = as === 'chromium' ? chromium : firefox;
  Object.assign(connection, {
    getStats: async () => {
      const entries = write(connection, flow).map((entry) => [entry.id, { timestamp: flow.seconds * 1000, ...entry }] as const);
      flow.seconds += 1;
      return new Map(entries);
    },
    getConfiguration: () => connection.configuration ?? {},
    iceGatheringState: 'complete',
  });
  return flow;
}

/** How loud the sound is that comes in by this connection from now on, 0 to 1. */
export function giveSound(connection: FakePeerConnection): { level: number; stopped: boolean } {
  const sound = { level: 0, stopped: false };
  let packet = 0;
  for (const { receiver, kind } of connection.getTransceivers()) {
    if (kind !== 'audio') continue;
    Object.assign(receiver, {
      getSynchronizationSources: () => {
        if (!sound.stopped) packet += 20;
        return [{ source: 1, timestamp: packet - 1_000, audioLevel: 1 }, { source: 2, timestamp: packet, audioLevel: sound.level }];
      },
    });
  }
  return sound;
}
