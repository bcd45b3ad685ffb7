// Names, hands, reactions, roles and the lobby through the SDK: the real server, real sockets, both cores; only the
// connections between the participants and their devices are fakes. And raw clients that pretend.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { ServeOptions } from '../../web/server/index.ts';
import type { JoinOptions } from '../../web/sdk/join.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { io, type Socket } from 'socket.io-client';
import { socketPort } from '../../bindings/browser/socket.ts';
import type { SocketLike } from '../../bindings/browser/socket-like.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { until } from '../support/waiting.ts';
import { Harness, type TestServer } from '../support/server-harness.ts';

const harness = new Harness();
let world: FakeWorld;
let server: TestServer;

beforeEach(async () => {
  world = await FakeWorld.make();
  harness.later(() => world.close());
});
afterEach(() => harness.close());

const start = async (options: ServeOptions = {}): Promise<void> => void (server = await harness.serve(options));

const sockets = new Map<string, Socket>();
async function enter(user: string, options: JoinOptions = {}): Promise<Meeting> {
  const person = world.person();
  person.ports.transport = socketPort(server.url, undefined, (origin, how) => {
    const socket = io(origin, how);
    sockets.set(user, socket);
    return socket as unknown as SocketLike;
  });
  const meeting = await world.joinAs(person, 'standup', { user, name: user.toUpperCase(), ...options });
  harness.later(() => meeting.leave());
  return meeting;
}
/** Loses the socket as a bad network does. */
const cut = (meeting: Meeting): void => void sockets.get(meeting.me.id)!.io.engine.close();
const at = (meeting: Meeting, user: string) => meeting.participants.get(user);
const code = (code: string) => (error: { code?: string }) => assert.equal(error.code, code) === undefined;

describe('presence', () => {
  test('names, attributes and hands are the same for all, for late joiners too', async () => {
    await start();
    const ada = await enter('ada');
    const ben = await enter('ben');
    await ben.setName('Benjamin');
    await ben.setAttributes({ seat: '12a', team: 'blue' });
    await ben.setAttributes({ team: '' });
    assert.equal(ben.me.name, 'Benjamin');
    assert.deepEqual(ben.me.attributes, { seat: '12a' });
    await ben.raiseHand();
    await ada.raiseHand();
    const cyd = await enter('cyd');
    await until('ada sees all of it', () => at(ada, 'ben')?.handRaised);
    for (const one of [ada, ben, cyd]) assert.deepEqual(one.raisedHands.map(({ id }) => id), ['ben', 'ada'], one.me.id);
    assert.equal(at(cyd, 'ben')?.name, 'Benjamin');
    assert.deepEqual(at(cyd, 'ben')?.attributes, { seat: '12a' });
    assert.deepEqual(cyd.snapshot.raisedHands, ['ben', 'ada']);
    await assert.rejects(cyd.lowerHand('ben'), code('not-allowed'));
    await ada.lowerHand('ben');
    await until('ben is told', () => !ben.me.handRaised);
    await ada.lowerHand();
    assert.equal(ada.me.handRaised, false);
  });

  test('a reaction is an event at everybody, once; metadata is the room\'s', async () => {
    await start();
    const ada = await enter('ada');
    const ben = await enter('ben');
    const seen: string[] = [];
    for (const one of [ada, ben]) one.on('reaction', ({ participant, emoji }) => seen.push(`${one.me.id}: ${participant.id} ${emoji}`));
    await ben.react('🎉');
    await until('both have seen it', () => seen.length === 2);
    assert.deepEqual(seen.sort(), ['ada: ben 🎉', 'ben: ben 🎉']);
    await ada.moderation.setMetadata({ topic: 'birds' });
    const cyd = await enter('cyd');
    assert.deepEqual(cyd.metadata, { topic: 'birds' });
    await until('ben too', () => ben.snapshot.metadata['topic'] === 'birds');
    await assert.rejects(ben.moderation.setMetadata({ topic: 'mine' }), code('not-allowed'));
    assert.deepEqual(ada.metadata, { topic: 'birds' });
  });

  test('what is asked for while the socket is lost is done once it is back', async () => {
    await start();
    const ada = await enter('ada');
    const ben = await enter('ben');
    const states: string[] = [];
    ben.on('state', ({ state }) => states.push(state));
    cut(ben);
    await ben.setName('Back');
    assert.deepEqual(states, ['reconnecting', 'joined']);
    await until('ada sees it', () => at(ada, 'ben')?.name === 'Back');
  });

  test('wrong types, before and after: typed errors, and the meeting goes on', async () => {
    await start();
    const ada = await enter('ada');
    const wrong: [string, Promise<void>][] = [
      ['a name that is none', ada.setName(7 as never)],
      ['half a character', ada.setName('\ud83d')],
      ['attributes of numbers', ada.setAttributes({ a: 1 } as never)],
      ['no attributes', ada.setAttributes(null as never)],
      ['a reaction that is none', ada.react(undefined as never)],
      ['nobody', ada.moderation.remove(undefined as never)],
      ['a role that is none', ada.moderation.giveRole('ben', 'king' as never)],
      ['a source that is none', ada.moderation.muteFor('ben', 'nose' as never)],
      ['a key that is none', ada.setAttributes(JSON.parse('{"__proto__":"x"}') as Record<string, string>)],
    ];
    for (const [what, promise] of wrong) await assert.rejects(promise, code('invalid-argument'), what);
    await assert.rejects(ada.setName('n'.repeat(129)), code('invalid-name'));
    await assert.rejects(ada.setAttributes({ a: 'x'.repeat(3_000) }), code('message-too-large'));
    await assert.rejects(ada.setAttributes({ a: 'x'.repeat(30_000) }), code('message-too-large'));
    await assert.rejects(ada.moderation.remove('nobody'), code('target-unknown'));
    await assert.rejects(ada.moderation.remove('ada'), code('invalid-argument'));
    await ada.setName('still here');
    await ada.leave();
    for (const promise of [ada.setName('x'), ada.raiseHand(), ada.react('x'), ada.moderation.end(), ada.askForFloor()]) {
      await assert.rejects(promise, code('already-left'));
    }
  });
});

