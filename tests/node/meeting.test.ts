// The SDK as an application uses it: several participants in one process, over the real cores.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Meeting } from '../../web/sdk/meeting.ts';
import type { Participant } from '../../web/sdk/participant.ts';
import type { Person } from '../support/fake-world.ts';
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

async function enter(user: string, options = {}): Promise<{ meeting: Meeting; person: Person }> {
  const joined = await world.join('standup', { user, name: user.toUpperCase(), ...options });
  meetings.push(joined.meeting);
  return joined;
}

function other(meeting: Meeting, id: string): Participant {
  const participant = meeting.participants.get(id);
  assert.ok(participant, `${id} is not there`);
  return participant;
}

async function connected(...all: Meeting[]): Promise<void> {
  for (const meeting of all) {
    const others = all.filter((each) => each !== meeting).map(({ me }) => me.id);
    await until(`${meeting.me.id} is connected to ${others.join(', ')}`, () =>
      others.every((id) => meeting.participants.get(id)?.connection === 'connected'),
    );
  }
}

/** Until what `viewer` shows of that source is what `sender` captures. */
async function flows(sender: Meeting, viewer: Meeting, source: 'camera' | 'microphone' | 'screen'): Promise<void> {
  await until(`${viewer.me.id} gets the ${source} of ${sender.me.id}`, () => {
    const sent = sender[source].track;
    return sent !== undefined && world.wire.sentInto(viewer.participants.get(sender.me.id)?.[source].track) === sent;
  });
}

const operations = (name: string): number =>
  [...world.wire.open].reduce((sum, connection) => sum + connection.log.filter((entry) => entry.startsWith(name)).length, 0);

/** Until nobody negotiates any more; gives how many descriptions have been set so far. */
async function negotiated(): Promise<number> {
  let before = -1;
  await until('negotiation has come to rest', () => {
    const busy = [...world.wire.open].some(({ signalingState }) => signalingState !== 'stable');
    const now = operations('set');
    const rested = !busy && now === before;
    before = now;
    return rested;
  });
  return before;
}

describe('together', () => {
  test('two meet: each sees the other by name, and what the other sends', async () => {
    const ada = await enter('ada', { camera: true, microphone: true });
    const ben = await enter('ben', { camera: true });
    await connected(ada.meeting, ben.meeting);
    assert.equal(ada.meeting.state, 'joined');
    assert.equal(other(ada.meeting, 'ben').name, 'BEN');
    await flows(ada.meeting, ben.meeting, 'camera');
    await flows(ada.meeting, ben.meeting, 'microphone');
    await flows(ben.meeting, ada.meeting, 'camera');
    assert.equal(other(ben.meeting, 'ada').microphone.on, true);
    assert.equal(other(ada.meeting, 'ben').microphone.on, false);
    assert.equal(world.wire.made, 2);
    assert.deepEqual([...ada.person.reported, ...ben.person.reported], []);
  });

  test('G9: three who join at once have three pairs', async () => {
    const all = await Promise.all(['ada', 'ben', 'cem'].map((user) => enter(user, { microphone: true })));
    const [ada, ben, cem] = all.map(({ meeting }) => meeting) as [Meeting, Meeting, Meeting];
    await connected(ada, ben, cem);
    await flows(ada, cem, 'microphone');
    await flows(cem, ada, 'microphone');
    await flows(ben, cem, 'microphone');
    assert.equal(world.wire.made, 6);
    assert.equal(world.wire.open.size, 6);
  });

  test('somebody who leaves is gone for the others, with the tracks', async () => {
    const ada = await enter('ada');
    const ben = await enter('ben', { camera: true });
    await connected(ada.meeting, ben.meeting);
    const left: string[] = [];
    ada.meeting.on('participant-left', ({ participant, reason }) => left.push(`${participant.id} ${reason}`));
    await ben.meeting.leave();
    await until('ben is gone', () => ada.meeting.participants.size === 0);
    assert.deepEqual(left, ['ben left']);
    await until('no connection is left over', () => world.wire.open.size === 0);
  });

  test('F4: a second join under one id is refused, and the one who sits there is unharmed', async () => {
    const { meeting } = await enter('ada');
    await assert.rejects(enter('ada'), { name: 'MeetingError', code: 'id-taken', blame: 'local' });
    assert.equal(meeting.state, 'joined');
  });
});

