// The peer port against RTCPeerConnections that keep to the specification.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Candidate, CommandOf, Slot } from '../../bindings/client-types.ts';
import type { Peer } from '../../bindings/ports.ts';
import { peerPort } from '../../bindings/browser/peer-connection.ts';
import { FakeStream, FakeTrack, asStream, asTrack } from '../../web/testing/fake-media.ts';
import { tick } from '../support/waiting.ts';
import type { FakePeerConnection } from '../../web/testing/fake-peer-connection.ts';
import { FakeWire } from '../../web/testing/fake-wire.ts';
import { until } from '../support/waiting.ts';

let wire: FakeWire;

beforeEach(() => {
  wire = new FakeWire();
});

interface End {
  peer: Peer;
  connection: FakePeerConnection;
  heard: string[];
  candidates: Candidate[];
  remote: Map<Slot, MediaStreamTrack | undefined>;
  reported: unknown[];
}

function open(command: Partial<CommandOf<'open_peer'>> = {}): End {
  const heard: string[] = [];
  const candidates: Candidate[] = [];
  const remote = new Map<Slot, MediaStreamTrack | undefined>();
  const reported: unknown[] = [];
  const port = peerPort({
    PeerConnection: wire.PeerConnection,
    stream: () => asStream(new FakeStream()),
    report: (error) => void reported.push(error),
  });
  const peer = port.open(
    { type: 'open_peer', peer: 'x', incarnation: 1, iceServers: '[]', iceTransportPolicy: 'all', controlChannel: true, textChannel: '', ...command },
    {
      negotiationNeeded: () => void heard.push('needed'),
      candidateGathered: (candidate) => void candidates.push(candidate),
      connectionChanged: (state) => void heard.push(state),
      remoteTrackChanged: (slot, track) => void remote.set(slot, track),
      dataArrived: () => void heard.push('data'),
      textArrived: (text) => void heard.push(`text ${text}`),
    },
  );
  const connection = [...wire.open].at(-1) as FakePeerConnection;
  return { peer, connection, heard, candidates, remote, reported };
}

/** One round of offer and answer; the answerer binds what the offer names. */
async function negotiate(from: End, to: End): Promise<void> {
  const offer = await from.peer.setLocalDescription();
  assert.equal(offer.description.type, 'offer');
  await to.peer.setRemoteDescription(offer.description);
  for (const [mid, slot] of Object.entries(offer.slots)) to.peer.bindSlot(slot, mid, 'low');
  const answer = await to.peer.setLocalDescription();
  assert.equal(answer.description.type, 'answer');
  assert.deepEqual(answer.slots, offer.slots);
  await from.peer.setRemoteDescription(answer.description);
}

async function exchangeCandidates(a: End, b: End): Promise<void> {
  // What was gathered for an offer that was taken back is of no use to anybody.
  const current = ({ connection, candidates }: End): Candidate[] =>
    candidates.filter(({ usernameFragment = '?' }) => connection.localDescription?.sdp?.includes(`ice-ufrag:${usernameFragment}\r`));
  await until('both have gathered', () => current(a).length > 0 && current(b).length > 0);
  for (const candidate of current(a)) await b.peer.addCandidate(candidate);
  for (const candidate of current(b)) await a.peer.addCandidate(candidate);
}

