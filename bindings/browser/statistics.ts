// Reads the statistics of one connection and makes those of different browsers the same. Decides nothing. Loaded with the
// part that measures.
//
// Rates are differences to the reading before, by the reports' own time stamps: a page in the background is woken late.

import type { CandidateType, LinkFacts, LinkReader, LinkStatistics, PathStatistics, StreamStatistics } from '../link-statistics.ts';
import type { PeerGauge } from '../ports.ts';
import type { Slot } from '../client-types.ts';

/** Any member of a report; which fields a type has is the specification's (webrtc-stats) business. */
interface Entry {
  readonly id: string;
  readonly type: string;
  readonly timestamp: number;
  readonly [field: string]: unknown;
}
type Report = ReadonlyMap<string, Entry>;

const slots: readonly Slot[] = ['microphone', 'camera', 'screen', 'screen-audio'];
const numberOf = (entry: Entry | undefined, field: string): number | undefined => {
  const value = entry?.[field];
  return typeof value === 'number' ? value : undefined;
};
const textOf = (entry: Entry | undefined, field: string): string => String(entry?.[field] ?? '');
const clamp = (fraction: number): number => Math.min(1, Math.max(0, fraction));

// A source that says nothing for so long has stopped: the list keeps the last packet's level for ten seconds.
const staleAfterMs = 600;

interface Heard {
  timestamp: number;
  at: number;
}

interface Counted {
  lost: number;
  packets: number;
}

export class BrowserLinkReader implements LinkReader {
  readonly #gauge: PeerGauge;
  readonly #heard = new Map<Slot, Heard>();
  readonly #levels = new Map<Slot, number>();
  #before: Report | undefined;

  constructor(gauge: PeerGauge) {
    this.#gauge = gauge;
  }