describe('sources', () => {
  test('a mute is seen by the others', async () => {
    const ada = await enter('ada', { microphone: true });
    const ben = await enter('ben');
    await connected(ada.meeting, ben.meeting);
    assert.equal(await ada.meeting.microphone.mute(), 'muted');
    await until('ben sees it', () => other(ben.meeting, 'ada').microphone.muted);
    assert.equal(other(ben.meeting, 'ada').microphone.track, undefined);
    assert.equal(await ada.meeting.microphone.unmute(), 'on');
    await flows(ada.meeting, ben.meeting, 'microphone');
  });

  test('H9: muting the camera releases the device and negotiates nothing', async () => {
    const ada = await enter('ada', { camera: true });
    const ben = await enter('ben');
    await connected(ada.meeting, ben.meeting);
    await flows(ada.meeting, ben.meeting, 'camera');
    const before = await negotiated();
    await ada.meeting.camera.mute();
    assert.deepEqual(ada.person.media.live, []);
    await until('ben sees it', () => other(ben.meeting, 'ada').camera.muted);
    await ada.meeting.camera.unmute();
    await flows(ada.meeting, ben.meeting, 'camera');
    assert.equal(await negotiated(), before);
    assert.equal(ada.person.media.live.length, 1);
  });

  test('a shared screen reaches those who are there and those who come later, with its sound', async () => {
    const ada = await enter('ada');
    const ben = await enter('ben');
    await connected(ada.meeting, ben.meeting);
    assert.equal(await ada.meeting.screen.start({ audio: true }), 'on');
    await flows(ada.meeting, ben.meeting, 'screen');
    const late = await enter('late');
    await flows(ada.meeting, late.meeting, 'screen');
    const shown = other(late.meeting, 'ada').screen;
    assert.deepEqual(shown.stream?.getTracks().map(({ kind }) => kind).sort(), ['audio', 'video']);
    await ada.meeting.screen.stop();
    await until('it is gone everywhere', () => ![ben, late].some(({ meeting }) => other(meeting, 'ada').screen.on));
    assert.deepEqual(ada.person.media.live, []);
  });

  test('H6: a share that ends in the browser\'s own bar is off, here and there', async () => {
    const ada = await enter('ada');
    const ben = await enter('ben');
    await ada.meeting.screen.start();
    await flows(ada.meeting, ben.meeting, 'screen');
    ada.person.media.live[0]?.end();
    assert.equal(ada.meeting.screen.state, 'off');
    assert.equal(ada.meeting.screen.error, undefined);
    await until('ben sees it', () => !other(ben.meeting, 'ada').screen.on);
  });

  test('H7: closing the picker is no error', async () => {
    const { meeting, person } = await enter('ada');
    person.media.refusals.push(new DOMException('Permission denied', 'NotAllowedError'));
    assert.equal(await meeting.screen.start(), 'off');
    assert.equal(meeting.screen.state, 'off');
  });

  test('H1: without permission one is in the meeting, and may add the camera later', async () => {
    const person = world.person();
    person.media.refusals.push(new DOMException('no', 'NotAllowedError'));
    const meeting = await world.joinAs(person, 'standup', { user: 'ada', camera: true });
    meetings.push(meeting);
    await until('the camera has failed', () => meeting.camera.state === 'failed');
    assert.equal(meeting.camera.error?.code, 'permission-denied');
    assert.equal(meeting.state, 'joined');
    assert.equal(await meeting.camera.start(), 'on');
    assert.equal(meeting.camera.error, undefined);
  });

  test('H3: with the camera in use the microphone is published, the error is typed, and a retry works', async () => {
    const { meeting, person } = await enter('ada', { microphone: true });
    const ben = await enter('ben');
    person.media.refusals.push(new DOMException('busy', 'NotReadableError'));
    await assert.rejects(meeting.camera.start(), { name: 'MeetingError', code: 'in-use', blame: 'device', retryable: true });
    await flows(meeting, ben.meeting, 'microphone');
    assert.equal(await meeting.camera.start(), 'on');
    await flows(meeting, ben.meeting, 'camera');
  });

  test('H10: a camera switched twice while it starts: the last wish wins, one track is live', async () => {
    const { meeting, person } = await enter('ada');
    const ben = await enter('ben');
    await Promise.all([meeting.camera.start('one'), meeting.camera.switchTo('two'), meeting.camera.switchTo('three')]);
    assert.equal(meeting.camera.state, 'on');
    await until('the others are given back', () => person.media.live.length === 1);
    const last = person.media.asked.at(-1)?.constraints.video as MediaTrackConstraints;
    assert.deepEqual(last.deviceId, { ideal: 'three' });
    await flows(meeting, ben.meeting, 'camera');
  });

  test('H12: a track that has ended is refused by its own error', async () => {
    const { meeting, person } = await enter('ada');
    const stream = await person.media.getUserMedia({ video: true });
    const [track] = stream.getTracks() as [MediaStreamTrack];
    track.stop();
    await assert.rejects(meeting.camera.start(track), { code: 'track-ended' });
  });

  test('a track of the application\'s own is sent as a clone: the original stays the application\'s', async () => {
    const { meeting, person } = await enter('ada');
    const [track] = (await person.media.getUserMedia({ video: true })).getTracks() as [MediaStreamTrack];
    await meeting.camera.start(track);
    assert.notEqual(meeting.camera.track, track);
    await meeting.camera.mute();
    assert.equal(track.readyState, 'live');
    assert.equal(await meeting.camera.unmute(), 'on');
    await meeting.leave();
    assert.deepEqual(person.media.live.map(({ id }) => id), [track.id]);
  });

  test('on an insecure page the source fails with that error, and the join does not', async () => {
    const person = world.person();
    Object.assign(person, { media: undefined });
    const { BrowserDevices } = await import('../../bindings/browser/media-devices.ts');
    const { FakeStream, asStream } = await import('../../web/testing/fake-media.ts');
    person.ports.devices = new BrowserDevices({
      mediaDevices: () => undefined, stream: () => asStream(new FakeStream()), player: () => ({}) as HTMLMediaElement,
    });
    const meeting = await world.joinAs(person, 'standup', { user: 'ada', camera: true });
    meetings.push(meeting);
    await until('the camera has failed', () => meeting.camera.state === 'failed');
    assert.equal(meeting.camera.error?.code, 'insecure-context');
  });

  test('a source cannot be started with just anything', async () => {
    const { meeting } = await enter('ada');
    for (const bad of [7, true, () => {}, [7]]) {
      await assert.rejects(meeting.camera.start(bad as never), { code: 'invalid-argument' });
    }
    await assert.rejects(meeting.screen.start('screen-1' as never), { code: 'invalid-argument' });
  });
});

