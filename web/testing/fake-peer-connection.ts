// RTCPeerConnection as the specification has it, as far as Meetwire uses it: one operation at a time, asynchronous
// ends, signalling states, rollback, m-lines that are never given up, mids, negotiationneeded checked again when the
// chain empties, candidates by generation. Two of them connect when each has the other's description and a candidate.

import type { Seat, Wire } from './fake-seat.ts';
import { FakeDataChannel, closeChannels, openChannels, type ChannelPath } from './fake-data-channel.ts';
import { asTrack } from './fake-media.ts';
import { type FakeSdp, directionOf, readSdp, receives, sends, writeSdp } from './fake-sdp.ts';
import { Described, ufragOf } from './fake-descriptions.ts';
import { candidatesOf } from './fake-candidates.ts';
import { FakeTransceiver, type Before, answeredLines, needsNegotiation, offeredLines, remember, restore } from './fake-transceiver.ts';
import { type Pace, turnOf } from './pace.ts';

export class FakePeerConnection extends Described {
  ondatachannel: ((event: { channel: FakeDataChannel }) => void) | null = null;
  connectionState: RTCPeerConnectionState = 'new';
  transceivers: FakeTransceiver[] = [];
  readonly channels: FakeDataChannel[] = [];
  readonly sctp = { maxMessageSize: 262_144 };
  readonly path: ChannelPath;
  readonly pace: Pace;
  readonly seat: Seat<FakePeerConnection>;
  /** Every operation that was asked for, in order. */
  readonly log: string[] = [];

  readonly #wire: Wire<FakePeerConnection>;
  readonly #fingerprint: string;
  #lines: Before['lines'] = [];
  #before: Before | undefined;
  #chain: Promise<unknown> = Promise.resolve();
  #pendingOperations = 0;
  #negotiationNeeded = false;
  #lastOffer: string | undefined;
  #lastAnswer: string | undefined;
  #ufrag = '';
  /** Of own descriptions: the next one has to bring others. */
  readonly #toReplace = new Set<string>();
  readonly #candidates = new Set<string>();
  #tried = '';
  #mids = 0;
  readonly #states: RTCSignalingState[] = [];
  readonly #arrived: FakeTransceiver[] = [];

  constructor(wire: Wire<FakePeerConnection>, seat: Seat<FakePeerConnection>, configuration?: RTCConfiguration) {
    super();
    this.#wire = wire;
    this.seat = seat;
    this.pace = seat.pace;
    this.path = seat.pathOf(this);
    this.configuration = configuration;
    this.#fingerprint = `F${++wire.made}`;
    wire.open.add(this);
  }

  /** The connection at the other end, by what both descriptions say. */
  get other(): FakePeerConnection | undefined {
    return this.#wire.byUfrag.get(ufragOf(this.remote));
  }