describe('moderation', () => {
  test('D11: a removed one learns why, and comes in no more', async () => {
    await start();
    const ada = await enter('ada');
    const ben = await enter('ben');
    await assert.rejects(ben.moderation.remove('ada'), code('not-allowed'));
    const left = new Promise<string>((resolve) => ada.on('participant-left', ({ reason }) => resolve(reason)));
    await ada.moderation.remove('ben');
    await ben.finished;
    assert.equal(ben.error?.code, 'removed');
    assert.equal(await left, 'removed');
    await assert.rejects(enter('ben'), code('removed'));
    await ada.moderation.admit('ben');
    await enter('ben');
  });

  test('a host asks to mute, and the microphone is muted; its user may unmute it', async () => {
    await start();
    const ada = await enter('ada', { microphone: true });
    const ben = await enter('ben', { microphone: true });
    await until('both can be heard', () => at(ada, 'ben')?.microphone.on && ada.microphone.state === 'on');
    const asked = new Promise<string | undefined>((resolve) => ben.on('mute-asked', ({ by, source }) => resolve(`${by?.id} ${source}`)));
    await ada.moderation.muteFor('ben');
    assert.equal(await asked, 'ada microphone');
    assert.equal(ben.microphone.state, 'muted');
    await until('ada sees it', () => at(ada, 'ben')?.microphone.muted);
    await ben.microphone.unmute();
    await until('ada sees that too', () => at(ada, 'ben')?.microphone.on);
    await ada.moderation.muteForAll();
    await until('muted again', () => ben.microphone.state === 'muted');
    assert.equal(ada.microphone.state, 'on');
  });

  test('lock, hand the role over, end', async () => {
    await start();
    const ada = await enter('ada');
    const ben = await enter('ben');
    await ada.moderation.lock();
    await until('ben sees it', () => ben.locked && ben.snapshot.locked);
    await assert.rejects(enter('cyd'), code('room-locked'));
    await ada.moderation.giveRole('ben', 'host');
    await until('ben is host', () => ben.role === 'host' && ben.me.role === 'host');
    await ada.moderation.giveRole('ada', 'guest');
    await until('ada is not', () => ada.role === 'guest');
    await assert.rejects(ada.moderation.unlock(), code('not-allowed'));
    await ben.moderation.end();
    await Promise.all([ada.finished, ben.finished]);
    assert.equal(ada.error?.code, 'meeting-ended');
    assert.equal(ben.error?.code, 'meeting-ended');
    assert.equal((await enter('ada')).role, 'host');
  });
});