describe('chat', () => {
  test('messages come in order, to everyone, one\'s own included', async () => {
    const ada = await enter('ada');
    const ben = await enter('ben');
    const heard: string[] = [];
    ben.meeting.on('chat', ({ from, text }) => heard.push(`${from}: ${text}`));
    const texts = Array.from({ length: 20 }, (_, index) => `message ${index}`);
    await Promise.all(texts.map((text) => ada.meeting.chat.send(text)));
    await until('ben has all', () => heard.length === texts.length);
    assert.deepEqual(heard, texts.map((text) => `ada: ${text}`));
    assert.deepEqual(ada.meeting.chat.history.map(({ text }) => text), texts);
    assert.deepEqual(ben.meeting.chat.history.map(({ text }) => text), texts);
  });

  test('a message for one only reaches that one', async () => {
    const [ada, ben, cem] = [await enter('ada'), await enter('ben'), await enter('cem')];
    await ada.meeting.chat.send('psst', { to: 'cem' });
    await ada.meeting.chat.send('all');
    await until('ben has heard', () => ben.meeting.chat.history.length > 0);
    assert.deepEqual(ben.meeting.chat.history.map(({ text }) => text), ['all']);
    await until('cem has heard', () => cem.meeting.chat.history.length === 2);
    assert.equal(cem.meeting.chat.history[0]?.to, 'cem');
  });

  test('what cannot be sent is refused, by name', async () => {
    const { meeting } = await enter('ada');
    await assert.rejects(meeting.chat.send('half \ud83d'), { code: 'invalid-argument' });
    await assert.rejects(meeting.chat.send(7 as never), { code: 'invalid-argument' });
    await assert.rejects(meeting.chat.send(''), { code: 'invalid-argument' });
    await assert.rejects(meeting.chat.send('x'.repeat(20_000)), { code: 'message-too-large' });
    await assert.rejects(meeting.chat.send('hi', { to: 'nobody' }), { code: 'target-unknown' });
  });

  test('I9: markup, quotes and all planes of Unicode arrive as they are', async () => {
    const [ada, ben] = [await enter('ada'), await enter('ben')];
    const text = '<b>"\\n\\ud800"</b> ä 漢 😀 \u2028 \u0000';
    await ada.meeting.chat.send(text);
    await until('ben has it', () => ben.meeting.chat.history.length === 1);
    assert.equal(ben.meeting.chat.history[0]?.text, text);
  });
});

describe('signalling lost', () => {
  test('D1: media stays, nobody leaves, and chat from meanwhile arrives', async () => {
    const ada = await enter('ada', { camera: true });
    const ben = await enter('ben');
    await connected(ada.meeting, ben.meeting);
    await flows(ada.meeting, ben.meeting, 'camera');
    const states: string[] = [];
    const left: unknown[] = [];
    ada.meeting.on('state', ({ state }) => states.push(state));
    ben.meeting.on('participant-left', (event) => left.push(event));
    ada.person.cutSocket();
    await until('ada notices', () => ada.meeting.state === 'reconnecting');
    const sent = ada.meeting.chat.send('from the tunnel');
    await until('ada is back', () => ada.meeting.state === 'joined');
    await sent;
    await until('ben has it', () => ben.meeting.chat.history.length === 1);
    assert.deepEqual(states, ['reconnecting', 'joined']);
    assert.deepEqual(left, []);
    assert.equal(world.wire.made, 2);
    await flows(ada.meeting, ben.meeting, 'camera');
  });
});