describe('peer connection', () => {
  test('is made with the servers, the policy, one bundle, and a channel of our own', () => {
    const { connection } = open({ iceServers: '[{"urls":"stun:s"}]', iceTransportPolicy: 'relay' });
    assert.deepEqual(connection.configuration, {
      iceServers: [{ urls: 'stun:s' }],
      iceTransportPolicy: 'relay',
      bundlePolicy: 'max-bundle',
    });
    const channels = connection.channels.map(({ label, options }) => ({ label, options }));
    assert.deepEqual(channels, [{ label: 'meetwire', options: { negotiated: true, id: 0 } }]);
    assert.deepEqual(open({ controlChannel: false }).connection.channels, []);
    assert.throws(() => open({ iceServers: '{' }));
  });

  test('what comes on the control channel before anybody listens is kept in order, within bounds', () => {
    const early = (...given: unknown[]): { kept: readonly string[] | undefined; heard: string[]; state: string | undefined } => {
      const { connection, peer, heard } = open();
      const [control] = connection.channels;
      for (const data of given) control?.onmessage?.({ data: data as string });
      return { kept: peer.data?.early, heard, state: control?.readyState };
    };
    const few = early('one', 'two');
    assert.deepEqual([few.kept, few.heard, few.state], [['one', 'two'], ['data', 'data'], 'connecting']);
    const flood = Array.from({ length: 65 }, (_, at) => String(at));
    assert.equal(early(...flood.slice(1)).state, 'connecting');
    assert.equal(early(...flood).state, 'closing');
    assert.equal(early('x'.repeat(4096)).state, 'connecting');
    assert.equal(early('x'.repeat(4097)).state, 'closing');
    assert.equal(early(new ArrayBuffer(1)).state, 'closing');
    assert.equal(open({ controlChannel: false }).peer.data, undefined);
  });

  test('slots get m-lines, both sides name them alike, and media flows both ways', async () => {
    const [ada, ben] = [open(), open()];
    const [face, voice, reply] = [new FakeTrack('video'), new FakeTrack('audio'), new FakeTrack('video')].map(asTrack);
    ada.peer.addSlot('camera', 'low');
    await ada.peer.setTrack('camera', face as MediaStreamTrack);
    await ada.peer.setTrack('microphone', voice as MediaStreamTrack); // before its transceiver: remembered
    ada.peer.addSlot('microphone', 'low');
    await ben.peer.setTrack('camera', reply as MediaStreamTrack);
    await tick();
    assert.deepEqual(ada.heard, ['needed']);
    await negotiate(ada, ben);
    await exchangeCandidates(ada, ben);
    await until('they are connected', () => ada.heard.includes('connected') && ben.heard.includes('connected'));
    assert.equal(wire.sentInto(ben.remote.get('camera')), face);
    assert.equal(wire.sentInto(ben.remote.get('microphone')), voice);
    assert.equal(wire.sentInto(ada.remote.get('camera')), reply);
    assert.equal(wire.sentInto(ada.remote.get('microphone')), null);
    assert.ok(ada.candidates.every(({ candidate }) => candidate !== ''));
    assert.deepEqual([...ada.reported, ...ben.reported], []);
    // Nothing of it leaves a further negotiation to be done.
    await tick();
    assert.deepEqual(ben.heard.filter((event) => event === 'needed'), ['needed']); // its own channel, before the offer
  });

  test('A1: in a collision the own slot moves to the m-line of the other\'s offer, with its track', async () => {
    const [ada, ben] = [open(), open()];
    const [one, two] = [asTrack(new FakeTrack('video')), asTrack(new FakeTrack('video'))];
    ada.peer.addSlot('camera', 'low');
    ben.peer.addSlot('camera', 'low');
    await ada.peer.setTrack('camera', one);
    await ben.peer.setTrack('camera', two);
    const adas = await ada.peer.setLocalDescription();
    await ben.peer.setLocalDescription();
    await ben.peer.rollBack();
    await ben.peer.setRemoteDescription(adas.description);
    for (const [mid, slot] of Object.entries(adas.slots)) ben.peer.bindSlot(slot, mid, 'low');
    await tick();
    const answer = await ben.peer.setLocalDescription();
    assert.deepEqual(answer.slots, adas.slots);
    await ada.peer.setRemoteDescription(answer.description);
    await exchangeCandidates(ada, ben);
    await until('they are connected', () => ben.heard.includes('connected'));
    assert.equal(wire.sentInto(ada.remote.get('camera')), two);
    assert.equal(wire.sentInto(ben.remote.get('camera')), one);
    assert.equal(ben.connection.getTransceivers().length, 1);
    await tick();
    assert.equal(ben.heard.at(-1), 'connected', 'nothing is left to negotiate');
  });

  test('changing or taking away a track negotiates nothing', async () => {
    const [ada, ben] = [open(), open()];
    ada.peer.addSlot('camera', 'low');
    await negotiate(ada, ben);
    await exchangeCandidates(ada, ben);
    await tick();
    const before = [...ada.heard].filter((event) => event === 'needed').length;
    for (const track of [asTrack(new FakeTrack('video')), null, asTrack(new FakeTrack('video'))]) {
      await ada.peer.setTrack('camera', track);
    }
    await tick();
    assert.equal(ada.heard.filter((event) => event === 'needed').length, before);
    await assert.rejects(ada.peer.setTrack('camera', asTrack(new FakeTrack('audio'))), TypeError);
  });

  test('C5: an ICE restart makes a new generation and connects again', async () => {
    const [ada, ben] = [open(), open()];
    await negotiate(ada, ben);
    await exchangeCandidates(ada, ben);
    await until('they are connected', () => ada.heard.includes('connected'));
    ada.connection.report('failed');
    ben.connection.report('failed');
    const [before] = ada.candidates;
    ada.candidates.length = ben.candidates.length = 0;
    ada.peer.restartIce();
    await negotiate(ada, ben);
    await exchangeCandidates(ada, ben);
    assert.notEqual(ada.candidates[0]?.usernameFragment, before?.usernameFragment);
    await until('they are connected again', () => ada.heard.at(-1) === 'connected' && ben.heard.at(-1) === 'connected');
  });

  test('what the browser refuses is refused by its own error', async () => {
    const { peer, reported } = open();
    await assert.rejects(peer.setRemoteDescription({ type: 'answer', sdp: 'v=0\r\n' }), { name: 'InvalidStateError' });
    await assert.rejects(peer.setRemoteDescription({ type: 'offer', sdp: 'rubbish' }), { name: 'OperationError' });
    await assert.rejects(peer.addCandidate({ candidate: 'candidate:1', sdpMid: '0' }), { name: 'InvalidStateError' });
    peer.bindSlot('camera', '7', 'low');
    assert.equal(reported.length, 1);
  });

  test('after close nothing is called back, and the remote tracks are gone', async () => {
    const [ada, ben] = [open(), open()];
    ada.peer.addSlot('camera', 'low');
    await negotiate(ada, ben);
    ada.peer.close();
    assert.equal(ada.remote.get('camera'), undefined);
    assert.ok(ada.remote.has('camera'));
    const heard = ada.heard.length;
    ada.connection.report('failed');
    ada.connection.onnegotiationneeded?.();
    ada.connection.onconnectionstatechange?.();
    ada.connection.onicecandidate?.({ candidate: { candidate: 'candidate:9' } as RTCIceCandidate });
    const gathered = ada.candidates.filter(({ candidate }) => candidate === 'candidate:9');
    assert.deepEqual(gathered, []);
    await tick();
    assert.equal(ada.heard.length, heard);
    assert.equal(wire.open.has(ada.connection), false);
  });

  test('a runtime that wants its description given gets it', async () => {
    const { peer, connection } = open();
    const real = connection.setLocalDescription.bind(connection);
    connection.setLocalDescription = async (description) => {
      if (!description) throw new TypeError('1 argument required');
      return real(description);
    };
    peer.addSlot('microphone', 'low');
    const { description, slots } = await peer.setLocalDescription();
    assert.equal(description.type, 'offer');
    assert.deepEqual(Object.values(slots), ['microphone']);
    assert.ok(connection.log.includes('createOffer'));
  });
});