describe('lobby', () => {
  test('knock, admit, deny: the one who waits sees nobody, and nobody but hosts sees it', async () => {
    await start({ lobby: true });
    const ada = await enter('ada');
    assert.equal(ada.state, 'joined');
    const knocks: string[] = [];
    ada.on('knock', ({ id, name }) => knocks.push(`${id} ${name}`));
    const ben = await enter('ben');
    assert.equal(ben.state, 'waiting');
    await until('ada is told', () => knocks.length === 1);
    assert.deepEqual(knocks, ['ben BEN']);
    assert.deepEqual(ada.moderation.waiting, [{ id: 'ben', name: 'BEN' }]);
    assert.equal(ben.participants.size, 0);
    assert.equal(ada.participants.size, 0);
    await assert.rejects(ben.raiseHand(), code('not-joined'));
    await assert.rejects(ben.chat.send('let me in'), code('not-joined'));
    await ada.moderation.admit('ben');
    await until('ben is in', () => ben.state === 'joined' && ben.participants.has('ada'));
    assert.deepEqual(ada.moderation.waiting, []);
    const cyd = await enter('cyd');
    await until('ada is told of cyd', () => ada.moderation.waiting.length === 1);
    assert.deepEqual(ben.moderation.waiting, []);
    await assert.rejects(ben.moderation.admit('cyd'), code('not-allowed'));
    await ada.moderation.deny('cyd');
    await cyd.finished;
    assert.equal(cyd.error?.code, 'denied');
  });

  test('a knock outlives the socket, and its host', async () => {
    await start({ lobby: true });
    const ada = await enter('ada');
    const ben = await enter('ben');
    await until('knocked', () => ada.moderation.waiting.length === 1);
    await ada.moderation.admit('ben');
    await until('in', () => ben.state === 'joined');
    const cyd = await enter('cyd');
    cut(cyd);
    await until('waiting again', () => cyd.state === 'waiting');
    await ada.leave();
    await until('ben is host and knows', () => ben.role === 'host' && ben.moderation.waiting.length === 1);
    await ben.moderation.setLobby(false);
    await until('cyd is in', () => cyd.state === 'joined');
    assert.equal(ben.lobby, false);
  });
});

describe('viewers', () => {
  test('a viewer publishes nothing, asks for the floor, gets it, publishes, and loses it', async () => {
    await start();
    const ada = await enter('ada', { camera: true });
    const vic = await enter('vic', { viewer: true });
    const wim = await enter('wim', { viewer: true });
    assert.equal(vic.role, 'viewer');
    await until('ada is seen', () => at(vic, 'ada')?.camera.track !== undefined);
    await assert.rejects(vic.camera.start(), code('not-allowed'));
    assert.equal(at(vic, 'wim')?.connection, 'none');
    const answers: boolean[] = [];
    vic.on('floor', ({ granted }) => answers.push(granted));
    await vic.askForFloor();
    await until('ada sees it', () => at(ada, 'vic')?.asksForFloor);
    await ada.moderation.refuseFloor('vic');
    await until('refused', () => answers.length === 1);
    await vic.askForFloor();
    await ada.moderation.grantFloor('vic');
    await until('granted', () => answers.length === 2 && vic.role === 'guest');
    assert.deepEqual(answers, [false, true]);
    await vic.camera.start();
    await until('wim sees vic', () => at(wim, 'vic')?.camera.track !== undefined);
    await until('ada sees vic', () => at(ada, 'vic')?.camera.track !== undefined);
    await ada.moderation.giveRole('vic', 'viewer');
    await until('off', () => vic.camera.state === 'off' && vic.role === 'viewer');
    assert.equal(vic.camera.error?.code, 'not-allowed');
    await until('nobody sees vic', () => !at(wim, 'vic')?.camera.on && !at(ada, 'vic')?.camera.on);
    // And once more: the two viewers' next link is not taken for their last one.
    await ada.moderation.grantFloor('vic');
    await until('granted again', () => vic.role === 'guest');
    await vic.camera.start();
    await until('wim sees vic again', () => at(wim, 'vic')?.camera.track !== undefined && at(wim, 'vic')?.connection === 'connected');
  });
});

