// Redaction as a property, over random talk from seeds: no secret that went in stands in the trace, and the trace
// still replays to exactly its own commands.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { ClientCommand, ClientEvent, RoomAction } from '../../bindings/client-types.ts';
import type { RoomEvent } from '../../bindings/room-types.ts';
import { loadClient } from '../../bindings/load-client.ts';
import { loadLegacyClient } from '../../bindings/load-legacy.ts';
import { loadRoom } from '../../bindings/load-room.ts';
import { LoadedClientCore, LoadedRoomCore } from '../../bindings/machine.ts';
import { redactor } from '../../bindings/redact.ts';
import { Trace } from '../../bindings/trace.ts';
import { replay } from '../../web/server/replay/replay.ts';
import { readTrace } from '../../web/server/replay/trace-file.ts';
import { SecretTalk } from '../support/secret-talk.ts';

const seeds = Array.from({ length: Number(process.env['MEETWIRE_SEEDS'] ?? 80) }, (_, index) => index + 1);
const stepsPerSeed = 60;

let clients: LoadedClientCore;
let legacyClients: LoadedClientCore;
let rooms: LoadedRoomCore;
before(async () => {
  clients = new LoadedClientCore(await loadClient());
  legacyClients = new LoadedClientCore(await loadLegacyClient());
  rooms = new LoadedRoomCore(await loadRoom());
});

const media = { camera: 'off', microphone: 'on', screen: 'off' };
const row = (user: string): object => ({ user, session: `session-of-${user}`, name: user.toUpperCase(), role: 'guest', dialect: 'meetwire', media, away: false, attributes: { seat: '' }, hand: 1, asksForFloor: false, crossings: 0, version: 1 });
const own = (talk: SecretTalk): object => ({ [talk.pick('seat', 'name', 'user')]: talk.pick(talk.secret(), ''), plan: talk.secret() });
const actions = ['set-name', 'set-attributes', 'raise-hand', 'lower-hand', 'react', 'ask-for-floor', 'lower-hand-of', 'set-metadata', 'mute-for', 'mute-for-all', 'lock', 'unlock', 'remove', 'give-role', 'grant-floor', 'refuse-floor', 'admit', 'deny', 'admit-all', 'open-lobby', 'close-lobby'];
const callStates = ['calling', 'ringing', 'connected', 'ended'];
const callOutcomes = ['pending', 'accepted', 'rejected', 'busy', 'cancelled', 'timed-out', 'unavailable', 'hung-up', 'gone'];
const signal = (talk: SecretTalk, sequence: number, body: object): object => ({
  type: 'signal', from: 'bob', to: 'bob', session: 'session-of-bob', incarnation: 1, believed: talk.below(2), sequence, acknowledged: talk.below(3), ...body,
});

function serverMessage(talk: SecretTalk, sequence: number): object {
  const ufrag = talk.pick('ufA1', 'ufB2');
  return talk.pick<() => object>(
    () => ({ type: 'welcome', version: 1, resumed: talk.below(2) === 0, self: row('ada'), members: [row('bob')], iceServers: talk.iceServers(), secret: talk.secret(), limits: {}, history: [{ from: 'bob', id: `chat-${talk.below(5)}`, text: talk.secret(), at: 5 }] }),
    () => signal(talk, sequence, { offer: { sdp: talk.sdp(ufrag), slots: { 0: 'microphone' } } }),
    () => signal(talk, sequence, { answer: { offer: 1, sdp: talk.sdp(ufrag), slots: { 0: 'microphone' } } }),
    () => signal(talk, sequence, { candidates: [talk.candidate(ufrag), talk.candidate(ufrag)] }),
    () => ({ type: 'typing', from: 'bob', on: talk.below(2) === 0 }),
    () => ({ type: 'chat', message: { from: 'bob', id: `chat-${talk.below(5)}`, text: talk.secret(), at: 5 } }),
    () => ({ type: 'joined', member: row('cem') }),
    () => ({ type: 'call', call: { id: `k${talk.below(3)}`, from: 'bob', to: 'ada', state: talk.pick(...callStates), outcome: talk.pick(...callOutcomes), reason: talk.secret(), replaces: talk.pick('', 'k1') } }),
    () => ({ type: 'changed', member: { ...row(talk.pick('bob', 'ada')), attributes: own(talk), version: sequence } }),
    () => ({ type: 'room', room: { locked: false, lobby: true, metadata: own(talk) } }),
    () => ({ type: 'reacted', from: talk.pick('bob', 'ada'), text: talk.secret() }),
    () => ({ type: 'mute-asked', from: 'bob', source: 'camera' }),
    () => ({ type: talk.pick('knocked', 'knock-ended'), user: 'kim', knock: { user: 'kim', name: 'Kim' } }),
    () => ({ type: 'request-settled', id: `r${talk.below(60)}` }),
    () => ({ type: 'of-the-future', whatever: talk.secret(), list: [talk.secret(), { id: 'x' }, talk.secret()] }),
    () => ({ type: 'problem', error: { code: 'rate-limited', detail: `from ${talk.address()}` } }),
  )();
}

