// RTCPeerConnection as the specification has it, as far as Meetwire uses it: one operation at a time, asynchronous
// ends, signalling states, rollback, m-lines that are never given up, mids, negotiationneeded checked again when the
// chain empties, candidates by generation. Two of them connect when each has the other's description and a candidate.

import type { FakeWire, Seat } from './fake-wire.ts';
import { FakeDataChannel, closeChannels, openChannels, type ChannelPath } from './fake-data-channel.ts';
import { type FakeLine, type FakeSdp, directionOf, readSdp, receives, sends, writeSdp } from './fake-sdp.ts';
import { FakeTransceiver, type Before } from './fake-transceiver.ts';
import { type Pace, turnOf } from './pace.ts';

export class FakePeerConnection {
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: RTCIceCandidate | null }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ondatachannel: ((event: { channel: { close(): void } }) => void) | null = null;
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  readonly configuration: RTCConfiguration | undefined;
  transceivers: FakeTransceiver[] = [];
  readonly channels: FakeDataChannel[] = [];
  readonly sctp = { maxMessageSize: 262_144 };
  readonly path: ChannelPath;
  readonly pace: Pace;
  readonly seat: Seat;
  /** Every operation that was asked for, in order. */
  readonly log: string[] = [];

  readonly #wire: FakeWire;
  readonly #fingerprint: string;
  #lines: Before['lines'] = [];
  #before: Before | undefined;
  #chain: Promise<unknown> = Promise.resolve();
  #pendingOperations = 0;
  #negotiationNeeded = false;
  #local: RTCSessionDescriptionInit | null = null;
  #remote: RTCSessionDescriptionInit | null = null;
  #stableLocal: RTCSessionDescriptionInit | null = null;
  #stableRemote: RTCSessionDescriptionInit | null = null;
  #lastOffer: string | undefined;
  #lastAnswer: string | undefined;
  #ufrag = '';
  #restart = false;
  readonly #candidates = new Set<string>();
  #mids = 0;

  constructor(wire: FakeWire, seat: Seat, configuration?: RTCConfiguration) {
    this.#wire = wire;
    this.seat = seat;
    this.pace = seat.pace;
    this.path = seat.pathOf(this);
    this.configuration = configuration;
    this.#fingerprint = `F${++wire.made}`;
    wire.open.add(this);
  }

  get localDescription(): RTCSessionDescriptionInit | null {
    return this.#local;
  }

  get remoteDescription(): RTCSessionDescriptionInit | null {
    return this.#remote;
  }

  /** The connection at the other end, by what both descriptions say. */
  get other(): FakePeerConnection | undefined {
    return this.#remote?.sdp === undefined ? undefined : this.#wire.byUfrag.get(readSdp(this.#remote.sdp).ufrag);
  }

  createDataChannel(label: string, options?: RTCDataChannelInit): FakeDataChannel {
    this.#checkNegotiation();
    return new FakeDataChannel(this, label, options);
  }

  addTransceiver(what: string | MediaStreamTrack, { direction = 'sendrecv' }: RTCRtpTransceiverInit = {}): FakeTransceiver {
    this.#mustBeOpen();
    const kind = (typeof what === 'string' ? what : what.kind) as 'audio' | 'video';
    const transceiver = new FakeTransceiver(this, kind, direction, false);
    if (typeof what !== 'string') transceiver.sender.track = what;
    this.transceivers.push(transceiver);
    this.#checkNegotiation();
    return transceiver;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers.filter((each) => !each.stopped);
  }

  createOffer(): Promise<RTCSessionDescriptionInit> {
    return this.#run('createOffer', async () => {
      await turnOf(this.pace);
      return { type: 'offer', sdp: this.#makeOffer() };
    });
  }

  createAnswer(): Promise<RTCSessionDescriptionInit> {
    return this.#run('createAnswer', async () => {
      this.#must('have-remote-offer');
      await turnOf(this.pace);
      return { type: 'answer', sdp: this.#makeAnswer() };
    });
  }

  setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
    return this.#run(`setLocalDescription ${description?.type ?? 'implicit'}`, async () => {
      const type = description?.type ?? (this.signalingState === 'have-remote-offer' ? 'answer' : 'offer');
      await turnOf(this.pace);
      if (type === 'rollback') return this.#rollBack('have-local-offer');
      const sdp = description?.sdp ?? (type === 'offer' ? this.#makeOffer() : this.#makeAnswer());
      if (sdp !== (type === 'offer' ? this.#lastOffer : this.#lastAnswer)) throw new DOMException('altered', 'InvalidModificationError');
      if (type === 'offer') this.#applyLocalOffer(sdp);
      else this.#applyLocalAnswer(sdp);
    });
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    return this.#run(`setRemoteDescription ${description.type}`, async () => {
      await turnOf(this.pace);
      const parsed = readSdp(description.sdp ?? '');
      if (description.type === 'offer') this.#applyRemoteOffer(description, parsed);
      else this.#applyRemoteAnswer(description, parsed);
    });
  }

  addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    return this.#run('addIceCandidate', async () => {
      if (!this.#remote) throw new DOMException('no remote description', 'InvalidStateError');
      if (candidate.sdpMid == null && candidate.sdpMLineIndex == null) throw new TypeError('neither mid nor index');
      await turnOf(this.pace);
      const { ufrag } = readSdp(this.#remote?.sdp ?? '');
      if (candidate.usernameFragment && candidate.usernameFragment !== ufrag) throw new DOMException('unknown ufrag', 'OperationError');
      this.#candidates.add(ufrag);
      this.tryToConnect();
    });
  }

  restartIce(): void {
    this.#restart = true;
    this.#checkNegotiation();
  }

  close(): void {
    if (this.connectionState !== 'closed') closeChannels(this);
    this.signalingState = 'closed';
    this.connectionState = 'closed';
    this.#wire.open.delete(this);
    this.#wire.byUfrag.delete(this.#ufrag);
    for (const { receiver } of this.transceivers) receiver.track.stop();
    this.path.close?.();
    this.#wire.changed();
  }

  /** It is gone with its page: no event tells of it, here or there. */
  vanish(): void {
    this.onnegotiationneeded = this.onicecandidate = this.onconnectionstatechange = this.ondatachannel = null;
    this.connectionState = 'closed';
    this.signalingState = 'closed';
    this.#wire.open.delete(this);
    this.path.close?.();
    this.#wire.changed();
  }

  /** Something may flow now that did not, or the other way round. */
  mediaChanged(): void {
    this.#wire.changed();
  }

  getStats(): Promise<RTCStatsReport> {
    return turnOf(this.pace).then(() => this.#wire.statsOf(this));
  }

  /** The path breaks, as the browser would report it. */
  report(state: RTCPeerConnectionState): void {
    if (this.connectionState === 'closed' || this.connectionState === state) return;
    this.connectionState = state;
    this.#wire.noted(this, state);
    if (state === 'connected') openChannels(this);
    this.onconnectionstatechange?.();
    this.mediaChanged();
  }

  tryToConnect(): void {
    const other = this.other;
    const meets = (a: FakePeerConnection, b: FakePeerConnection): boolean =>
      a.signalingState === 'stable' && a.#remote !== null && readSdp(a.#remote.sdp ?? '').ufrag === b.#ufrag && a.#candidates.has(b.#ufrag);
    if (!other || !this.#wire.reaches(this, other) || !meets(this, other) || !meets(other, this)) return;
    for (const end of [this, other]) end.pace.later(() => this.#wire.reaches(this, other) && end.report('connected'));
  }

  // ---- operations

  #run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.log.push(name);
    this.#wire.noted(this, name);
    if (this.signalingState === 'closed') return Promise.reject(new DOMException('closed', 'InvalidStateError'));
    this.#pendingOperations++;
    const result = this.#chain.then(work);
    this.#chain = result.catch(() => {});
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#pendingOperations--;
        // The specification: after close, the promise of an operation stays pending.
        if (this.signalingState === 'closed') return;
        settle();
        if (this.#pendingOperations === 0) this.#checkNegotiation();
      };
      result.then((value) => end(() => resolve(value)), (error: unknown) => end(() => reject(error)));
    });
  }

  #mustBeOpen(): void {
    if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
  }

  #must(...states: RTCSignalingState[]): void {
    if (!states.includes(this.signalingState)) throw new DOMException(`in ${this.signalingState}`, 'InvalidStateError');
  }

  #remember(): void {
    this.#before = {
      lines: this.#lines.map((line) => ({ ...line })),
      mids: new Map(this.transceivers.map((each) => [each, each.mid])),
      transceivers: [...this.transceivers],
    };
  }

  #rollBack(state: RTCSignalingState): void {
    this.#must(state);
    if (!this.#before) return;
    this.#lines = this.#before.lines;
    for (const transceiver of this.transceivers) transceiver.mid = this.#before.mids.get(transceiver) ?? null;
    this.transceivers = this.transceivers.filter((each) => !each.byRemote || this.#before?.transceivers.includes(each));
    this.#local = this.#stableLocal;
    this.#remote = this.#stableRemote;
    this.#becomeStable();
  }

  #becomeStable(): void {
    this.signalingState = 'stable';
    this.#before = undefined;
    this.#stableLocal = this.#local;
    this.#stableRemote = this.#remote;
    this.#negotiationNeeded = false;
    this.#checkNegotiation();
    this.mediaChanged();
  }

  // ---- descriptions

  #makeOffer(): string {
    if (this.#ufrag === '' || this.#restart) this.#newGeneration();
    const lines: FakeLine[] = this.#lines.map((line) => ({ ...line, direction: line.transceiver?.direction ?? 'sendrecv' }));
    let next = this.#mids;
    for (const { kind, direction } of this.transceivers.filter((each) => !each.stopped && each.mid === null)) {
      lines.push({ mid: String(next++), kind, direction });
    }
    if (this.channels.length > 0 && !lines.some(({ kind }) => kind === 'application')) {
      lines.push({ mid: String(next++), kind: 'application', direction: 'sendrecv' });
    }
    return (this.#lastOffer = writeSdp({ ufrag: this.#ufrag, fingerprint: this.#fingerprint, lines }));
  }

  #applyLocalOffer(sdp: string): void {
    this.#must('stable', 'have-local-offer');
    if (this.signalingState === 'stable') this.#remember();
    const { lines } = readSdp(sdp);
    for (const line of lines.slice(this.#lines.length)) {
      const transceiver = this.transceivers.find((each) => !each.stopped && each.mid === null && each.kind === line.kind);
      if (transceiver) transceiver.mid = line.mid;
      this.#lines.push({ ...line, ...(transceiver && { transceiver }) });
      this.#mids = Math.max(this.#mids, Number(line.mid) + 1);
    }
    for (const [index, line] of lines.entries()) {
      const transceiver = this.#lines[index]?.transceiver;
      if (transceiver) transceiver.offered = { by: 'self', direction: line.direction };
    }
    this.#restart = false;
    this.#local = { type: 'offer', sdp };
    this.signalingState = 'have-local-offer';
    this.#gather();
  }

  #applyRemoteOffer(description: RTCSessionDescriptionInit, { ufrag, lines }: FakeSdp): void {
    if (this.signalingState === 'have-local-offer') this.#rollBack('have-local-offer');
    this.#must('stable', 'have-remote-offer');
    if (lines.length < this.#lines.length) throw new DOMException('m-lines are gone', 'InvalidAccessError');
    if (this.signalingState === 'stable') this.#remember();
    for (const [index, line] of lines.entries()) {
      const known = this.#lines[index];
      if (known && (known.mid !== line.mid || known.kind !== line.kind)) throw new DOMException('m-lines differ', 'InvalidAccessError');
      if (known) {
        if (known.transceiver) known.transceiver.offered = { by: 'other', direction: line.direction };
        continue;
      }
      let transceiver: FakeTransceiver | undefined;
      if (line.kind !== 'application') {
        transceiver = new FakeTransceiver(this, line.kind, 'recvonly', true);
        transceiver.mid = line.mid;
        transceiver.offered = { by: 'other', direction: line.direction };
        this.transceivers.push(transceiver);
      }
      this.#lines.push({ ...line, ...(transceiver && { transceiver }) });
      this.#mids = Math.max(this.#mids, Number(line.mid) + 1);
    }
    const restarted = this.#remote?.sdp !== undefined && readSdp(this.#remote.sdp).ufrag !== ufrag;
    if (this.#ufrag === '' || restarted) this.#newGeneration();
    this.#remote = description;
    this.signalingState = 'have-remote-offer';
  }

  #makeAnswer(): string {
    const offer = readSdp(this.#remote?.sdp ?? '');
    const lines = this.#lines.map(({ mid, kind, transceiver }, index) => {
      const asked = offer.lines[index]?.direction ?? 'inactive';
      const own = transceiver?.direction ?? 'sendrecv';
      return { mid, kind, direction: directionOf(sends(own) && receives(asked), receives(own) && sends(asked)) };
    });
    return (this.#lastAnswer = writeSdp({ ufrag: this.#ufrag, fingerprint: this.#fingerprint, lines }));
  }

  #applyLocalAnswer(sdp: string): void {
    this.#must('have-remote-offer');
    for (const [index, { direction }] of readSdp(sdp).lines.entries()) {
      const transceiver = this.#lines[index]?.transceiver;
      if (transceiver) transceiver.currentDirection = direction;
    }
    this.#local = { type: 'answer', sdp };
    this.#becomeStable();
    this.#gather();
    this.#startConnecting();
  }

  #applyRemoteAnswer(description: RTCSessionDescriptionInit, { lines }: FakeSdp): void {
    this.#must('have-local-offer');
    if (lines.length !== this.#lines.length) throw new DOMException('m-lines differ', 'InvalidAccessError');
    for (const [index, { direction }] of lines.entries()) {
      const transceiver = this.#lines[index]?.transceiver;
      if (transceiver) transceiver.currentDirection = directionOf(receives(direction), sends(direction));
    }
    this.#remote = description;
    this.#becomeStable();
    this.#startConnecting();
  }

  // ---- the path

  #newGeneration(): void {
    this.#wire.byUfrag.delete(this.#ufrag);
    this.#ufrag = `u${++this.#wire.names}`;
    this.#wire.byUfrag.set(this.#ufrag, this);
  }

  #gathered = '';
  #gather(): void {
    const usernameFragment = this.#ufrag;
    if (this.#gathered === usernameFragment) return;
    this.#gathered = usernameFragment;
    const sdpMid = this.#lines[0]?.mid ?? '0';
    for (const port of [5000, 5001]) {
      this.pace.later(() => {
        const candidate = `candidate:1 1 udp 2122260223 10.0.0.1 ${port} typ host ufrag ${usernameFragment}`;
        this.onicecandidate?.({ candidate: { candidate, sdpMid, sdpMLineIndex: 0, usernameFragment } as RTCIceCandidate });
      });
    }
    // Some browsers say it twice: an empty one for the m-line, then none.
    const last = { candidate: '', sdpMid, sdpMLineIndex: 0, usernameFragment } as RTCIceCandidate;
    for (const candidate of [last, null]) this.pace.later(() => this.onicecandidate?.({ candidate }));
  }

  #startConnecting(): void {
    if (this.connectionState === 'new') this.pace.later(() => this.connectionState === 'new' && this.report('connecting'));
    this.tryToConnect();
  }

  // ---- negotiationneeded

  #checkNegotiation(): void {
    this.pace.later(() => {
      if (this.signalingState !== 'stable' || this.#pendingOperations > 0) return;
      const needed = this.#isNegotiationNeeded();
      if (needed && !this.#negotiationNeeded) this.onnegotiationneeded?.();
      this.#negotiationNeeded = needed;
    });
  }

  #isNegotiationNeeded(): boolean {
    if (this.#restart) return true;
    if (this.channels.length > 0 && !this.#lines.some(({ kind }) => kind === 'application')) return true;
    return this.transceivers.some(({ stopped, mid, direction, offered, currentDirection }) => {
      if (stopped) return false;
      if (mid === null) return true;
      if (offered?.by === 'self') return direction !== offered.direction && direction !== currentDirection;
      const asked = offered?.direction ?? 'sendrecv';
      return directionOf(sends(direction) && receives(asked), receives(direction) && sends(asked)) !== currentDirection;
    });
  }
}