  opened(label: string, id: number): FakeDataChannel {
    const channel = new FakeDataChannel(this, label, { negotiated: true, id });
    channel.connected();
    this.ondatachannel?.({ channel });
    return channel;
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
    return this.operate('createOffer', async () => {
      await turnOf(this.pace);
      return { type: 'offer', sdp: this.#makeOffer() };
    });
  }

  createAnswer(): Promise<RTCSessionDescriptionInit> {
    return this.operate('createAnswer', async () => {
      this.#must('have-remote-offer');
      await turnOf(this.pace);
      return { type: 'answer', sdp: this.#makeAnswer() };
    });
  }

  setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
    return this.operate(`setLocalDescription ${description?.type ?? 'implicit'}`, async () => {
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
    return this.operate(`setRemoteDescription ${description.type}`, async () => {
      await turnOf(this.pace);
      const parsed = readSdp(description.sdp ?? '');
      if (description.type === 'offer') this.#applyRemoteOffer(description, parsed);
      else this.#applyRemoteAnswer(description, parsed);
    });
  }

  addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    const { sdpMid = null, sdpMLineIndex = null, usernameFragment } = candidate;
    if (sdpMid === null && sdpMLineIndex === null) return Promise.reject(new TypeError('neither mid nor index'));
    return this.operate('addIceCandidate', async () => {
      if (!this.remote) throw new DOMException('no remote description', 'InvalidStateError');
      await turnOf(this.pace);
      const { ufrag, lines } = readSdp(this.remote?.sdp ?? '');
      const hasLine = sdpMid === null ? (sdpMLineIndex ?? 0) < lines.length : lines.some(({ mid }) => mid === sdpMid);
      if (!hasLine) throw new DOMException('no such m-line', 'OperationError');
      if (usernameFragment && usernameFragment !== ufrag) throw new DOMException('unknown ufrag', 'OperationError');
      this.#candidates.add(ufrag);
      this.tryToConnect();
    });
  }

  restartIce(): void {
    for (const own of [this.local, this.stableLocal]) if (own) this.#toReplace.add(ufragOf(own));
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

  directionChanged(): void {
    this.#checkNegotiation();
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
      a.signalingState === 'stable' && a.remote !== null && ufragOf(a.remote) === b.#ufrag && a.#candidates.has(b.#ufrag);
    if (!other || !this.#wire.reaches(this, other) || !meets(this, other) || !meets(other, this)) return;
    for (const end of [this, other]) end.pace.later(() => this.#wire.reaches(this, other) && end.connectionState !== 'failed' && end.report('connected'));
  }

  // ---- operations

  /** One after the other, as the specification's operations chain. */
  operate<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
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
        this.#announce();
        settle();
        if (this.#pendingOperations === 0) this.#checkNegotiation();
      };
      result.then((value) => end(() => resolve(value)), (error: unknown) => end(() => reject(error)));
    });
  }

  #turn(state: RTCSignalingState): void {
    if (state !== this.signalingState) this.#states.push(state);
    this.signalingState = state;
  }

  // Events come right before the operation's end, each in its state.
  #announce(): void {
    const last = this.signalingState;
    for (const state of this.#states.splice(0)) {
      this.signalingState = state;
      this.onsignalingstatechange?.();
    }
    this.signalingState = last;
    for (const transceiver of this.#arrived.splice(0)) {
      const track = asTrack(transceiver.receiver.track);
      this.ontrack?.({ track, transceiver, receiver: transceiver.receiver, streams: [] } as unknown as RTCTrackEvent);
    }
  }