function classicFrame(talk: SecretTalk): [name: string, payload: unknown] {
  const id = { userId: 'bob', targetUid: 'ada' };
  return talk.pick<() => [string, unknown]>(
    () => ['msg', { type: 'chat', id: `c${talk.below(9)}`, from: 'bob', name: 'Bob', text: talk.secret() }],
    () => ['msg', { msg: talk.secret(), userId: 'eve' }],
    () => ['msg', talk.secret()],
    () => ['msg', { type: 'join', msg: 'bob join then room', status: 200, data: talk.pick(null, { userId: 'bob', nickname: 'Bob', note: talk.secret(), msg: talk.secret() }) }],
    () => ['msg', { type: 'offer', msg: 'rtc offer', status: 200, data: { ...id, offer: { type: 'offer', sdp: talk.sdp('ufA1') } } }],
    () => ['msg', { type: 'candidate', msg: 'ice candidate', status: 200, data: { ...id, candidate: talk.candidate('ufA1') } }],
    () => ['offer', { ...id, offer: { type: 'offer', sdp: talk.sdp('ufA1') }, extra: talk.secret() }],
    () => ['applyMic', { targetUid: 'bob', roomId: 'r', msg: talk.secret(), reasons: [{ why: talk.secret() }, talk.secret()] }],
    () => ['roomUserList', talk.pick<unknown>({ roomId: 'r' }, { bob: JSON.stringify({ userId: 'bob', roomId: 'r', nickname: 'Bob', note: talk.secret() }) }, [{ userId: 'bob', nickname: 'Bob' }])],
  )();
}

function codelabFrame(talk: SecretTalk): [name: string, payload: unknown] {
  return talk.pick<() => [string, unknown]>(
    () => [talk.pick('created', 'joined', 'join', 'ready', 'create or join'), 'r'],
    () => ['bye', talk.pick('r', null)],
    () => ['message', talk.pick<unknown>('got user media', 'bye', talk.secret())],
    () => ['message', { type: talk.pick('offer', 'answer'), sdp: talk.sdp('ufA1'), extra: talk.secret() }],
    () => ['message', { type: 'candidate', label: 0, id: '0', ...talk.candidate('ufA1') }],
    () => ['log', ['Message from server:', talk.secret()]],
  )();
}

const browserError = (talk: SecretTalk): object => ({
  errorName: 'OperationError', errorMessage: `Failed to parse SessionDescription. a=ice-pwd:${'x'} ${talk.sdp('ufA1').split('\r\n').join(' ')} Invalid SDP line.`,
});

function answerTo(talk: SecretTalk, command: ClientCommand): ClientEvent | undefined {
  if (command.type === 'open_transport') return { type: 'transport_opened', attempt: command.attempt };
  if (command.type === 'capture') return { type: 'capture_succeeded', operation: command.operation, tracks: [{ slot: 'camera', track: 'track-1', device: talk.secret() }] };
  if (!('operation' in command) || !('peer' in command)) return undefined;
  const { operation, peer, incarnation } = command;
  if (talk.below(12) === 0) return { type: 'operation_failed', operation, peer, incarnation, ...browserError(talk) } as ClientEvent;
  if (command.type !== 'set_local_description') return { type: 'operation_succeeded', operation, peer, incarnation };
  return { type: 'local_description_set', operation, peer, incarnation, description: { type: 'offer', sdp: talk.sdp('ownA') }, slots: { 0: 'microphone' } };
}

