// What is measured of one meeting, and why something does not work. A part of its own: a page loads it when it first measures
// or asks. Owns: when what is read; the core decides what it means.

import type { Facts, Explanation, InsightCommand, InsightEvent, InsightOptions, Level, LinkFigures } from '../../../bindings/insight-types.ts';
import type { LinkReader, LinkStatistics, OwnEar } from '../../../bindings/link-statistics.ts';
import type { PeerGauge, Undo } from '../../../bindings/ports.ts';
import type { Participant } from '../participant.ts';
import type { Attended, InsightHost } from './host.ts';
import { BrowserEar } from '../../../bindings/browser/own-ear.ts';
import { BrowserLinkReader } from '../../../bindings/browser/statistics.ts';
import { loadInsight } from '../../../bindings/load-insight.ts';
import { LoadedCore, type Machine } from '../../../bindings/machine.ts';

/** What reads the browser. */
export interface Instruments {
  reader(gauge: PeerGauge): LinkReader;
  ear(): OwnEar;
}
const browserInstruments: Instruments = { reader: (gauge) => new BrowserLinkReader(gauge), ear: () => new BrowserEar() };

type Event = InsightEvent & { body?: string };
type Core = LoadedCore<InsightOptions, Event, InsightCommand>;

let loading: Promise<Core> | undefined;

// Once for all meetings of a page; a core that has died is loaded anew.
function load(): Promise<Core> {
  const start = async (): Promise<Core> => {
    const { insightCreate, insightHandle, insightDispose } = await loadInsight();
    const receive = (): string => {
      throw new TypeError('no event has a body');
    };
    const core: Core = new LoadedCore({ create: insightCreate, handle: insightHandle, receive, dispose: insightDispose });
    core.onDeath(() => (loading = undefined));
    return core;
  };
  return (loading ??= start().catch((error: unknown) => {
    loading = undefined;
    throw error;
  }));
}

export async function startInsight(host: InsightHost, part: Attended, instruments = browserInstruments): Promise<MeetingInsight> {
  return new MeetingInsight(host, part, await load(), instruments);
}

const patienceMs = 1_000;

const nothing: LinkStatistics = { up: 0, down: 0, sent: [], received: [] };

const perMille = (fraction: number | undefined): number | undefined => fraction && Math.round(fraction * 1000);
const milliseconds = perMille;

export class MeetingInsight {
  readonly #host: InsightHost;
  readonly #part: Attended;
  readonly #core: Core;
  readonly #instruments: Instruments;
  readonly #readers = new Map<string, { gauge: PeerGauge; reader: LinkReader }>();
  readonly #figures = new Map<string, LinkStatistics>();
  #wanted = 0;
  #run: { machine: Machine<Event, InsightCommand>; ear: OwnEar; cancelWake?: Undo; wakeAt?: number | undefined } | undefined;

