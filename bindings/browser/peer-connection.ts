// One RTCPeerConnection, spoken to in slots rather than transceivers. Nothing else in Meetwire names that interface.
// Decides nothing about negotiation; a slot's track and its transceiver are kept together here, because only the
// browser knows m-line ids before the core does.

import type { Candidate, Description, Priority, Slot, SlotsByMid } from '../client-types.ts';
import type { Peer, PeerData, PeerEvents, PeerGauge, PeerPort } from '../ports.ts';
import { PageText } from './page-text.ts';

export type PeerConnectionConstructor = new (configuration?: RTCConfiguration) => RTCPeerConnection;

interface SlotEntry {
  transceiver: RTCRtpTransceiver | undefined;
  track: MediaStreamTrack | null;
  /** Not yet told to the sender. */
  priority: Priority | undefined;
}

const kindOf = (slot: Slot): 'audio' | 'video' => (slot === 'camera' || slot === 'screen' ? 'video' : 'audio');

export interface PeerPortOptions {
  /** Default: the browser's. */
  PeerConnection?: PeerConnectionConstructor;
  /** A stream without tracks: each slot gets an id of its own, so that no browser keeps a face and a screen in step. */
  stream(): MediaStream;
  /** For failures that belong to no operation. */
  report(error: unknown): void;
}

export function peerPort(options: PeerPortOptions): PeerPort {
  return {
    open(command, events) {
      const PeerConnection = options.PeerConnection ?? RTCPeerConnection;
      const connection = new PeerConnection({
        iceServers: JSON.parse(command.iceServers || '[]') as RTCIceServer[],
        iceTransportPolicy: command.iceTransportPolicy as RTCIceTransportPolicy,
        bundlePolicy: 'max-bundle',
      });
      const data = command.controlChannel ? dataOf(connection, events) : undefined;
      const text = command.textChannel ? new PageText(connection, command.textChannel, (words) => events.textArrived(words)) : undefined;
      return new BrowserPeer(connection, events, options, data, text);
    },
  };
}

// Until somebody takes the control channel over: so many messages, of so many characters each. A peer that says more
// before we could even answer is not listened to.
const earlyMax = 64;
const earlyLengthMax = 4096;

function dataOf(connection: RTCPeerConnection, events: PeerEvents): PeerData {
  const control = connection.createDataChannel('meetwire', { negotiated: true, id: 0 });
  const early: string[] = [];
  control.onmessage = ({ data }) => {
    // Whatever is no text has no length.
    if (!(data.length <= earlyLengthMax) || early.push(data as string) > earlyMax) control.close();
    events.dataArrived();
  };
  // Ours are all negotiated. Whoever opens others is none of us, however many they are.
  connection.ondatachannel = ({ channel }) => channel.close();
  return { connection, control, early };
}

// They repeat themselves for each interface and each restart.
const iceErrorsMax = 32;

class BrowserPeer implements Peer {
  readonly data: PeerData | undefined;
  readonly gauge: PeerGauge;
  readonly #connection: RTCPeerConnection;
  readonly #events: PeerEvents;
  readonly #options: PeerPortOptions;
  readonly #text: PageText | undefined;
  readonly #slots = new Map<Slot, SlotEntry>();
  #answeringAgain = false;
  #onlyStream: MediaStream | undefined;