  // What the other side says that it sends on that line.
  #hear(transceiver: FakeTransceiver, sent: boolean): void {
    if (sent && !transceiver.fired) this.#arrived.push(transceiver);
    transceiver.fired = sent;
  }

  #mustBeOpen(): void {
    if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
  }

  #must(...states: RTCSignalingState[]): void {
    if (!states.includes(this.signalingState)) throw new DOMException(`in ${this.signalingState}`, 'InvalidStateError');
  }

  #rollBack(state: RTCSignalingState): void {
    this.#must(state);
    if (!this.#before) return;
    this.#lines = this.#before.lines;
    this.transceivers = restore(this.#before, this.transceivers);
    this.revert();
    this.#setGeneration();
    this.#becomeStable();
  }

  #becomeStable(): void {
    this.#turn('stable');
    this.#before = undefined;
    if (!this.#toReplace.has(this.#ufrag)) this.#toReplace.clear();
    this.agree();
    this.#negotiationNeeded = false;
    this.#checkNegotiation();
    this.mediaChanged();
  }

  // ---- descriptions

  #makeOffer(): string {
    const ufrag = this.credentials(this.#toReplace.size > 0, this.#wire);
    const lines = offeredLines(this.#lines, this.transceivers, this.channels.length > 0, this.#mids);
    return (this.#lastOffer = writeSdp({ ufrag, fingerprint: this.#fingerprint, lines }));
  }

  #applyLocalOffer(sdp: string): void {
    this.#must('stable', 'have-local-offer');
    if (this.signalingState === 'stable') this.#before = remember(this.#lines, this.transceivers);
    const { lines } = readSdp(sdp);
    for (const line of lines.slice(this.#lines.length)) {
      const transceiver = this.transceivers.find((each) => !each.stopped && each.mid === null && each.kind === line.kind);
      if (transceiver) transceiver.mid = line.mid;
      this.#lines.push({ ...line, ...(transceiver && { transceiver }) });
      this.#mids = Math.max(this.#mids, Number(line.mid) + 1);
    }
    for (const [index, line] of lines.entries()) {
      const transceiver = this.#lines[index]?.transceiver;
      if (!transceiver) continue;
      transceiver.offered = { by: 'self', direction: line.direction };
      transceiver.describedStreams = transceiver.streams;
    }
    this.local = { type: 'offer', sdp };
    this.#setGeneration();
    this.#turn('have-local-offer');
    this.#gather();
  }

  #applyRemoteOffer(description: RTCSessionDescriptionInit, { ufrag, lines }: FakeSdp): void {
    if (this.signalingState === 'have-local-offer') this.#rollBack('have-local-offer');
    this.#must('stable', 'have-remote-offer');
    if (lines.length < this.#lines.length) throw new DOMException('m-lines are gone', 'InvalidAccessError');
    if (this.signalingState === 'stable') this.#before = remember(this.#lines, this.transceivers);
    for (const [index, line] of lines.entries()) {
      const known = this.#lines[index];
      if (known && (known.mid !== line.mid || known.kind !== line.kind)) throw new DOMException('m-lines differ', 'InvalidAccessError');
      let transceiver = known?.transceiver;
      if (!known && line.kind !== 'application') {
        transceiver = new FakeTransceiver(this, line.kind, 'recvonly', true);
        transceiver.mid = line.mid;
        this.transceivers.push(transceiver);
      }
      if (transceiver) {
        transceiver.offered = { by: 'other', direction: line.direction };
        this.#hear(transceiver, sends(line.direction));
      }
      if (known) continue;
      this.#lines.push({ ...line, ...(transceiver && { transceiver }) });
      this.#mids = Math.max(this.#mids, Number(line.mid) + 1);
    }
    this.remote = { type: description.type, sdp: description.sdp ?? '' };
    this.#turn('have-remote-offer');
  }

  #makeAnswer(): string {
    const offer = readSdp(this.remote?.sdp ?? '');
    const before = this.stableRemote && ufragOf(this.stableRemote);
    const ufrag = this.credentials(before !== null && before !== offer.ufrag, this.#wire);
    const lines = answeredLines(this.#lines, offer.lines);
    return (this.#lastAnswer = writeSdp({ ufrag, fingerprint: this.#fingerprint, lines }));
  }

  #applyLocalAnswer(sdp: string): void {
    this.#must('have-remote-offer');
    for (const [index, { direction }] of readSdp(sdp).lines.entries()) {
      const transceiver = this.#lines[index]?.transceiver;
      if (!transceiver) continue;
      transceiver.currentDirection = direction;
      transceiver.describedStreams = transceiver.streams;
    }
    this.local = { type: 'answer', sdp };
    this.#setGeneration();
    this.#becomeStable();
    this.#gather();
    this.#startConnecting();
  }

  #applyRemoteAnswer(description: RTCSessionDescriptionInit, { lines }: FakeSdp): void {
    this.#must('have-local-offer');
    if (lines.length !== this.#lines.length) throw new DOMException('m-lines differ', 'InvalidAccessError');
    for (const [index, { direction }] of lines.entries()) {
      const transceiver = this.#lines[index]?.transceiver;
      if (!transceiver) continue;
      transceiver.currentDirection = directionOf(receives(direction), sends(direction));
      this.#hear(transceiver, sends(direction));
    }
    this.remote = { type: description.type, sdp: description.sdp ?? '' };
    this.#becomeStable();
    this.#startConnecting();
  }

  // ---- the path

  #setGeneration(): void {
    this.#wire.byUfrag.delete(this.#ufrag);
    this.#ufrag = ufragOf(this.local);
    if (this.#ufrag !== '') this.#wire.byUfrag.set(this.#ufrag, this);
  }

  #gathered = '';
  #gather(): void {
    const usernameFragment = this.#ufrag;
    if (this.#gathered === usernameFragment) return;
    this.#gathered = usernameFragment;
    for (const candidate of candidatesOf(usernameFragment, this.#lines[0]?.mid ?? '0')) this.pace.later(() => this.onicecandidate?.({ candidate }));
  }

  #startConnecting(): void {
    // What has failed is tried again with other credentials only.
    const pair = `${ufragOf(this.local)} ${ufragOf(this.remote)}`;
    const { connectionState: before } = this;
    const isDue = pair !== this.#tried && (before === 'new' || before === 'failed');
    if (isDue) this.pace.later(() => this.connectionState === before && this.report('connecting'));
    this.#tried = pair;
    this.tryToConnect();
  }

  // ---- negotiationneeded

  #checkNegotiation(): void {
    this.pace.later(() => {
      if (this.signalingState !== 'stable' || this.#pendingOperations > 0) return;
      const hasDataLine = this.#lines.some(({ kind }) => kind === 'application');
      const needed = this.#toReplace.size > 0 || (this.channels.length > 0 && !hasDataLine) || this.transceivers.some(needsNegotiation);
      if (needed && !this.#negotiationNeeded) this.onnegotiationneeded?.();
      this.#negotiationNeeded = needed;
    });
  }
}
