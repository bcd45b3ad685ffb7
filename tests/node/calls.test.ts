// Calls as an application makes and takes them, over the real cores. Every order of everything that may cross on the way
// is explored with the core.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Call, CallOutcome } from '../../web/sdk/call.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { until } from '../support/waiting.ts';

let world: FakeWorld;
let meetings: Meeting[];

beforeEach(async () => {
  world = await FakeWorld.make();
  meetings = [];
});
afterEach(async () => {
  await Promise.all(meetings.map((meeting) => meeting.leave()));
  world.close();
});

async function enter(user: string, room: string | undefined = 'standup', options = {}): Promise<Meeting> {
  const { meeting } = await world.join(room, { user, ...options });
  meetings.push(meeting);
  return meeting;
}
const rung = (meeting: Meeting): Promise<Call> => new Promise((resolve) => meeting.once('call', resolve));

/** Two in a room, and a call that rings from the first to the second. */
async function ringing(options = {}): Promise<{ ada: Meeting; ben: Meeting; out: Call; into: Call }> {
  const [ada, ben] = [await enter('ada'), await enter('ben')];
  const heard = rung(ben);
  const out = await ada.call('ben', options);
  return { ada, ben, out, into: await heard };
}

describe('calls in a room', () => {
  test('it rings, is taken, and is hung up with a word: both sides are told the same, step by step', async () => {
    const { ada, ben, out, into } = await ringing();
    assert.deepEqual([into.from, into.to, into.peer, into.incoming, into.state, into.outcome], ['ada', 'ben', 'ada', true, 'ringing', 'pending']);
    await until('it rings for the caller too', () => out.state === 'ringing');
    assert.deepEqual([out.peer, out.incoming, out.id], ['ben', false, into.id]);
    assert.deepEqual(ada.calls, [out]);
    assert.equal(ben.snapshot.calls[0]?.state, 'ringing');
    const seen: string[] = [];
    out.on('change', (call) => seen.push(`${call.state} ${call.outcome}`));
    await into.accept();
    assert.deepEqual(await Promise.all([out.answered, into.answered]), ['accepted', 'accepted']);
    await into.hangUp('dinner');
    assert.deepEqual(await Promise.all([out.ended, into.ended]), ['hung-up', 'hung-up']);
    assert.deepEqual([out.reason, into.reason], ['dinner', 'dinner']);
    assert.deepEqual(seen, ['connected accepted', 'ended hung-up']);
    assert.deepEqual([...ada.calls, ...ben.calls, ...ben.snapshot.calls], []);
    await into.hangUp();
    await assert.rejects(into.accept(), { code: 'invalid-argument' });
  });

  const ends: { code: string; who?: string; by: (call: Awaited<ReturnType<typeof ringing>>) => unknown; outcome: CallOutcome }[] = [
    { code: 'G5', by: ({ into }) => into.reject('not now'), outcome: 'rejected' },
    { code: 'G5', by: ({ out }) => out.cancel(), outcome: 'cancelled' },
    { code: 'G5', by: () => {}, outcome: 'timed-out' },
    { code: 'G6', who: 'the callee ', by: ({ ben }) => ben.leave(), outcome: 'gone' },
    { code: 'G6', who: 'the caller ', by: ({ ada }) => ada.leave(), outcome: 'gone' },
  ];
  for (const { code, who = '', by, outcome } of ends) {
    test(`${code}: ${who}${outcome}, the same on both sides`, async () => {
      const call = await ringing(outcome === 'timed-out' ? { timeout: 1 } : {});
      await by(call);
      assert.deepEqual(await Promise.all([call.out.answered, call.into.answered]), [outcome, outcome]);
      assert.deepEqual(await Promise.all([call.out.ended, call.into.ended]), [outcome, outcome]);
    });
  }

  test('G4: somebody who is not there is unavailable; G5: somebody in a call is busy, and hears nothing of it', async () => {
    const { ben, out, into } = await ringing();
    const cyd = await enter('cyd');
    assert.equal(await (await cyd.call('nobody')).ended, 'unavailable');
    const heard: Call[] = [];
    ben.on('call', (call) => heard.push(call));
    assert.equal(await (await cyd.call('ben')).ended, 'busy');
    await into.accept();
    assert.equal(await (await cyd.call('ada')).ended, 'busy');
    assert.equal(out.state, 'connected');
    assert.deepEqual(heard, []);
  });

  test('G8: two who call each other have one call, which stands, and nobody is asked', async () => {
    const [ada, ben] = [await enter('ada'), await enter('ben')];
    const asked: Call[] = [];
    for (const meeting of [ada, ben]) meeting.on('call', (call) => asked.push(call));
    const [first, second] = await Promise.all([ada.call('ben'), ben.call('ada')]);
    assert.deepEqual(await Promise.all([first.answered, second.answered]), ['accepted', 'accepted']);
    assert.equal(first.id, second.id);
    assert.deepEqual([first.from, first.incoming, second.incoming], [second.from, first.from === 'ben', second.from === 'ada']);
    assert.deepEqual([ada.calls, ben.calls], [[first], [second]]);
    assert.deepEqual(asked, []);
    await first.hangUp();
    assert.deepEqual(await Promise.all([first.ended, second.ended]), ['hung-up', 'hung-up']);
  });

  test('G10: oneself, no name at all, a second call, before and after: each is refused by its name', async () => {
    const { ada, ben } = await ringing();
    await assert.rejects(ada.call('cyd'), { code: 'invalid-argument', message: /another call is under way/ });
    await assert.rejects(ben.call('ben'), { code: 'invalid-argument' });
    const cyd = await enter('cyd');
    await assert.rejects(cyd.call('cyd'), { code: 'invalid-argument', message: /a call to oneself/ });
    for (const bad of ['', '\ud800', '__proto__', 7, undefined, null]) {
      await assert.rejects(cyd.call(bad as string), { code: 'invalid-user' }, String(bad));
    }
    for (const timeout of [-1, Number.NaN, 'soon']) {
      await assert.rejects(cyd.call('ada', { timeout: timeout as number }), { code: 'invalid-argument' }, String(timeout));
    }
    await assert.rejects(cyd.call('ada', { signal: AbortSignal.abort('no') }), { code: 'aborted' });
    assert.deepEqual(cyd.calls, []);
    await cyd.leave();
    await assert.rejects(cyd.call('ada'), { code: 'already-left' });
  });

  test('its signal takes it back while it rings, and not any more once it stands', async () => {
    const ringer = new AbortController();
    const first = await ringing({ signal: ringer.signal });
    ringer.abort();
    assert.deepEqual(await Promise.all([first.out.ended, first.into.ended]), ['cancelled', 'cancelled']);
    const late = new AbortController();
    const heard = rung(first.ben);
    const out = await first.ada.call('ben', { signal: late.signal });
    await (await heard).accept();
    assert.equal(await out.answered, 'accepted');
    late.abort();
    await first.ben.chat.send('still here');
    assert.equal(out.state, 'connected');
  });

  test('a reason that is none, or too long, is refused, and the call rings on', async () => {
    const { into } = await ringing();
    for (const [reason, code] of [['x'.repeat(257), 'message-too-large'], ['\ud800', 'invalid-argument'], [7, 'invalid-argument']]) {
      await assert.rejects(into.reject(reason as string), { code });
    }
    assert.equal(into.state, 'ringing');
  });
});