  level(slot: Slot): number {
    const sources = this.#gauge.transceiver(slot)?.receiver.getSynchronizationSources?.() ?? [];
    let newest: RTCRtpSynchronizationSource | undefined;
    for (const each of sources) if (!newest || each.timestamp > newest.timestamp) newest = each;
    if (!newest) return 0;
    const now = performance.now();
    let heard = this.#heard.get(slot);
    if (heard?.timestamp !== newest.timestamp) this.#heard.set(slot, (heard = { timestamp: newest.timestamp, at: now }));
    if (now - heard.at > staleAfterMs) return 0;
    // Without the header extension (RFC 6464) some browsers know it from their statistics only.
    return clamp(newest.audioLevel ?? this.#levels.get(slot) ?? 0);
  }

  async statistics(): Promise<LinkStatistics | undefined> {
    const report = await this.#read();
    const before = this.#before;
    this.#before = report;
    return report && before && this.#compare(report, before);
  }

  async facts(): Promise<LinkFacts> {
    const { connection, iceErrors } = this.#gauge;
    const report: Report = (await this.#read()) ?? new Map();
    const { iceServers = [], iceTransportPolicy } = connection.getConfiguration?.() ?? {};
    const urls = iceServers.flatMap((server) => server.urls);
    const { local } = pathOf(report);
    return {
      gathered: connection.iceGatheringState === 'complete',
      relayOnly: iceTransportPolicy === 'relay',
      stunServers: urls.filter((url) => /^stuns?:/i.test(url)).length,
      turnServers: urls.filter((url) => /^turns?:/i.test(url)).length,
      credentialExpired: iceServers.some(({ username }) => hasExpired(username)),
      ours: countOf(report, 'local-candidate'),
      theirs: countOf(report, 'remote-candidate'),
      iceErrors: iceErrors.map(({ errorCode, url }) => ({
        code: errorCode,
        relay: /^turns?:/i.test(url ?? ''),
        udp: !/^turns:|transport=tcp/i.test(url ?? ''),
      })),
      relayedOverTcp: textOf(local, 'candidateType') === 'relay' && /tcp|tls/.test(textOf(local, 'relayProtocol')),
    };
  }

  async #read(): Promise<Report | undefined> {
    try {
      return (await this.#gauge.connection.getStats()) as unknown as Report;
    } catch {
      return undefined; // closed meanwhile
    }
  }

  #compare(report: Report, before: Report): LinkStatistics {
    const { pair, local, remote } = pathOf(report);
    const sent: StreamStatistics[] = [];
    const received: StreamStatistics[] = [];
    const up: Counted = { lost: 0, packets: 0 };
    const down: Counted = { lost: 0, packets: 0 };
    let jitter: number | undefined;
    let roundTripTime = numberOf(pair, 'currentRoundTripTime');
    for (const entry of report.values()) {
      const earlier = before.get(entry.id);
      if (entry.type === 'outbound-rtp' && earlier) {
        const distant = report.get(textOf(entry, 'remoteId')) ?? remoteOf(report, 'remote-inbound-rtp', entry);
        const stream = this.#stream(report, entry, earlier, 'bytesSent');
        roundTripTime ??= numberOf(distant, 'roundTripTime');
        const lost = countLost(up, distant, before.get(distant?.id ?? ''), growth(entry, earlier, 'packetsSent'));
        if (stream) sent.push({ ...stream, ...(lost !== undefined && { loss: lost }), ...limitOf(entry) });
      } else if (entry.type === 'inbound-rtp' && earlier) {
        const stream = this.#stream(report, entry, earlier, 'bytesReceived');
        const arrived = growth(entry, earlier, 'packetsReceived');
        const lost = countLost(down, entry, earlier, arrived + Math.max(0, growth(entry, earlier, 'packetsLost')));
        const own = arrived > 0 ? numberOf(entry, 'jitter') : undefined;
        if (own !== undefined) jitter = Math.max(jitter ?? 0, own);
        if (stream) received.push({ ...stream, ...(lost !== undefined && { loss: lost }), ...(own !== undefined && { jitter: own }) });
        const level = numberOf(entry, 'audioLevel');
        if (stream && level !== undefined) this.#levels.set(stream.slot, level);
      }
    }
    const available = numberOf(pair, 'availableOutgoingBitrate');
    const path = local && remote && describePath(local, remote);
    const pairBefore = pair && before.get(pair.id);
    return {
      up: pairBefore ? rate(pair, pairBefore, 'bytesSent') : sum(sent),
      down: pairBefore ? rate(pair, pairBefore, 'bytesReceived') : sum(received),
      ...(available !== undefined && { availableUp: available }),
      ...(up.packets > 0 && { lossUp: clamp(up.lost / up.packets) }),
      ...(down.packets > 0 && { lossDown: clamp(down.lost / down.packets) }),
      ...(jitter !== undefined && { jitter }),
      ...(roundTripTime !== undefined && { roundTripTime }),
      ...(path && { path }),
      sent,
      received,
    };
  }

  // Undefined: of no slot of ours.
  #stream(report: Report, entry: Entry, earlier: Entry, bytes: string): StreamStatistics | undefined {
    const slot = this.#slotOf(entry);
    if (!slot) return undefined;
    const width = numberOf(entry, 'frameWidth');
    const height = numberOf(entry, 'frameHeight');
    const frames = bytes === 'bytesSent' ? 'framesEncoded' : 'framesDecoded';
    const seconds = (entry.timestamp - earlier.timestamp) / 1000;
    // The browsers' own framesPerSecond is missing while there are none, or that of the last time.
    const frameRate = textOf(entry, 'kind') === 'video' && seconds > 0 ? growth(entry, earlier, frames) / seconds : undefined;
    const codec = textOf(report.get(textOf(entry, 'codecId')), 'mimeType').replace(/^\w+\//, '');
    return {
      slot,
      bitrate: rate(entry, earlier, bytes),
      ...(width !== undefined && height !== undefined && { width, height }),
      ...(frameRate !== undefined && { frameRate }),
      ...(codec && { codec }),
    };
  }

  #slotOf(entry: Entry): Slot | undefined {
    const kind = textOf(entry, 'kind');
    const all = slots.filter((slot) => (slot === 'camera' || slot === 'screen') === (kind === 'video'));
    const mid = textOf(entry, 'mid');
    const track = textOf(entry, 'trackIdentifier');
    return (
      all.find((slot) => mid && this.#gauge.transceiver(slot)?.mid === mid) ??
      all.find((slot) => track && this.#gauge.transceiver(slot)?.receiver.track.id === track) ??
      // Older browsers say neither: with one of a kind there is no doubt.
      (mid || track || all.filter((slot) => this.#gauge.transceiver(slot)).length > 1 ? undefined : all[0])
    );
  }
}

const growth = (entry: Entry, earlier: Entry | undefined, field: string): number =>
  (numberOf(entry, field) ?? 0) - (numberOf(earlier, field) ?? 0);

function rate(entry: Entry, earlier: Entry, bytes: string): number {
  const seconds = (entry.timestamp - earlier.timestamp) / 1000;
  return seconds > 0 ? Math.max(0, (growth(entry, earlier, bytes) * 8) / seconds) : 0;
}

const sum = (streams: readonly StreamStatistics[]): number => streams.reduce((all, { bitrate }) => all + bitrate, 0);

// Firefox names the other way only: the distant report has the sender's id as its localId.
function remoteOf(report: Report, type: string, entry: Entry): Entry | undefined {
  for (const each of report.values()) if (each.type === type && each['localId'] === entry.id) return each;
  return undefined;
}

// Adds to the whole; gives the stream's own fraction. `packets`: in this interval, lost ones included.
function countLost(all: Counted, entry: Entry | undefined, earlier: Entry | undefined, packets: number): number | undefined {
  if (!entry || packets <= 0 || numberOf(entry, 'packetsLost') === undefined) return undefined;
  const own = numberOf(entry, 'fractionLost');
  // The other side's report comes every second at the earliest, and may be of a longer time than ours.
  const lost = own === undefined ? growth(entry, earlier, 'packetsLost') / packets : own;
  all.lost += clamp(lost) * packets;
  all.packets += packets;
  return clamp(lost);
}

function limitOf(entry: Entry): Pick<StreamStatistics, 'limitedBy'> {
  const reason = entry['qualityLimitationReason'];
  if (reason === 'bandwidth') return { limitedBy: 'bandwidth' };
  return reason === 'cpu' ? { limitedBy: 'processor' } : {};
}

function pathOf(report: Report): { pair?: Entry; local?: Entry; remote?: Entry } {
  let pair: Entry | undefined;
  for (const each of report.values()) {
    if (each.type === 'transport') pair ??= report.get(textOf(each, 'selectedCandidatePairId'));
    // Firefox says it at the pair.
    else if (each.type === 'candidate-pair' && each['selected'] === true) pair = each;
  }
  if (!pair) {
    for (const each of report.values()) {
      if (each.type === 'candidate-pair' && each['nominated'] === true && each['state'] === 'succeeded') pair = each;
    }
  }
  const local = report.get(textOf(pair, 'localCandidateId'));
  const remote = report.get(textOf(pair, 'remoteCandidateId'));
  return { ...(pair && { pair }), ...(local && { local }), ...(remote && { remote }) };
}

function describePath(local: Entry, remote: Entry): PathStatistics {
  const relay = textOf(local, 'relayProtocol');
  return {
    local: textOf(local, 'candidateType') as CandidateType,
    remote: textOf(remote, 'candidateType') as CandidateType,
    protocol: textOf(local, 'protocol') === 'tcp' ? 'tcp' : 'udp',
    ...(relay && { relayProtocol: relay as 'udp' | 'tcp' | 'tls' }),
  };
}

function countOf(report: Report, type: string): LinkFacts['ours'] {
  const count = { host: 0, reflexive: 0, relay: 0 };
  for (const each of report.values()) {
    if (each.type !== type) continue;
    const kind = textOf(each, 'candidateType');
    if (kind === 'host' || kind === 'relay') count[kind]++;
    else count.reflexive++;
  }
  return count;
}

// Credentials of limited life name their end, in seconds since 1970, before the user ("TURN REST API").
function hasExpired(username: string | undefined): boolean {
  const end = /^(\d{9,11})(?::|$)/.exec(username ?? '')?.[1];
  return end !== undefined && Number(end) * 1000 < Date.now();
}
