// The paths between two pages: which connections reach one another over the virtual network, how their states follow from
// that, as ICE has it, and what their data channels and tracks carry.

import type { Undo } from '../../bindings/ports.ts';
import type { ChannelPath, Data, FakeDataChannel } from './fake-data-channel.ts';
import type { FakePeerConnection } from './fake-peer-connection.ts';
import type { Seat } from './fake-seat.ts';
import type { Log } from './log.ts';
import type { Access } from './network.ts';
import type { Doer } from './timeline.ts';
import { sizeOf } from './fake-data-channel.ts';
import { writeStats } from './fake-stats.ts';
import { FakeWire } from './fake-wire.ts';
import { Course, Network } from './network.ts';

/** A page as its connections see it. */
export interface PathPage extends Seat<FakePeerConnection>, Doer {
  readonly name: string;
  readonly access: Access;
}

const pageOf = (connection: FakePeerConnection): PathPage => connection.seat as PathPage;
const endsOf = (from: FakePeerConnection, to: FakePeerConnection): readonly Access[] => [pageOf(from).access, pageOf(to).access];

// As Chromium: consent is missed after 5 s; it is given up 30 s after the last sign; checks fail after 15 s.
const disconnectedAfterMs = 5_000;
const failedAfterMs = 30_000;
const checksMsMax = 15_000;

export class Paths extends FakeWire {
  readonly #network: Network;
  readonly #log: Log;
  readonly #watched = new Map<FakePeerConnection, Undo[]>();
  readonly #since = new Map<FakePeerConnection, number>();
  #reviewing = false;

  constructor(network: Network, log: Log) {
    super();
    this.#network = network;
    this.#log = log;
    network.onChange(() => this.changed());
  }

  override reaches(from: FakePeerConnection, to: FakePeerConnection): boolean {
    return to.connectionState !== 'closed' && this.#network.isOpen('media', endsOf(from, to));
  }

  override changed(): void {
    if (this.#reviewing) return;
    this.#reviewing = true;
    this.#network.timeline.post(0, () => {
      this.#reviewing = false;
      for (const connection of this.#watched.keys()) if (!this.open.has(connection)) this.#unwatch(connection);
      for (const connection of [...this.open]) this.#review(connection);
      this.unmute();
    });
  }

  override noted(connection: FakePeerConnection, what: string): void {
    this.#log.add(pageOf(connection).name, what);
  }

  override statsOf(connection: FakePeerConnection): RTCStatsReport {
    const { other } = connection;
    const ends = other ? endsOf(connection, other) : [pageOf(connection).access];
    const since = this.#since.get(connection);
    return writeStats(connection, other, {
      now: this.#network.timeline.now,
      connectedMs: since === undefined ? 0 : this.#network.timeline.now - since,
      roundTripMs: 2 * ends.reduce((sum, { delayMs, jitterMs }) => sum + delayMs + jitterMs / 2, 0),
      jitterMs: Math.max(...ends.map(({ jitterMs }) => jitterMs)),
      loss: this.#network.lossOf(ends),
    });
  }

  #unwatch(connection: FakePeerConnection): void {
    for (const undo of this.#watched.get(connection) ?? []) undo();
    this.#watched.delete(connection);
  }

  #review(connection: FakePeerConnection): void {
    const { connectionState: state, other } = connection;
    const isThere = other !== undefined && this.reaches(connection, other);
    if (state === 'connected' && !this.#since.has(connection)) this.#since.set(connection, this.#network.timeline.now);
    if (isThere) {
      this.#unwatch(connection);
      if (state === 'disconnected') this.#report(connection, 'connected', this.#network.delayOf(endsOf(connection, other)));
      else if (state === 'connecting') connection.tryToConnect();
    } else if (!this.#watched.has(connection)) {
      if (state === 'connecting') this.#watch(connection, [['failed', checksMsMax]]);
      if (state === 'connected') this.#watch(connection, [['disconnected', disconnectedAfterMs], ['failed', failedAfterMs]]);
    }
  }

  #watch(connection: FakePeerConnection, states: [RTCPeerConnectionState, number][]): void {
    const { timeline } = this.#network;
    const undos = states.map(([state, ms]) => timeline.at(timeline.now + ms, () => connection.report(state), pageOf(connection)));
    this.#watched.set(connection, undos);
  }

  #report(connection: FakePeerConnection, state: RTCPeerConnectionState, ms: number): void {
    this.#network.timeline.post(ms, () => connection.connectionState === 'disconnected' && connection.report(state), pageOf(connection));
  }
}

/** What the data channels of one connection send over. */
export class DataPath implements ChannelPath {
  readonly #network: Network;
  readonly #connection: FakePeerConnection;
  readonly #courses = new Map<FakeDataChannel, Course>();
  #freeAt = 0;

  constructor(network: Network, connection: FakePeerConnection) {
    this.#network = network;
    this.#connection = connection;
  }

  room(): number {
    const { timeline } = this.#network;
    // One message after the other: how long it takes depends on its size.
    return this.#isOpen && this.#freeAt <= timeline.now ? 1 : 0;
  }

  whenRoom(run: () => void): void {
    const { timeline } = this.#network;
    if (this.#isOpen) return void timeline.post(Math.max(0, this.#freeAt - timeline.now), run, pageOf(this.#connection));
    const undo = this.#network.onChange(() => {
      if (!this.#isOpen && this.#connection.connectionState !== 'closed') return;
      undo();
      run();
    });
  }

  carry(channel: FakeDataChannel, data: Data, arrive: (data: Data) => void): void {
    const ends = this.#ends;
    const { timeline } = this.#network;
    const bytesPerMs = Math.min(...ends.map((end) => end.bytesPerMs));
    this.#freeAt = Math.max(this.#freeAt, timeline.now) + sizeOf(data) / bytesPerMs;
    this.#courseOf(channel, ends).send(() => arrive(data));
  }

  close(): void {
    for (const course of this.#courses.values()) course.close();
    this.#courses.clear();
  }

  get #ends(): readonly Access[] {
    const { other } = this.#connection;
    return other ? endsOf(this.#connection, other as FakePeerConnection) : [];
  }

  get #isOpen(): boolean {
    const ends = this.#ends;
    return ends.length > 0 && this.#network.isOpen('media', ends);
  }

  #courseOf(channel: FakeDataChannel, ends: readonly Access[]): Course {
    const { ordered = true, maxRetransmits = Infinity } = channel.options;
    const known = this.#courses.get(channel);
    if (known) return known;
    const { other } = this.#connection;
    const doer = other && pageOf(other as FakePeerConnection);
    const course = new Course(this.#network, { traffic: 'media', ends, ordered, retransmits: maxRetransmits, doer });
    this.#courses.set(channel, course);
    return course;
  }
}