describe('L9: raw clients that pretend', () => {
  const ask = (id: string, action: string, rest: object = {}): object => ({ type: 'request', id, action, ...rest });

  test('a guest is refused whatever only hosts may do, and forged fields count for nothing', async () => {
    await start();
    const ada = await enter('ada');
    const eve = await harness.member(server.url, { room: 'standup', user: 'eve', ...{ role: 'host', self: { role: 'host' } } });
    assert.equal(eve.welcome.self.role, 'guest');
    const actions = ['lower-hand-of', 'set-metadata', 'mute-for', 'mute-for-all', 'lock', 'remove', 'give-role', 'grant-floor', 'refuse-floor', 'end', 'admit', 'deny', 'admit-all', 'open-lobby', 'close-lobby'];
    eve.send(...actions.map((action) => ask(action, action, { user: 'ada', role: 'host', values: { a: 'b' }, from: 'ada', by: 'ada' })));
    for (const action of actions) {
      const answer = await eve.next('request-settled');
      assert.equal(answer['id'], action);
      assert.equal((answer['error'] as { code: string }).code, 'not-allowed', action);
    }
    eve.send(ask('own', 'give-role', { user: 'eve', role: 'host' }), ask('hand', 'lower-hand', { user: 'ada' }));
    assert.equal(((await eve.next('request-settled'))['error'] as { code: string }).code, 'not-allowed');
    assert.equal((await eve.next('request-settled'))['error'], undefined);
    assert.equal(ada.state, 'joined');
    assert.equal(ada.locked, false);
    assert.equal(ada.role, 'host');
  });

  test('who waits reaches nobody: signals, chat, requests, and a second hello', async () => {
    await start({ lobby: true });
    const ada = await enter('ada');
    const heard: string[] = [];
    ada.on('chat', ({ text }) => heard.push(text));
    const eve = harness.client(server.url);
    eve.hello({ room: 'standup', user: 'eve' });
    await eve.next('waiting');
    eve.send({ type: 'chat', id: 'c', text: 'psst' }, ask('q', 'admit', { user: 'eve' }), { type: 'signal', to: 'ada', incarnation: 1, believed: 0, sequence: 1, acknowledged: 0, replay: 1 });
    eve.hello({ room: 'standup', user: 'eve2' });
    assert.equal(await eve.problem(), 'message-malformed');
    await ada.moderation.deny('eve');
    assert.equal(await eve.problem('refused'), 'denied');
    assert.equal(eve.all('request-settled').length, 0);
    assert.equal(eve.all('welcome').length, 0);
    assert.deepEqual(heard, []);
  });

  test('a removed one comes back neither with its secret nor without', async () => {
    await start();
    const ada = await enter('ada');
    const eve = await harness.member(server.url, { room: 'standup', user: 'eve' });
    await until('there', () => ada.participants.has('eve'));
    await ada.moderation.remove('eve');
    assert.equal(await eve.problem('ended'), 'removed');
    for (const resume of [eve.welcome.secret, undefined]) {
      const again = harness.client(server.url);
      again.hello({ room: 'standup', user: 'eve', ...(resume !== undefined && { resume, received: 0 }) });
      assert.equal(await again.problem('refused'), 'removed');
    }
  });

  test('viewers: media and links that are not for them are refused, and one who floods with reactions is slowed', async () => {
    await start();
    const ada = await enter('ada');
    const vic = await harness.member(server.url, { room: 'standup', user: 'vic', ...{ viewer: true, media: { camera: 'on', microphone: 'on', screen: 'on' } } });
    const wim = await harness.member(server.url, { room: 'standup', user: 'wim', ...{ viewer: true } });
    assert.equal(vic.welcome.self.role, 'viewer');
    await until('vic is there', () => ada.participants.has('vic'));
    assert.equal(at(ada, 'vic')?.camera.on, false);
    vic.send({ type: 'media', media: { camera: 'on', microphone: 'on', screen: 'off' } });
    assert.equal(await vic.problem(), 'not-allowed');
    vic.send({ type: 'signal', to: 'wim', incarnation: 1, believed: 0, sequence: 1, acknowledged: 0, offer: { sdp: 'v=0', slots: {} } });
    assert.equal(await vic.problem(), 'not-allowed');
    assert.equal(wim.all('signal').length, 0);
    vic.send(...Array.from({ length: 40 }, (_, index) => ask(`r${index}`, 'react', { text: '👋' })));
    await until('all are answered', () => vic.all('request-settled').length === 40);
    const refused = vic.all('request-settled').filter(({ error }) => (error as { code?: string } | undefined)?.code === 'rate-limited');
    assert.ok(refused.length >= 28, String(refused.length));
    assert.equal(wim.all('reacted').length, 40 - refused.length);
    assert.equal(at(ada, 'vic')?.camera.on, false);
  });
});

