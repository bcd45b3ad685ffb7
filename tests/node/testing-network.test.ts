// Bad days in a virtual world: what a network, a machine or a server can do to a meeting.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Meeting } from '../../web/sdk/meeting.ts';
import type { VirtualMeeting, VirtualWorld } from '../../web/testing/index.ts';
import { virtualWorld } from '../../web/testing/index.ts';

let world: VirtualWorld;
let ada: VirtualMeeting;
let ben: VirtualMeeting;
beforeEach(async () => {
  world = await virtualWorld({ seed: 3 });
  ada = await world.join('standup', { name: 'Ada', camera: true });
  ben = await world.join('standup', { name: 'Ben' });
  await world.settle();
});
afterEach(() => world.close());

const link = (from: Meeting, to: Meeting): string | undefined => from.participants.get(to.me.id)?.connection;
const texts = (meeting: Meeting): string[] => meeting.chat.history.map(({ text }) => text);
const sees = (viewer: Meeting, sender: Meeting): boolean => {
  const sent = sender.camera.track;
  return sent !== undefined && world.sentInto(viewer.participants.get(sender.me.id)?.camera.track) === sent;
};
const numbers = Array.from({ length: 40 }, (_, index) => String(index));

describe('loss, delay and order', () => {
  test('with a fifth of everything lost, all arrives, in order and once, and later', async () => {
    const before = world.now;
    for (const text of numbers.slice(0, 5)) await ada.chat.send(text);
    const good = world.now - before;
    ben.network.lose(0.4);
    ada.network.lose(0.4);
    for (const text of numbers.slice(5, 25)) await ada.chat.send(text);
    await world.until(() => ben.chat.history.length === 25);
    assert.deepEqual(texts(ben), numbers.slice(0, 25));
    assert.ok((world.now - before - good) / 20 > (2 * good) / 5, 'retransmissions take time');
    await ada.screen.start();
    const cleo = await world.join('standup', { name: 'Cleo' });
    await world.until(() => sees(cleo, ada) && link(cleo, ben) === 'connected');
  });

  test('an unreliable channel loses what the network loses, a reliable one nothing', async () => {
    const heard: Record<string, unknown[]> = { loose: [], firm: [] };
    const open = async (meeting: Meeting) => [await meeting.channel('loose', { ordered: false, maxRetransmits: 0 }), await meeting.channel('firm')] as const;
    const [[loose, firm], theirs] = await Promise.all([open(ada), open(ben)]);
    for (const channel of theirs) channel.on('message', ({ data }) => heard[channel.label]?.push(data));
    await world.settle();
    ben.network.lose(0.5);
    for (const text of numbers) {
      await loose.send(text);
      await firm.send(text);
    }
    await world.settle();
    assert.deepEqual(heard['firm'], numbers);
    const { length } = heard['loose']!;
    assert.ok(length > 5 && length < 35, `${length} of ${numbers.length}`);
  });

  test('with jitter the messages of an unordered channel overtake one another, those of an ordered one do not', async () => {
    const heard: Record<string, unknown[]> = { loose: [], firm: [] };
    const open = async (meeting: Meeting) => [await meeting.channel('loose', { ordered: false }), await meeting.channel('firm')] as const;
    const [[loose, firm], theirs] = await Promise.all([open(ada), open(ben)]);
    for (const channel of theirs) channel.on('message', ({ data }) => heard[channel.label]?.push(data));
    await world.settle();
    ben.network.delay(20, { jitter: 200 });
    for (const text of numbers) await Promise.all([loose.send(text), firm.send(text)]);
    await world.settle();
    assert.deepEqual(heard['firm'], numbers);
    assert.notDeepEqual(heard['loose'], numbers);
    assert.deepEqual(heard['loose']?.slice().sort((a, b) => Number(a) - Number(b)), numbers);
  });

  test('a delay is what it takes', async () => {
    for (const { network } of [ada, ben]) network.delay(100);
    const before = world.now;
    await ada.chat.send('there and back');
    assert.equal(Math.floor(world.now - before), 200);
  });
});