  constructor(connection: RTCPeerConnection, events: PeerEvents, options: PeerPortOptions, data: PeerData | undefined, text: PageText | undefined) {
    this.data = data;
    this.#text = text;
    this.#connection = connection;
    this.#events = events;
    this.#options = options;
    const iceErrors: RTCPeerConnectionIceErrorEvent[] = [];
    this.gauge = { connection, iceErrors, transceiver: (slot) => this.#slots.get(slot)?.transceiver };
    connection.onicecandidateerror = (error) => {
      if (iceErrors.length < iceErrorsMax) iceErrors.push(error);
    };
    connection.onnegotiationneeded = () => {
      // While answering again an offer is about to be made, which covers whatever is needed.
      if (!this.#answeringAgain) events.negotiationNeeded();
    };
    connection.onconnectionstatechange = () => {
      events.connectionChanged(connection.connectionState);
      // Where nobody says that he leaves, this shows it at once; ICE takes seconds.
      if (!data && connection.connectionState === 'connected') watchForClosing(connection, events);
    };
    connection.onicecandidate = ({ candidate }) => {
      // Null, or an empty one, is the end of candidates, which no dialect sends.
      if (candidate?.candidate) events.candidateGathered(plainCandidate(candidate));
    };
  }

  addSlot(slot: Slot, priority: Priority): void {
    const entry = this.#entry(slot);
    if (entry.transceiver) return;
    const transceiver = this.#connection.addTransceiver(entry.track ?? kindOf(slot), {
      direction: 'sendrecv',
      streams: [this.#stream()],
      sendEncodings: [{ priority, networkPriority: priority }],
    });
    this.#take(slot, entry, transceiver);
  }

  bindSlot(slot: Slot, mid: string, priority: Priority): void {
    const transceiver = this.#connection.getTransceivers().find((each) => each.mid === mid);
    if (!transceiver) return this.#options.report(new Error(`No transceiver has the mid ${mid}`));
    // What the remote offer made would only receive; the answer has to say that this side may send too.
    transceiver.direction = 'sendrecv';
    const entry = this.#entry(slot);
    const before = entry.transceiver;
    if (before === transceiver) return;
    if (before) this.#giveUp(before);
    // Older browsers cannot do this; the slot is told by the mid anyway.
    transceiver.sender.setStreams?.(this.#stream());
    entry.priority = priority;
    this.#take(slot, entry, transceiver);
    if (entry.track) this.#replace(transceiver, entry.track);
  }

  async setTrack(slot: Slot, track: MediaStreamTrack | null): Promise<void> {
    const entry = this.#entry(slot);
    entry.track = track;
    await entry.transceiver?.sender.replaceTrack(track);
  }

  async setLocalDescription(): Promise<{ description: Description; slots: SlotsByMid }> {
    const connection = this.#connection;
    await this.#answerAgain();
    await setImplicitly(connection);
    const description = connection.localDescription;
    if (!description) throw new Error('The description was taken back meanwhile');
    const slots: SlotsByMid = {};
    for (const [slot, entry] of this.#slots) {
      if (!entry.transceiver?.mid) continue;
      slots[entry.transceiver.mid] = slot;
      // Before the answer some browsers have nothing yet that could have a priority.
      if (entry.priority) prioritize(entry.transceiver.sender, entry.priority);
      entry.priority = undefined;
    }
    return { description: { type: description.type as Description['type'], sdp: description.sdp }, slots };
  }

  setRemoteDescription(description: Description): Promise<void> {
    return this.#connection.setRemoteDescription(description);
  }

  rollBack(): Promise<void> {
    return this.#connection.setLocalDescription({ type: 'rollback' });
  }

  addCandidate(candidate: Candidate): Promise<void> {
    return this.#connection.addIceCandidate(candidate);
  }

  setIceServers(iceServers: string): void {
    // All else has to be as it was.
    this.#connection.setConfiguration({ ...this.#connection.getConfiguration(), iceServers: JSON.parse(iceServers || '[]') as RTCIceServer[] });
  }

  restartIce(): void {
    this.#connection.restartIce();
  }

  sendText(text: string): void {
    this.#text?.send(text);
  }

  close(): void {
    const connection = this.#connection;
    connection.ondatachannel = null;
    connection.onnegotiationneeded = null;
    connection.onconnectionstatechange = null;
    connection.onicecandidate = null;
    connection.close();
    for (const [slot, { transceiver }] of this.#slots) {
      if (transceiver) this.#events.remoteTrackChanged(slot, undefined);
    }
    this.#slots.clear();
  }

  // Before an offer that follows an answer, the same offer of the peer's is answered once more, to nobody.
  // Chromium (seen with 156) notes what an answer changed, for taking it back, and forgets to drop the notes: if the
  // next own offer is rolled back, it also undoes the answer's m-lines, and what they receive is decoded but never
  // shown again. Reaching stable a second time drops them. Nothing of it goes out, and other browsers do not mind.
  async #answerAgain(): Promise<void> {
    const connection = this.#connection;
    const offer = connection.currentRemoteDescription;
    if (connection.signalingState !== 'stable' || offer?.type !== 'offer') return;
    this.#answeringAgain = true;
    try {
      await connection.setRemoteDescription(offer);
      await setImplicitly(connection);
    } finally {
      this.#answeringAgain = false;
    }
  }

  // Pages of others show the last stream that came, whole: a microphone with one of its own would take the picture's place.
  #stream(): MediaStream {
    return this.data ? this.#options.stream() : (this.#onlyStream ??= this.#options.stream());
  }

  #entry(slot: Slot): SlotEntry {
    let entry = this.#slots.get(slot);
    if (!entry) this.#slots.set(slot, (entry = { transceiver: undefined, track: null, priority: undefined }));
    return entry;
  }

  #take(slot: Slot, entry: SlotEntry, transceiver: RTCRtpTransceiver): void {
    entry.transceiver = transceiver;
    this.#events.remoteTrackChanged(slot, transceiver.receiver.track);
  }

  // One that never had an m-line vanishes when stopped; one that has keeps its place and falls silent.
  #giveUp(transceiver: RTCRtpTransceiver): void {
    if (transceiver.mid === null) transceiver.stop();
    else this.#replace(transceiver, null);
  }

  #replace(transceiver: RTCRtpTransceiver, track: MediaStreamTrack | null): void {
    transceiver.sender.replaceTrack(track).catch((error: unknown) => this.#options.report(error));
  }
}

// The other end was closed, not lost: DTLS says so. To the connection's own state that is no change.
function watchForClosing(connection: RTCPeerConnection, events: PeerEvents): void {
  const senders = connection.getTransceivers().map(({ sender }) => sender.transport);
  const transport = senders.find((each) => each) ?? connection.sctp?.transport;
  if (!transport) return;
  transport.onstatechange = () => {
    if (transport.state === 'closed' && connection.signalingState !== 'closed') events.connectionChanged('disconnected');
  };
}

// As `sendEncodings` for what the other side added. A browser that knows no priorities does without.
function prioritize(sender: RTCRtpSender, priority: Priority): void {
  const parameters = sender.getParameters?.();
  const encoding = parameters?.encodings?.[0];
  if (!encoding) return;
  Object.assign(encoding, { priority, networkPriority: priority });
  sender.setParameters(parameters).catch(() => {});
}

// Runtimes outside of browsers may want to be given the description.
async function setImplicitly(connection: RTCPeerConnection): Promise<void> {
  try {
    await connection.setLocalDescription();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const answers = connection.signalingState === 'have-remote-offer';
    await connection.setLocalDescription(await (answers ? connection.createAnswer() : connection.createOffer()));
  }
}

function plainCandidate({ candidate, sdpMid, sdpMLineIndex, usernameFragment }: RTCIceCandidate): Candidate {
  return {
    candidate,
    ...(sdpMid != null && { sdpMid }),
    ...(sdpMLineIndex != null && { sdpMLineIndex }),
    ...(usernameFragment != null && { usernameFragment }),
  };
}
