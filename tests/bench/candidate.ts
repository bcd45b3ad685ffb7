// One relayed candidate through the WASM door and the whole client core (envelope, session, link), against JSON.parse
// and JSON.stringify of the same message. Target: at most 8 times.

import assert from 'node:assert/strict';
import { LoadedClientCore } from '../../bindings/machine.ts';
import type { Machine } from '../../bindings/machine.ts';
import type { ClientCommand, ClientEvent } from '../../bindings/client-types.ts';
import { loadClient } from '../../bindings/load-client.ts';
import { Trace } from '../../bindings/trace.ts';
import { measure, show } from './measure.ts';

const UFRAG = 'Ff3a';
const sdp = `v=0\r\na=fingerprint:sha-256 AA\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendrecv\r\na=ice-ufrag:${UFRAG}\r\n`;
const media = { camera: 'off', microphone: 'off', screen: 'off' };
const row = (user: string) => ({ user, session: `s-${user}`, name: user, role: 'guest', dialect: 'meetwire', media, away: false, version: 1 });

type Client = Machine<ClientEvent, ClientCommand>;

/** Carries out what the core asks in the plainest way, until it asks for nothing more. */
function drive(client: Client, now: number, first: ClientEvent): void {
  const events = [first];
  for (let event = events.shift(); event; event = events.shift()) {
    for (const command of client.handle(now, event).commands) {
      const done = answerTo(command);
      if (done) events.push(done);
    }
  }
}

function answerTo(command: ClientCommand): ClientEvent | undefined {
  switch (command.type) {
    case 'open_transport':
      return { type: 'transport_opened', attempt: command.attempt };
    case 'set_local_description':
      return {
        type: 'local_description_set', operation: command.operation, peer: command.peer, incarnation: command.incarnation,
        description: { type: 'offer', sdp: sdp.replace(UFRAG, 'own') }, slots: { 0: 'microphone', 1: 'camera' },
      };
    case 'set_remote_description':
    case 'set_track':
    case 'add_candidate':
    case 'roll_back':
      return { type: 'operation_succeeded', operation: command.operation, peer: command.peer, incarnation: command.incarnation };
    default:
      return undefined;
  }
}

const fromServer = (body: string): ClientEvent => ({ type: 'message_arrived', attempt: 1, name: 'meetwire', body });

const candidateEnvelope = (number: number, sequence: number): string =>
  JSON.stringify({
    number,
    messages: [{
      type: 'signal', from: 'bob', session: 's-bob', incarnation: 1, believed: 1, sequence, acknowledged: 1,
      candidates: [{
        candidate: `candidate:842163049 1 udp 1677729535 192.0.2.17 ${50000 + (sequence % 1000)} typ srflx raddr 10.0.0.17 rport 46154 generation 0 ufrag ${UFRAG} network-cost 999`,
        sdpMid: '0', sdpMLineIndex: 0, usernameFragment: UFRAG,
      }],
    }],
  });

/** A client that is in a room with one other, whose answer has been applied. */
function connected(core: LoadedClientCore, trace?: Trace): Client {
  const client = core.create({ room: 'bench', user: 'ada', name: 'Ada', token: '', secret: '', dialect: 'meetwire', seed: 1, iceTransportPolicy: 'all' }, trace);
  drive(client, 1000, { type: 'join_requested' });
  const welcome = { type: 'welcome', version: 1, resumed: false, self: row('ada'), members: [row('bob')], iceServers: [], secret: 's', limits: {} };
  drive(client, 1001, fromServer(JSON.stringify({ messages: [welcome] })));
  drive(client, 1100, { type: 'time_passed' });
  const answer = { type: 'signal', from: 'bob', session: 's-bob', incarnation: 1, believed: 1, sequence: 1, acknowledged: 1, answer: { offer: 1, sdp, slots: {} } };
  drive(client, 1101, fromServer(JSON.stringify({ number: 1, messages: [answer] })));
  return client;
}

// A generation holds 256 candidates, so each client takes some of them, and many clients take turns.
const perClient = 200;
const envelopes = Array.from({ length: perClient }, (_, i) => candidateEnvelope(i + 2, i + 2));

/** One candidate a call; `traced`: with the flight recorder on, as `join` has it. */
function taker(core: LoadedClientCore, traced: boolean): { take(): void; added(): number } {
  let client: Client | undefined;
  let taken = perClient;
  let added = 0;
  const take = (): void => {
    if (!client || taken === perClient) {
      client?.dispose();
      client = connected(core, traced ? new Trace('client') : undefined);
      taken = 0;
    }
    const step = client.handle(2000, fromServer(envelopes[taken++] ?? ''));
    for (const command of step.commands) {
      if (command.type !== 'add_candidate') continue;
      added++;
      client.handle(2000, { type: 'operation_succeeded', operation: command.operation, peer: 'bob', incarnation: 1 });
    }
  };
  return { take, added: () => added };
}

export async function benchCandidate(): Promise<void> {
  const core = new LoadedClientCore(await loadClient());
  const [plain, traced] = [taker(core, false), taker(core, true)];
  const text = envelopes[0] ?? '';
  const calls = perClient * 5;
  const bare = () => void JSON.stringify(JSON.parse(text));
  const { core: ours, json } = measure({ core: plain.take, json: bare }, calls, 15);
  // In rounds of its own: what a trace keeps is for the collector to walk, in whoever's round it does.
  const { core: recorded } = measure({ core: traced.take, json: bare }, calls, 15);
  assert.deepEqual([plain.added(), traced.added()], [calls * 17, calls * 17], 'every candidate must have reached the browser');
  assert(ours && recorded && json);
  console.log(`one relayed candidate (${text.length} bytes), the operation's end included`);
  console.log(`  door and client core   ${show(ours)}`);
  console.log(`  with its trace kept    ${show(recorded)}`);
  console.log(`  JSON.parse + stringify ${show(json)}`);
  console.log(`  ratio                  ${(ours.median / json.median).toFixed(2)} (target: at most 8)`);
}