function clientEvent(talk: SecretTalk, attempt: number, index: number): ClientEvent {
  const [name, payload] = classicFrame(talk);
  return talk.pick<() => ClientEvent>(
    () => ({ type: 'message_arrived', attempt, name: 'meetwire', body: talk.body({ number: index, messages: [serverMessage(talk, 1 + talk.below(4)), serverMessage(talk, 1 + talk.below(4))] }) }),
    () => ({ type: 'message_arrived', attempt, name, body: talk.body(payload) }),
    () => {
      const [event, argument] = codelabFrame(talk);
      return { type: 'message_arrived', attempt, name: event, body: talk.body(argument) };
    },
    () => ({ type: 'chat_requested', request: index, id: `own-${index}`, text: talk.secret() }),
    () => ({ type: 'call_requested', request: index, id: `k${talk.below(3)}`, to: 'bob', timeoutMs: 0 }),
    () => ({ type: 'call_accepted', request: index, id: `k${talk.below(3)}` }),
    () => ({ type: 'call_ended', request: index, id: `k${talk.below(3)}`, reason: talk.secret() }),
    () => ({ type: 'room_requested', request: index, id: `r${index}`, action: talk.pick(...actions) as RoomAction, user: 'bob', name: 'Robert', text: talk.secret(), values: own(talk) as Record<string, string>, role: 'guest', source: 'camera' }),
    () => ({ type: 'source_requested', request: index, source: 'camera', wanted: 'on', constraints: JSON.stringify({ deviceId: talk.secret() }), device: talk.secret(), lent: [] }),
    () => ({ type: 'candidate_gathered', peer: 'bob', incarnation: 1, candidate: talk.candidate('ownA') as never }),
    () => ({ type: 'transport_closed', attempt, reason: talk.pick('transport close', `connect ${talk.address()} failed`) }),
    () => ({ type: 'time_passed' }),
  )();
}

function talkToClient(talk: SecretTalk): Trace {
  const trace = new Trace('client');
  const dialect = talk.pick('auto', 'meetwire', 'classic', 'codelab') as 'auto';
  const machine = (/^c/.test(dialect) ? legacyClients : clients).create({ room: 'r', user: 'ada', name: 'Ada', token: talk.secret(), secret: talk.secret(), dialect, seed: 7, iceServers: JSON.stringify(talk.iceServers()), iceTransportPolicy: 'all' }, trace);
  let now = 1_000;
  let attempt = 0;
  const events: ClientEvent[] = [{ type: 'join_requested' }];
  for (let index = 1; index <= stepsPerSeed; index++) {
    for (let event = events.shift(); event; event = events.shift()) {
      for (const command of machine.handle((now += talk.below(4_000)), event).commands) {
        if (command.type === 'open_transport') attempt = command.attempt;
        const answer = answerTo(talk, command);
        if (answer) events.push(answer);
      }
    }
    // So that there is a meeting at all, most of the time.
    if (index % 20 === 1) events.push({ type: 'message_arrived', attempt, name: 'meetwire', body: talk.written({ messages: [{ ...serverMessage(new SecretTalk(1), 1), type: 'welcome', version: 1, self: row('ada'), members: [row('bob')], secret: talk.secret(), iceServers: talk.iceServers() }] }) });
    events.push(clientEvent(talk, attempt, index));
  }
  machine.dispose();
  return trace;
}

function clientMessage(talk: SecretTalk, user: string): object {
  const to = user === 'ada' ? 'bob' : 'ada';
  return talk.pick<() => object>(
    () => ({ type: 'hello', versions: [1, 1], room: 'r', user, name: user, token: talk.secret(), media, ...(talk.below(3) === 0 && { resume: talk.secret(), received: 0 }) }),
    () => ({ type: 'chat', id: `c${talk.below(9)}`, text: talk.secret(), ...(talk.below(2) === 0 && { to }) }),
    () => ({ ...serverMessage(talk, 1 + talk.below(4)), to, session: undefined }),
    () => ({ type: 'media', media }),
    () => ({ type: 'request', id: `r${talk.below(200)}`, action: talk.pick(...actions), user: to, name: `${user}-${talk.below(3)}`, text: talk.secret(), values: own(talk), role: talk.pick('host', 'guest', 'viewer'), source: 'microphone' }),
    () => ({ type: 'call', reason: talk.secret(), id: `k${talk.below(3)}`, to, action: talk.pick('request', 'accept', 'end', 'ask') }),
  )();
}