describe('online in no room', () => {
  const online = async (user: string): Promise<Meeting> => {
    const { meeting } = await world.join(undefined, { user, name: user.toUpperCase(), camera: true });
    meetings.push(meeting);
    return meeting;
  };
  const shows = (viewer: Meeting, sender: Meeting): Promise<unknown> =>
    until(`${viewer.me.id} sees ${sender.me.id}`, () => {
      const sent = sender.camera.track;
      return sent !== undefined && world.wire.sentInto(viewer.participants.get(sender.me.id)?.camera.track) === sent;
    });

  test('a call brings two together, and its end apart; again and again', async () => {
    const [ada, ben] = [await online('ada'), await online('ben')];
    assert.deepEqual([ada.id, ada.state, ada.participants.size], ['', 'joined', 0]);
    for (const [caller, callee] of [[ada, ben], [ben, ada]] as const) {
      const heard = rung(callee);
      const out = await caller.call(callee.me.id);
      const into = await heard;
      assert.equal(world.wire.open.size, 0);
      await into.accept();
      await Promise.all([shows(ada, ben), shows(ben, ada)]);
      assert.equal(ada.participants.get('ben')?.name, 'BEN');
      await ada.chat.send('just us');
      await until('ben has it', () => ben.chat.history.at(-1)?.text === 'just us');
      await out.hangUp();
      await until('nobody is left', () => ada.participants.size + ben.participants.size === 0);
      await until('no connection is left', () => world.wire.open.size === 0);
    }
  });

  test('G10: who is in a room is not reached from without, nor from another room', async () => {
    const [ada, ben, cyd] = [await online('ada'), await enter('ben'), await enter('cyd', 'elsewhere')];
    assert.equal(await (await ada.call('ben')).ended, 'unavailable');
    assert.equal(await (await ben.call('ada')).ended, 'unavailable');
    assert.equal(await (await ben.call('cyd')).ended, 'unavailable');
    assert.deepEqual(cyd.calls, []);
  });

  test('a socket lost in a call, and back: the call stands, and so does the picture', async () => {
    const [ada, ben] = [await online('ada'), await online('ben')];
    const heard = rung(ben);
    const out = await ada.call('ben');
    await (await heard).accept();
    await Promise.all([shows(ada, ben), shows(ben, ada)]);
    const { made } = world.wire;
    world.people[0]!.cutSocket();
    await until('it is noticed', () => ada.state === 'reconnecting');
    await until('it is back', () => ada.state === 'joined');
    await shows(ada, ben);
    assert.equal(out.state, 'connected');
    assert.equal(world.wire.made, made);
  });
});
