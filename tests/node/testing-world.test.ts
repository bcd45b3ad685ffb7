// The virtual world itself: its time, its seed, its bounds, and that nothing of it is left.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { VirtualMeeting, VirtualWorld } from '../../web/testing/index.ts';
import { WorldError, virtualWorld } from '../../web/testing/index.ts';

let world: VirtualWorld;
beforeEach(async () => {
  world = await virtualWorld();
});
afterEach(() => world.close());

/** A day with something of everything. */
async function busyDay(seed: number): Promise<readonly string[]> {
  await using day = await virtualWorld({ seed });
  const ada = await day.join('standup', { name: 'Ada', camera: true });
  const ben = await day.join('standup', { name: 'Ben', microphone: true });
  ben.network.lose(0.2);
  await day.together(() => ada.screen.start(), () => ben.camera.start());
  const [pens] = await Promise.all([ada.channel('pens'), ben.channel('pens')]);
  await day.settle();
  await pens.send('a line');
  ben.network.cut();
  await day.advance(20_000);
  ben.network.mend();
  await ada.chat.send('are you there?');
  await day.until(() => ben.chat.history.length === 1);
  const sent = ada.files.send(new Blob([new Uint8Array(300_000)]));
  ben.once('file', (offer) => offer.accept());
  await sent;
  ada.crash();
  await day.advance(60_000);
  assert.equal(ben.participants.size, 0);
  return [...day.log];
}

describe('time in a virtual world', () => {
  test('it stands still unless something is under way', async () => {
    await world.join('standup', { name: 'Ada' });
    await world.settle();
    const { now } = world;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await world.settle();
    assert.equal(world.now, now);
    await world.advance(1_500);
    assert.equal(world.now, now + 1_500);
    await world.advance(0);
    assert.equal(world.now, now + 1_500);
  });

  test('what is put off happens at its time and in order, unless it is undone', async () => {
    const happened: number[] = [];
    const { now } = world;
    for (const ms of [2_000, 1_000, 3_000]) world.after(ms, () => happened.push(world.now - now));
    world.after(1_500, () => happened.push(-1))();
    await world.advance(2_500);
    assert.deepEqual(happened, [1_000, 2_000]);
    await world.advance(500);
    assert.deepEqual(happened, [1_000, 2_000, 3_000]);
  });

  test('what a timer does again and again is not waited for', async () => {
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      world.after(100, tick);
    };
    world.after(100, tick);
    await world.settle();
    const before = ticks;
    await world.advance(10_000);
    assert.equal(ticks, before + 100);
  });

  test('two waits are served one after the other', async () => {
    const { now } = world;
    await Promise.all([world.advance(1_000), world.advance(500)]);
    assert.equal(world.now - now, 1_500);
  });

  test('a condition is waited for, and one that never holds says so, with the seed', async () => {
    let rung = false;
    world.after(7_000, () => (rung = true));
    await world.until(() => rung);
    assert.equal(world.now, 7_000);
    await assert.rejects(world.until(() => false, { within: 500, what: 'pigs fly' }), { name: 'WorldError', code: 'never', message: /500 ms.*pigs fly.*seed 1/ });
    assert.equal(world.now, 7_500);
    await assert.rejects(world.until(new Promise(() => {}), { within: 10 }), { code: 'never' });
    assert.equal(await world.until(Promise.resolve(7)), 7);
    const failure = new RangeError('in the condition');
    await assert.rejects(world.until(Promise.reject(failure)), failure);
    await assert.rejects(world.until(() => { throw failure; }), failure);
  });

  test('the outside is waited for', async () => {
    const order: string[] = [];
    void world.during(new Promise<void>((resolve) => setTimeout(() => resolve(void order.push('outside')), 20)));
    world.after(100, () => order.push('inside'));
    await world.advance(100);
    assert.deepEqual(order, ['outside', 'inside']);
  });

  test('two who answer one another for ever are told of', async () => {
    const ada = await world.join('standup', { name: 'Ada' });
    const ben = await world.join('standup', { name: 'Ben' });
    const balls = await Promise.all([ada, ben].map((each) => each.channel('ball')));
    for (const ball of balls) ball.on('message', () => ball.send('and back'));
    await world.settle();
    await balls[0]!.send('serve');
    await assert.rejects(world.settle(), { code: 'restless' });
    balls[0]!.close();
    await world.settle();
  });
});

describe('the seed', () => {
  test('the same one gives the same day, event for event; another one another', async () => {
    const [first, again, other] = [await busyDay(7), await busyDay(7), await busyDay(8)];
    assert.ok(first.length > 100);
    assert.deepEqual(again, first);
    assert.notDeepEqual(other, first);
  });

  test('two worlds at the same time do not touch one another', async () => {
    const alone = await busyDay(11);
    const [one, two] = await Promise.all([busyDay(11), busyDay(12)]);
    assert.deepEqual(one, alone);
    assert.notDeepEqual(two, alone);
    const other = await virtualWorld();
    const ada = await world.join('standup', { name: 'Ada' });
    const stranger = await other.join('standup', { name: 'Ada' });
    await Promise.all([world.settle(), other.settle()]);
    assert.deepEqual([ada.participants.size, stranger.participants.size], [0, 0]);
    assert.throws(() => ada.network.block(stranger), { code: 'invalid-argument' });
    await other.close();
    await ada.chat.send('still here');
  });
});