function talkToRoom(talk: SecretTalk): Trace {
  const trace = new Trace('room');
  const machine = rooms.create({ iceServers: JSON.stringify(talk.iceServers()), authorize: talk.below(2) === 0 }, trace);
  let now = 1_700_000_000_000;
  const tell = (event: RoomEvent): void => {
    for (const command of machine.handle((now += talk.below(800)), event).commands) {
      if (command.type === 'authorize') tell({ type: 'authorized', operation: command.operation, allowed: true, role: 'guest' });
    }
  };
  const people: [string, string, 'meetwire' | 'classic' | 'codelab'][] = [['1', 'ada', 'meetwire'], ['2', 'bob', 'meetwire'], ['3', 'eve', 'classic'], ['4', 'bob', 'meetwire'], ['5', '', 'codelab'], ['6', '', 'codelab']];
  for (const [connection, user, dialect] of people) {
    tell({ type: 'connection_opened', connection, session: `session-${connection}`, secret: talk.secret(), address: talk.address(), dialect, ...(dialect === 'classic' && { user, room: 'r', name: 'Eve' }) });
    if (dialect === 'codelab') tell({ type: 'frame_arrived', connection, name: 'create or join', body: '"page"' });
    if (dialect === 'meetwire') tell({ type: 'frame_arrived', connection, name: 'meetwire', body: talk.written({ messages: [{ type: 'hello', versions: [1, 1], room: 'r', user, name: user, token: talk.secret() }] }) });
  }
  for (let index = 0; index < stepsPerSeed; index++) {
    const [connection, user, dialect] = talk.pick(...people);
    // As if it were the server, which alone announces anything.
    const forged: [string, unknown] = ['msg', { type: 'join', msg: talk.secret() }];
    const [name, payload] = dialect === 'codelab' ? codelabFrame(talk) : dialect === 'classic' ? talk.pick(() => forged, () => classicFrame(talk), () => classicFrame(talk))() : ['meetwire', { received: talk.below(9), messages: [clientMessage(talk, user), clientMessage(talk, user)] }];
    tell({ type: 'frame_arrived', connection, name, body: talk.body(payload) });
    if (talk.below(20) === 0) tell({ type: 'connection_closed', connection, deliberate: false });
  }
  machine.dispose();
  return trace;
}

/** What must not be found: the secret's parts between the characters that stay as they are. */
const parts = (secret: string): string[] => secret.split(/[\0-\x1f"\\/]/).filter((part) => [...part].length >= 6);

describe('redaction', () => {
  for (const [machine, talkTo] of [['client', talkToClient], ['room', talkToRoom]] as const) {
    test(`of a ${machine}'s trace: no secret is left, and it replays (seeds 1 to ${seeds.length})`, async () => {
      let looked = 0;
      for (const seed of seeds) {
        const talk = new SecretTalk(seed);
        const text = talkTo(talk).text(redactor);
        for (const part of talk.secrets.flatMap(parts)) {
          assert.ok(!text.includes(part), `seed ${seed}: ${JSON.stringify(part)} stands in the trace: …${text.slice(Math.max(0, text.indexOf(part) - 200), text.indexOf(part) + 60)}…`);
          looked++;
        }
        const { difference, events } = await replay(readTrace(new TextEncoder().encode(text)));
        assert.ok(!difference, `seed ${seed}: ${JSON.stringify(difference)?.slice(0, 3_000)}`);
        assert.ok(events >= stepsPerSeed);
      }
      assert.ok(looked > 1_000);
    });
  }

  test('keeps length and equality: in characters, in UTF-8, in JSON', () => {
    for (const seed of seeds) {
      const talk = new SecretTalk(seed);
      const redact = redactor();
      const masks = new Map<string, string>();
      const inner = (text: string): string => (JSON.parse(redact(JSON.stringify({ text }))) as { text: string }).text;
      for (let index = 0; index < 50; index++) {
        const secret = index % 2 === 0 ? talk.secret() : talk.word(8);
        const mask = inner(secret);
        assert.equal(mask.length, secret.length, `seed ${seed}`);
        assert.equal(Buffer.byteLength(mask), Buffer.byteLength(secret), `seed ${seed}`);
        assert.equal(JSON.stringify(mask).length, JSON.stringify(secret).length, `seed ${seed}`);
        assert.equal(inner(secret), mask, `seed ${seed}`);
        masks.set(secret, mask);
      }
      assert.equal(new Set(masks.values()).size, masks.size, `seed ${seed}`);
    }
  });

  test('leaves alone what the story is told from', () => {
    const event = { type: 'message_arrived', attempt: 1, name: 'meetwire', body: JSON.stringify({ messages: [{ type: 'joined', member: row('bob') }] }) };
    const line = JSON.stringify({ at: 1, event, step: { commands: [{ type: 'participant_joined', participant: row('bob') }], wakeAt: 7 } });
    assert.equal(redactor()(line), line);
  });
});