describe('both at once', () => {
  test('two who share at the same moment both offer, and both screens are seen', async () => {
    const before = world.log.length;
    const later = new Promise<void>((resolve) => world.after(200, resolve));
    await world.together(() => ada.screen.start(), () => later.then(() => ben.screen.start()));
    await world.settle();
    const operations = world.log.slice(before).flatMap((line) => /(ada|ben) set\w+ \w+/.exec(line)?.[0] ?? []);
    const collision = operations.findIndex((each) => each.includes('rollback'));
    assert.ok(collision > 0, `one of them has to give way: ${operations}`);
    for (const who of ['ada', 'ben']) assert.ok(operations.indexOf(`${who} setLocalDescription implicit`) < collision, 'both offer before either hears');
    const [there, here] = [ben.participants.get('ada')?.screen, ada.participants.get('ben')?.screen];
    assert.ok(ada.screen.track && ben.screen.track);
    assert.equal(world.sentInto(there?.track), ada.screen.track);
    assert.equal(world.sentInto(here?.track), ben.screen.track);
    assert.deepEqual([link(ada, ben), link(ben, ada)], ['connected', 'connected']);
  });

  test('two who call each other at the same moment see one call', async () => {
    for (const meeting of [ada, ben]) meeting.on('call', (call) => call.accept());
    const [out, back] = await world.together(() => ada.call('ben'), () => ben.call('ada'));
    assert.deepEqual(await Promise.all([out.answered, back.answered]), ['accepted', 'accepted']);
    await world.settle();
    assert.equal(out.id, back.id);
  });

  test('what one of them fails with is told, and the world goes on', async () => {
    await assert.rejects(world.together(() => ada.chat.send('x'), () => { throw new RangeError('y'); }), RangeError);
    await world.settle();
    assert.deepEqual(texts(ben), ['x']);
  });
});

describe('a hole in the network', () => {
  test('a short one passes unnoticed, and what was said meanwhile arrives', async () => {
    const states: string[] = [];
    ben.on('state', ({ state }) => states.push(state));
    ben.network.cut();
    void ada.chat.send('one');
    void ben.chat.send('two');
    await world.advance(3_000);
    assert.deepEqual([texts(ada).includes('two'), texts(ben).includes('one')], [false, false]);
    ben.network.mend();
    await world.settle();
    assert.deepEqual([texts(ada).includes('two'), texts(ben).includes('one')], [true, true]);
    assert.deepEqual(states, []);
  });

  test('a longer one is reconnected after, to the server and to one another', async () => {
    const states: string[] = [];
    ben.on('state', ({ state }) => states.push(state));
    ben.network.cut();
    await world.until(() => ben.state === 'reconnecting' && ada.participants.get('ben')?.connection === 'reconnecting', { within: 40_000 });
    void ada.chat.send('are you there?').catch(() => {});
    ben.network.mend();
    await world.until(() => ben.state === 'joined' && sees(ben, ada));
    assert.deepEqual(states, ['reconnecting', 'joined']);
    await world.until(() => texts(ben).includes('are you there?') && link(ada, ben) === 'connected' && link(ben, ada) === 'connected');
  });

  test('one that stays: the others see somebody leave', async () => {
    const reasons: string[] = [];
    ada.on('participant-left', ({ reason }) => reasons.push(reason));
    ben.network.cut();
    await world.advance(90_000);
    assert.deepEqual([ada.participants.size, reasons], [0, ['lost']]);
  });

  test('only the way to the others: the server still hears, and the link comes back', async () => {
    ben.network.cut('media');
    await world.until(() => link(ada, ben) === 'reconnecting', { within: 30_000 });
    await ada.chat.send('over the server');
    await world.settle();
    assert.deepEqual([texts(ben), ben.state], [['over the server'], 'joined']);
    ben.network.mend('media');
    await world.until(() => link(ada, ben) === 'connected' && sees(ben, ada));
  });

  test('a path that is lost for a moment heals by itself: nothing is negotiated', async () => {
    const before = world.log.length;
    ben.network.cut('media');
    await world.advance(6_500);
    assert.equal(link(ada, ben), 'reconnecting');
    ben.network.mend('media');
    await world.settle();
    assert.deepEqual([link(ada, ben), sees(ben, ada)], ['connected', true]);
    assert.deepEqual(world.log.slice(before).filter((line) => line.includes('Description')), []);
  });

  test('only the way to the server: pictures go on', async () => {
    ben.network.cut('signalling');
    await world.until(() => ben.state === 'reconnecting');
    assert.equal(sees(ben, ada), true);
    ben.network.mend('signalling');
    await world.until(() => ben.state === 'joined');
    assert.equal(sees(ben, ada), true);
  });

  test('a socket that is reset is resumed at once, and nobody sees anybody leave', async () => {
    const left: unknown[] = [];
    ada.on('participant-left', (event) => left.push(event));
    ben.network.reset();
    await world.until(() => ben.state === 'reconnecting');
    await world.until(() => ben.state === 'joined', { within: 5_000 });
    await world.advance(60_000);
    assert.deepEqual([left, link(ada, ben)], [[], 'connected']);
  });

  test('two between whom there is no path: all else goes on, and it connects once there is one', async () => {
    const cleo = await world.join('standup', { name: 'Cleo' });
    await world.settle();
    cleo.network.block(ada);
    cleo.network.block('ben');
    cleo.network.unblock(ben.person);
    await world.until(() => link(cleo, ada) !== 'connected');
    await world.advance(60_000);
    assert.notEqual(link(cleo, ada), 'connected');
    assert.equal(link(cleo, ben), 'connected');
    cleo.network.unblock(ada);
    await world.until(() => link(cleo, ada) === 'connected' && sees(cleo, ada));
  });
});