  constructor(host: InsightHost, part: Attended, core: Core, instruments: Instruments) {
    this.#host = host;
    this.#part = part;
    this.#core = core;
    this.#instruments = instruments;
    void host.meeting.finished.then(() => this.#stop());
  }

  /** As often as one likes: it ends with the last undo. */
  measure(): Undo {
    let counts = this.#host.meeting.state !== 'left';
    if (counts && this.#wanted++ === 0) this.#start();
    return () => {
      if (counts && --this.#wanted === 0) this.#stop();
      counts = false;
    };
  }

  async explain(person: Participant): Promise<readonly Explanation[]> {
    const facts = await this.#factsOf(person);
    // The answer depends on nothing but the facts, and may be asked for after the end.
    const machine = this.#core.create({ user: this.#host.meeting.me.id });
    try {
      const { commands } = machine.handle(this.#host.ports.clock.now(), { type: 'explanation_requested', request: 1, facts });
      return commands.flatMap((command) => (command.type === 'explained' ? command.chain : []));
    } finally {
      machine.dispose();
    }
  }

  #start(): void {
    const { meeting } = this.#host;
    this.#run = { machine: this.#core.create({ user: meeting.me.id }), ear: this.#instruments.ear() };
    void this.#measureLevels();
  }

  #stop(): void {
    const { meeting } = this.#host;
    if (!this.#run) return;
    this.#run.cancelWake?.();
    this.#run.ear.close();
    this.#run.machine.dispose();
    this.#run = undefined;
    this.#readers.clear();
    this.#figures.clear();
    const { tell } = this.#host;
    for (const person of [meeting.me, ...meeting.participants.values()]) {
      person.setMeasured();
      tell(person.local ? 'me-changed' : 'participant-changed', person);
    }
    const before = this.#part.activeSpeaker;
    this.#part.activeSpeaker = undefined;
    if (before) tell('active-speaker', undefined);
  }

  #handle(event: InsightEvent): void {
    const run = this.#run;
    if (!run) return;
    const { clock, report } = this.#host.ports;
    try {
      const { commands, wakeAt } = run.machine.handle(clock.now(), event);
      for (const command of commands) if (this.#run === run) this.#carryOut(command);
      if (this.#run !== run || wakeAt === run.wakeAt || wakeAt === undefined) return;
      run.cancelWake?.();
      run.wakeAt = wakeAt;
      run.cancelWake = clock.at(wakeAt, () => void this.#measureLevels());
    } catch (error) {
      // The core has died. The meeting has one of its own.
      report(error);
      this.#stop();
    }
  }

  #carryOut(command: InsightCommand): void {
    const { tell } = this.#host;
    switch (command.type) {
      case 'measure_links':
        for (const person of this.#host.meeting.participants.values()) void this.#measureLink(person);
        return this.#forgetThoseWhoLeft();
      case 'speaking_changed': {
        const person = this.#person(command.user);
        person?.setMeasured({ speaking: command.speaking });
        if (person) tell(person.local ? 'me-changed' : 'participant-changed', person);
        return;
      }
      case 'active_speaker_changed':
        this.#part.activeSpeaker = command.user === undefined ? undefined : this.#person(command.user);
        return tell('active-speaker', this.#part.activeSpeaker);
      case 'muted_talking_changed':
        return tell('muted-talking', { talking: command.talking });
      case 'quality_changed': {
        const person = this.#person(command.peer);
        const figures = this.#figures.get(command.peer);
        if (!person || !figures) return;
        person.setMeasured({ quality: { ...command.quality, figures } });
        return tell('participant-changed', person);
      }
    }
  }

  #person(user: string): Participant | undefined {
    const { me, participants } = this.#host.meeting;
    return user === me.id ? me : participants.get(user);
  }

  #reader(user: string): LinkReader | undefined {
    const gauge = this.#host.connectionTo(user)?.gauge;
    const known = this.#readers.get(user);
    if (!gauge || known?.gauge === gauge) return gauge && known?.reader;
    const reader = this.#instruments.reader(gauge);
    this.#readers.set(user, { gauge, reader });
    return reader;
  }

  // ---- levels

  async #measureLevels(): Promise<void> {
    const run = this.#run;
    if (!run) return;
    const { meeting } = this.#host;
    const levels: Level[] = [];
    const note = (person: Participant, audioLevel: number, muted: boolean): void => {
      person.setMeasured({ audioLevel });
      levels.push({ user: person.id, level: Math.round(audioLevel * 10_000), muted });
    };
    const { track, state } = meeting.microphone;
    const own = track && (await this.#inTime(run.ear.level(track, this.#senderOf(track))));
    if (this.#run !== run) return;
    if (own !== undefined) note(meeting.me, own, state !== 'on');
    else note(meeting.me, 0, false);
    for (const person of meeting.participants.values()) {
      const { on } = person.microphone;
      note(person, on ? this.#reader(person.id)?.level('microphone') ?? 0 : 0, !on);
    }
    this.#handle({ type: 'levels_measured', levels });
    this.#host.tell('levels', undefined);
  }

  // Of a connection that is closed meanwhile a browser may never say anything.
  #inTime(level: Promise<number>): Promise<number> {
    const { clock } = this.#host.ports;
    return new Promise((resolve) => {
      const undo = clock.at(clock.now() + patienceMs, () => resolve(0));
      void level.then((value) => {
        undo();
        resolve(value);
      });
    });
  }

  #senderOf(track: MediaStreamTrack): RTCRtpSender | undefined {
    for (const user of this.#host.meeting.participants.keys()) {
      const sender = this.#host.connectionTo(user)?.gauge?.transceiver('microphone')?.sender;
      if (sender?.track === track) return sender;
    }
    return undefined;
  }

  // ---- links

  async #measureLink(person: Participant): Promise<void> {
    const run = this.#run;
    const measured = await this.#reader(person.id)?.statistics();
    if (this.#run !== run || this.#person(person.id) !== person) return;
    if (person.link === 'none') return this.#forget(person.id);
    // Between two connections there is nothing to read, which is known well enough.
    const figures = measured ?? (person.link === 'connected' ? undefined : nothing);
    if (!figures) return;
    this.#figures.set(person.id, figures);
    if (person.quality) person.setMeasured({ quality: { ...person.quality, figures } });
    this.#handle({ type: 'link_measured', peer: person.id, figures: judged(figures, person) });
  }

  #forgetThoseWhoLeft(): void {
    for (const user of this.#figures.keys()) if (!this.#person(user)) this.#forget(user);
  }

  #forget(user: string): void {
    this.#readers.delete(user);
    this.#figures.delete(user);
    this.#person(user)?.setMeasured({ quality: undefined });
    this.#handle({ type: 'link_forgotten', peer: user });
  }

  // ---- why

  async #factsOf(person: Participant): Promise<Facts> {
    const { meeting } = this.#host;
    const gauge = this.#host.connectionTo(person.id)?.gauge;
    const link = gauge && (await this.#instruments.reader(gauge).facts());
    const none = { host: 0, reflexive: 0, relay: 0 };
    const sources = [meeting.camera, meeting.microphone, meeting.screen];
    return {
      gathered: false,
      relayOnly: false,
      stunServers: 0,
      turnServers: 0,
      credentialExpired: false,
      ours: none,
      theirs: none,
      iceErrors: [],
      relayedOverTcp: false,
      ...link,
      local: person.local,
      present: this.#person(person.id) === person,
      away: person.away,
      serverLost: meeting.state === 'reconnecting',
      ...(meeting.error && { meetingError: meeting.error.code }),
      link: person.local ? 'connected' : person.link,
      ...(person.linkError && { linkError: person.linkError }),
      failedSources: sources.flatMap(({ source, state, error }) =>
        state === 'failed' && error ? [{ source, code: error.code, ...(error.deniedBy && { deniedBy: error.deniedBy }) }] : [],
      ),
      interruptedSources: sources.flatMap(({ source, state }) => (state === 'interrupted' ? [source] : [])),
    };
  }
}

// The figures that count, in the core's units.
function judged(statistics: LinkStatistics, person: Participant): LinkFigures {
  const lostDownPerMille = perMille(statistics.lossDown);
  const lostUpPerMille = perMille(statistics.lossUp);
  const jitterMs = milliseconds(statistics.jitter);
  const roundTripMs = milliseconds(statistics.roundTripTime);
  const face = person.camera.on ? statistics.received.find(({ slot }) => slot === 'camera') : undefined;
  const limits = statistics.sent.map(({ limitedBy }) => limitedBy);
  return {
    connected: person.link === 'connected',
    ...(lostDownPerMille !== undefined && { lostDownPerMille }),
    ...(lostUpPerMille !== undefined && { lostUpPerMille }),
    ...(jitterMs !== undefined && { jitterMs }),
    ...(roundTripMs !== undefined && { roundTripMs }),
    ...(face?.frameRate !== undefined && { frameRate: Math.round(face.frameRate) }),
    limit: limits.includes('processor') ? 'processor' : limits.includes('bandwidth') ? 'bandwidth' : 'none',
  };
}