describe('what a virtual world does not take', () => {
  const impossible: [string, (ada: VirtualMeeting) => unknown][] = [
    ['time backwards', () => world.advance(-1)],
    ['no time', () => world.advance(Number.NaN)],
    ['time as text', () => world.advance('1' as never)],
    ['a wait without end', () => world.until(() => true, { within: Infinity })],
    ['no condition', () => world.until(true as never)],
    ['a call in the past', () => world.after(-5, () => {})],
    ['a person of no name', () => world.person('')],
    ['the same person twice', () => world.person('ada')],
    ['a seed that is none', () => virtualWorld({ seed: 1.5 })],
    ['no options', () => virtualWorld(null as never)],
    ['a loss of all', (ada) => ada.network.lose(1)],
    ['a negative delay', (ada) => ada.network.delay(-1)],
    ['no rate', (ada) => ada.network.limit(0)],
    ['unknown traffic', (ada) => ada.network.cut('post' as never)],
    ['an unknown person', (ada) => ada.network.block('eve')],
    ['nobody', (ada) => ada.network.block(undefined)],
    ['oneself', (ada) => ada.network.block(ada)],
    ['an unknown source', (ada) => ada.devices.deny('smell' as never)],
    ['an unknown device', (ada) => ada.devices.unplug('cam-9')],
    ['a device of no kind', (ada) => ada.devices.plug({ id: 'x', kind: 'chair' as never })],
  ];
  for (const [what, act] of impossible) {
    test(`${what} is an invalid argument`, async () => {
      const ada = await world.join('standup', { name: 'Ada' });
      await assert.rejects(async () => act(ada), { name: 'WorldError', code: 'invalid-argument' });
      await ada.chat.send('all goes on');
    });
  }

  test('a join with bad options is refused as the SDK refuses it, and leaves nobody', async () => {
    const bad: [object, string][] = [
      [{ user: 7 }, 'invalid-user'], [{ name: '\ud800' }, 'invalid-name'], [{ url: 'ftp://example.org' }, 'invalid-argument'],
      [{ dialect: 'latin' }, 'invalid-argument'], [{ camera: 7 }, 'invalid-argument'], [{ token: () => { throw new Error('x'); } }, 'token-refused'],
    ];
    for (const [options, code] of bad) await assert.rejects(world.join('standup', options), { name: 'MeetingError', code });
    await assert.rejects(world.join('', { name: 'Ada' }), { code: 'invalid-room' });
    await assert.rejects(world.join('standup', null as never), { code: 'invalid-argument' });
    assert.deepEqual(world.people, []);
    await assert.rejects(virtualWorld({ server: { participantsMax: 0 } }), { name: 'OptionError', code: 'invalid-argument' });
  });

  test('after its end it takes nothing, and its meetings are left', async () => {
    const ada = await world.join('standup', { name: 'Ada', camera: true });
    const person = world.person('ben');
    await world.close();
    await world.close();
    assert.deepEqual([ada.state, ada.devices.live], ['left', []]);
    const closed = { name: 'WorldError', code: 'closed' };
    for (const act of [() => world.settle(), () => world.advance(1), () => world.join('standup'), () => person.join('standup'), () => world.until(() => true)]) {
      await assert.rejects(async () => act(), closed);
    }
    for (const act of [() => world.person('x'), () => ada.sleep(), () => ada.network.cut(), () => world.server.restart(), () => world.after(1, () => {})]) assert.throws(act, closed);
    await assert.rejects(ada.chat.send('x'), { code: 'already-left' });
    assert.ok(new WorldError('closed', '') instanceof Error);
  });

  test('what a listener throws fails the test at the end', async () => {
    const ada = await world.join('standup', { name: 'Ada' });
    const failure = new Error('in the application');
    ada.on('chat', () => { throw failure; });
    await ada.chat.send('x');
    await world.settle();
    assert.deepEqual(world.errors, [failure]);
    await assert.rejects(world.close(), (error) => error instanceof AggregateError && error.errors[0] === failure);
    world = await virtualWorld();
  });
});

test('a closed world leaves no timer, handle or task, whatever was under way', async () => {
  const before = process.getActiveResourcesInfo().filter((each) => each !== 'Immediate').length;
  const day = await virtualWorld();
  const [ada, ben, cleo] = [await day.join('r', { name: 'Ada', camera: true }), await day.join('r', { name: 'Ben' }), await day.join('r', { name: 'Cleo' })];
  void ada.screen.start().catch(() => {});
  void ben.chat.send('never mind').catch(() => {});
  ben.sleep();
  ada.network.cut();
  cleo.crash();
  day.server.stop();
  void day.join('r', { name: 'Dora' }).catch(() => {});
  day.after(1e9, () => assert.fail('after the end'));
  await day.close();
  assert.deepEqual([day.pending, ada.state, ben.state], [0, 'left', 'left']);
  assert.equal(process.getActiveResourcesInfo().filter((each) => each !== 'Immediate').length, before);
});
