// What people do in a meeting, in a virtual world: each of it as an application's own test would have it.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Call } from '../../web/sdk/call.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import type { VirtualMeeting, VirtualWorld } from '../../web/testing/index.ts';
import { virtualWorld } from '../../web/testing/index.ts';

let world: VirtualWorld;
beforeEach(async () => {
  world = await virtualWorld({ seed: 7 });
});
afterEach(() => world.close());

const enter = (name: string, options = {}): Promise<VirtualMeeting> => world.join('standup', { name, ...options });
const them = (meeting: Meeting): string[] => [...meeting.participants.keys()];
const seen = (meeting: Meeting, user: string, source: 'camera' | 'microphone' | 'screen' = 'camera') =>
  world.sentInto(meeting.participants.get(user)?.[source].track);

describe('people of a virtual world', () => {
  test('three meet, see and hear one another, and one leaves', async () => {
    const ada = await enter('Ada', { camera: true, microphone: true });
    const ben = await enter('Ben', { camera: true });
    const cleo = await enter('Cleo');
    await world.settle();
    assert.deepEqual([them(ada), them(ben), them(cleo)], [['ben', 'cleo'], ['ada', 'cleo'], ['ada', 'ben']]);
    assert.equal(ada.participants.get('cleo')?.name, 'Cleo');
    for (const meeting of [ada, ben, cleo]) {
      for (const { id, connection } of meeting.participants.values()) assert.equal(connection, 'connected', `${meeting.me.id} to ${id}`);
    }
    assert.ok(ada.camera.track);
    assert.equal(seen(ben, 'ada'), ada.camera.track);
    assert.equal(seen(cleo, 'ada'), ada.camera.track);
    assert.equal(seen(cleo, 'ada', 'microphone'), ada.microphone.track);
    assert.equal(seen(ada, 'ben'), ben.camera.track);
    assert.equal(ada.participants.get('cleo')?.camera.on, false);
    const reasons: string[] = [];
    ada.on('participant-left', ({ participant, reason }) => reasons.push(`${participant.id} ${reason}`));
    await ben.leave();
    await world.settle();
    assert.deepEqual([them(ada), them(cleo), ben.state, reasons], [['cleo'], ['ada'], 'left', ['ben left']]);
    assert.deepEqual(ben.devices.live, []);
  });

  test('eight who join at the same moment all meet', async () => {
    const names = ['Ada', 'Ben', 'Cleo', 'Dora', 'Eli', 'Fay', 'Gus', 'Hal'];
    const meetings = await Promise.all(names.map((name) => enter(name, { camera: true })));
    await world.settle();
    for (const viewer of meetings) {
      for (const sender of meetings) if (viewer !== sender) assert.equal(seen(viewer, sender.me.id), sender.camera.track, `${viewer.me.id} sees ${sender.me.id}`);
    }
  });

  test('chat: to all, to one, and for who comes later', async () => {
    const [ada, ben, cleo] = [await enter('Ada'), await enter('Ben'), await enter('Cleo')];
    await ada.chat.send('hello');
    await ada.chat.send('just you', { to: 'ben' });
    await world.settle();
    const texts = (meeting: Meeting): string[] => meeting.chat.history.map(({ text }) => text);
    assert.deepEqual([texts(ben), texts(cleo)], [['hello', 'just you'], ['hello']]);
    assert.deepEqual(texts(await enter('Dora')), ['hello']);
    await assert.rejects(ada.chat.send('hello', { to: 'nobody' }), { name: 'MeetingError' });
  });

  test('a call: rings, is taken and hung up; another rings out', async () => {
    const [ada, ben] = [await enter('Ada'), await enter('Ben')];
    const calls: Call[] = [];
    ben.on('call', (call) => calls.push(call));
    const call = await ada.call('ben');
    await world.settle();
    assert.deepEqual([call.state, calls[0]?.state, calls[0]?.from], ['ringing', 'ringing', 'ada']);
    await calls[0]?.accept();
    assert.equal(await call.answered, 'accepted');
    await call.hangUp('bye');
    assert.deepEqual(await Promise.all([call.ended, calls[0]?.ended]), ['hung-up', 'hung-up']);
    const before = world.now;
    const again = await ada.call('ben', { timeout: 20_000 });
    assert.equal(await world.until(again.answered), 'timed-out');
    await world.settle();
    assert.deepEqual([await again.answered, await calls[1]?.answered], ['timed-out', 'timed-out']);
    assert.ok(world.now - before < 21_000);
  });

  test('those who are online in no room call one another', async () => {
    const ada = await world.online({ name: 'Ada' });
    const ben = await world.online({ name: 'Ben', camera: true });
    ben.on('call', (call) => call.accept());
    const call = await ada.call('ben');
    assert.equal(await call.answered, 'accepted');
    await world.settle();
    assert.deepEqual([them(ada), ada.participants.get('ben')?.connection], [['ben'], 'connected']);
    assert.equal(seen(ada, 'ben'), ben.camera.track);
  });

  test('a screen with sound is shared, seen, and stopped in the browser\'s own bar', async () => {
    const [ada, ben] = [await enter('Ada', { camera: true }), await enter('Ben')];
    await ada.screen.start({ audio: true });
    await world.settle();
    const screen = ben.participants.get('ada')?.screen;
    assert.equal(screen?.on, true);
    assert.equal(world.sentInto(screen?.track), ada.screen.track);
    assert.deepEqual(screen?.stream?.getTracks().map(({ kind }) => kind).sort(), ['audio', 'video']);
    assert.equal(screen?.track?.muted, false, 'something comes in');
    ada.devices.stopSharing();
    await world.settle();
    assert.deepEqual([ada.screen.state, ben.participants.get('ada')?.screen.on], ['off', false]);
    assert.equal(seen(ben, 'ada'), ada.camera.track, 'the camera goes on');
  });

  test('muting negotiates nothing, and the light goes out', async () => {
    const [ada, ben] = [await enter('Ada', { camera: true, microphone: true }), await enter('Ben')];
    await world.settle();
    const before = world.log.filter((line) => line.includes('Description')).length;
    await ada.camera.mute();
    await ada.microphone.mute();
    await world.settle();
    assert.deepEqual([ben.participants.get('ada')?.camera.muted, ben.participants.get('ada')?.microphone.muted], [true, true]);
    assert.deepEqual([seen(ben, 'ada'), ada.devices.live.map(({ kind }) => kind)], [undefined, ['audio']]);
    await ada.camera.unmute();
    await world.settle();
    assert.ok(ada.camera.track);
    assert.equal(seen(ben, 'ada'), ada.camera.track);
    assert.equal(world.log.filter((line) => line.includes('Description')).length, before);
  });

  test('a lobby: knock, admit, deny; a host removes, locks, mutes and ends', async () => {
    await world.close();
    world = await virtualWorld({ server: { lobby: true } });
    const ada = await enter('Ada');
    const knocks: string[] = [];
    ada.on('knock', ({ id }) => knocks.push(id));
    const ben = await enter('Ben', { microphone: true });
    const eve = await enter('Eve');
    await world.settle();
    assert.deepEqual([ada.state, ben.state, eve.state, knocks], ['joined', 'waiting', 'waiting', ['ben', 'eve']]);
    await ada.moderation.admit('ben');
    await ada.moderation.deny('eve');
    await world.settle();
    assert.deepEqual([ben.state, eve.state, eve.error?.code, ada.role, ben.role], ['joined', 'left', 'denied', 'host', 'guest']);
    await ada.moderation.muteFor('ben', 'microphone');
    await world.settle();
    assert.equal(ben.microphone.state, 'muted');
    await assert.rejects(ben.moderation.end(), { code: 'not-allowed' });
    await ada.moderation.end();
    await world.settle();
    assert.deepEqual([ben.state, ben.error?.code, ada.state], ['left', 'meeting-ended', 'left']);
  });

  test('a server that asks who may enter', async () => {
    await world.close();
    world = await virtualWorld({ server: { authorize: async ({ token }) => token === 'good' && { role: 'host' }, participantsMax: 1 } });
    await assert.rejects(enter('Eve', { token: 'bad' }), { name: 'MeetingError', code: 'token-refused' });
    assert.equal((await enter('Ada', { token: 'good' })).role, 'host');
    await assert.rejects(enter('Ben', { token: 'good' }), { code: 'room-full' });
  });

  test('classic clients join by naming their dialect', async () => {
    const ada = await enter('Ada', { camera: true });
    const ben = await enter('Ben', { dialect: 'classic', camera: true });
    await world.settle();
    assert.equal(ben.dialect, 'classic');
    assert.equal(seen(ada, 'ben'), ben.camera.track);
    assert.equal(seen(ben, 'ada'), ada.camera.track);
  });
});