describe('machines and pages', () => {
  test('a tab frozen for minutes and awake again is where the others are', async () => {
    ben.freeze();
    await ada.chat.send('while you stood still');
    await ada.screen.start();
    await world.advance(10_000);
    assert.deepEqual([texts(ben), ben.participants.get('ada')?.screen.on], [[], false]);
    await world.advance(170_000);
    assert.equal(ada.participants.has('ben'), false, 'whoever does not answer the server is taken for lost');
    ben.resume();
    await world.until(() => ben.state === 'joined' && ada.participants.has('ben') && link(ben, ada) === 'connected');
    await world.until(() => texts(ben).includes('while you stood still') && sees(ben, ada) && ben.participants.get('ada')?.screen.on === true);
  });

  test('a short standstill costs nothing', async () => {
    ben.freeze();
    await ada.chat.send('a');
    await world.advance(2_000);
    assert.deepEqual(texts(ben), []);
    ben.resume();
    await world.settle();
    assert.deepEqual([texts(ben), ben.state, link(ben, ada)], [['a'], 'joined', 'connected']);
  });

  test('a machine that sleeps is missed by the others, and comes back when it wakes', async () => {
    ben.sleep();
    await world.until(() => link(ada, ben) === 'reconnecting', { within: 20_000 });
    await world.advance(300_000);
    assert.equal(ada.participants.has('ben'), false);
    ben.wake();
    await world.until(() => ben.state === 'joined' && link(ada, ben) === 'connected' && sees(ben, ada));
  });

  test('a crash: the others lose one, who comes back from a new page', async () => {
    const reasons: string[] = [];
    ada.on('participant-left', ({ reason }) => reasons.push(reason));
    ben.crash();
    // The server knows at once, and keeps the place for as long as somebody may come back to it.
    await world.until(() => !ada.participants.has('ben'), { within: 35_000 });
    assert.deepEqual(reasons, ['lost']);
    const again = await ben.person.join('standup', { user: 'ben', name: 'Ben' });
    await world.until(() => link(ada, again) === 'connected' && sees(again, ada));
  });

  test('a page that is closed properly says goodbye', async () => {
    const reasons: string[] = [];
    ada.on('participant-left', ({ reason }) => reasons.push(reason));
    ben.person.closePage();
    await world.settle();
    assert.deepEqual([reasons, ben.state], [['left'], 'left']);
  });
});

describe('the server', () => {
  test('a restart empties its rooms, and those who were there meet again', async () => {
    const left: unknown[] = [];
    ada.on('participant-left', (event) => left.push(event));
    assert.equal(world.server.rooms, 1);
    world.server.restart();
    await world.until(() => ada.state === 'reconnecting' && ben.state === 'reconnecting');
    assert.equal(sees(ben, ada), true, 'the call goes on meanwhile');
    await world.until(() => ada.state === 'joined' && ben.state === 'joined');
    await world.advance(30_000);
    assert.deepEqual([link(ada, ben), sees(ben, ada), world.server.rooms], ['connected', true, 1]);
    await ada.chat.send('still with you');
    await world.settle();
    assert.equal(texts(ben).at(-1), 'still with you');
  });

  test('while it is down nobody comes in, and who was in waits for it', async () => {
    world.server.stop();
    await assert.rejects(world.join('standup', { name: 'Cleo' }), { code: 'server-unreachable' });
    await world.advance(10_000);
    assert.equal(ada.state, 'reconnecting');
    world.server.start();
    await world.until(() => ada.state === 'joined' && ben.state === 'joined');
    assert.match(world.server.trace(), /connection_opened/);
  });
});
