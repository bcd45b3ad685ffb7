// Own sources through the SDK: which device, tracks of one's own, and everything that one may ask of them in vain.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Meeting } from '../../web/sdk/meeting.ts';
import type { Person } from '../support/fake-world.ts';
import { cameraDefaults } from '../../bindings/browser/media-devices.ts';
import { FakeTrack, asFake, asTrack } from '../../web/testing/fake-media.ts';
import { FakePage } from '../support/fake-page.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { until } from '../support/waiting.ts';

let world: FakeWorld;
let ada: Meeting;
let person: Person;

beforeEach(async () => {
  world = await FakeWorld.make();
  ({ meeting: ada, person } = await world.join('r', { user: 'ada' }));
});
afterEach(async () => {
  await ada.leave();
  world.close();
});

const asked = (): unknown => (person.media.asked.at(-1)?.constraints.video as MediaTrackConstraints).deviceId;
const live = (): string[] => person.media.live.map(({ settings, label }) => settings.deviceId ?? label);
interface Untyped {
  start(value: unknown): Promise<unknown>;
  switchTo(value: unknown): Promise<unknown>;
}
const invalid = { name: 'MeetingError', code: 'invalid-argument' };

describe('which device', () => {
  beforeEach(() => person.media.plug('cam-2', 'videoinput'));

  test('H10: a device is switched in a call, with the constraints of before; the last wish wins', async () => {
    await ada.camera.start({ width: 320 });
    assert.equal(ada.camera.device, 'cam-1');
    await Promise.all([ada.camera.switchTo('cam-2'), ada.camera.switchTo('cam-1'), ada.camera.switchTo('cam-2')]);
    assert.deepEqual(person.media.asked.at(-1)?.constraints, { video: { width: 320, deviceId: { exact: 'cam-2' } } });
    await until('one is live', () => person.media.live.length === 1);
    assert.deepEqual(live(), ['cam-2']);
    assert.equal(ada.camera.device, 'cam-2');
    assert.equal(ada.camera.preferredDevice, 'cam-2');
    assert.equal(ada.snapshot.camera.device, 'cam-2');
  });

  test('what is chosen while it is off counts from the next start on', async () => {
    assert.equal(await ada.camera.switchTo('cam-2'), 'off');
    assert.equal(ada.camera.preferredDevice, 'cam-2');
    assert.deepEqual(live(), []);
    await ada.camera.start();
    assert.deepEqual(live(), ['cam-2']);
    assert.equal(await ada.camera.mute(), 'muted');
    assert.equal(await ada.camera.switchTo('cam-1'), 'muted');
    assert.deepEqual(live(), []);
    assert.equal(await ada.camera.unmute(), 'on');
    assert.deepEqual(live(), ['cam-1']);
  });

  test('a preference may also stand in the constraints; what is exact is the browser\'s', async () => {
    await ada.camera.start({ deviceId: 'cam-2' });
    assert.equal(ada.camera.preferredDevice, 'cam-2');
    await ada.camera.start({ deviceId: { ideal: 'cam-1' } });
    assert.equal(ada.camera.preferredDevice, 'cam-1');
    assert.deepEqual(live(), ['cam-1']);
    await assert.rejects(ada.camera.start({ deviceId: { exact: 'gone' } }), { code: 'overconstrained' });
    assert.deepEqual(asked(), { exact: 'gone' });
    assert.deepEqual(live(), ['cam-1'], 'what was in use goes on');
  });

  test('H4: an unplugged camera gives way to another at once, and comes back', async () => {
    const { meeting: ben } = await world.join('r', { user: 'ben' });
    await ada.camera.start('cam-1');
    await until('they are connected', () => ben.participants.get('ada')?.connection === 'connected');
    await until('ben sees it', () => ben.participants.get('ada')?.camera.on === true);
    const connections = world.wire.made;
    person.media.unplug('cam-1');
    await until('the other one is live', () => live().join() === 'cam-2');
    await until('and on', () => ada.camera.state === 'on');
    assert.equal(ada.camera.preferredDevice, 'cam-1');
    assert.equal(ada.camera.device, 'cam-2');
    await until('ben gets it', () => world.wire.sentInto(ben.participants.get('ada')?.camera.track) === ada.camera.track);
    person.media.plug('cam-1', 'videoinput');
    await until('it is back', () => live().join() === 'cam-1');
    await until('ben gets that', () => world.wire.sentInto(ben.participants.get('ada')?.camera.track) === ada.camera.track);
    assert.equal(world.wire.made, connections, 'over the same connection');
    await ben.leave();
  });

  test('H5: a device that is gone since the last time: another one', async () => {
    assert.equal(await ada.camera.start('gone'), 'on');
    assert.deepEqual(live(), ['cam-1']);
    assert.equal(ada.camera.preferredDevice, 'gone');
    await assert.rejects(ada.camera.switchTo('nowhere'), { code: 'not-found' });
    assert.deepEqual(live(), ['cam-1']);
  });

  test('of the user\'s own picture only a camera that looks at them is a mirror', async () => {
    await ada.camera.start();
    assert.equal(ada.camera.mirrored, true);
    person.media.plugged = [{ deviceId: 'rear', kind: 'videoinput', facingMode: 'environment' }];
    await ada.camera.start('rear');
    assert.equal(ada.camera.mirrored, false);
    await ada.camera.start(asTrack(new FakeTrack('video', 'canvas', person.media)));
    assert.equal(ada.camera.mirrored, false);
    await ada.screen.start();
    assert.equal(ada.screen.mirrored, false);
  });

  test('the content hint goes to the track; a screen is taken for detail', async () => {
    await ada.camera.start({ contentHint: 'detail' });
    assert.equal(asFake(ada.camera.track).contentHint, 'detail');
    assert.deepEqual(person.media.asked.at(-1)?.constraints, { video: cameraDefaults });
    await ada.screen.start();
    assert.equal(asFake(ada.screen.track).contentHint, 'detail');
    await ada.screen.start({ contentHint: 'text' });
    assert.equal(asFake(ada.screen.track).contentHint, 'text');
    const film = new FakeTrack('video', 'film', person.media);
    film.contentHint = 'motion';
    await ada.screen.start(asTrack(film));
    assert.equal(asFake(ada.screen.track).contentHint, 'motion', 'what the application says stays');
  });
});

describe('asked in vain', () => {
  test('what makes no sense is invalid, and captures nothing', async () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const video = asTrack(new FakeTrack('video', 'canvas'));
    const audio = asTrack(new FakeTrack('audio', 'file'));
    const { camera, microphone, screen } = ada as unknown as Record<'camera' | 'microphone' | 'screen', Untyped>;
    for (const bad of [null, 7, true, Symbol('x'), () => {}, [], [video, 1], [video, video], audio, circle, { width: 1n }, '\ud800', { contentHint: 'music' }, { deviceId: '\udc00' }]) {
      await assert.rejects(camera.start(bad), invalid, String(bad));
    }
    await assert.rejects(microphone.start(video), invalid);
    await assert.rejects(microphone.start({ contentHint: 'motion' }), invalid);
    for (const bad of [null, 'screen-1', [], [video, video], [audio, audio], { contentHint: 'speech' }]) await assert.rejects(screen.start(bad), invalid, String(bad));
    for (const bad of [undefined, null, 7, {}, video]) await assert.rejects(camera.switchTo(bad), invalid, String(bad));
    await assert.rejects(screen.switchTo('screen-1'), invalid);
    assert.deepEqual(person.media.asked, []);
    assert.equal(ada.camera.state, 'off');
  });

  test('twice, and in the wrong state, it is so already', async () => {
    for (const source of [ada.camera, ada.microphone]) {
      assert.equal(await source.stop(), 'off');
      assert.equal(await source.mute(), 'muted');
      assert.equal(await source.mute(), 'muted');
      assert.equal(await source.unmute(), 'on');
      assert.equal(await source.unmute(), 'on');
      assert.equal(await source.start(), 'on');
      assert.deepEqual(await Promise.all([source.stop(), source.stop()]), ['off', 'off']);
    }
    assert.deepEqual(await Promise.all([ada.screen.start(), ada.screen.start()]), ['starting', 'on'], 'the first is overtaken');
    assert.equal(person.media.live.length, 1);
    await ada.screen.stop();
    assert.deepEqual(live(), []);
  });

  test('after the end everything is refused, and nothing is kept', async () => {
    const track = new FakeTrack('video', 'canvas', person.media);
    await ada.leave();
    const refused = { code: 'already-left' };
    for (const source of [ada.camera, ada.microphone, ada.screen]) {
      for (const ask of [() => source.start(), () => source.stop(), () => source.mute(), () => source.unmute()]) await assert.rejects(ask(), refused);
      assert.equal(source.device, undefined);
    }
    await assert.rejects(ada.camera.start(asTrack(track)), refused);
    await assert.rejects(ada.camera.switchTo('cam-1'), refused);
    await assert.rejects(ada.speaker.switchTo('speaker-1'), refused);
    const element = new FakePage().createElement('audio');
    ada.speaker.attach(element as unknown as HTMLMediaElement)();
    assert.deepEqual(person.media.live, [track], 'but for the application\'s own');
    assert.equal(person.media.listeners, 0);
  });

  test('H13: a join that is refused gives the devices back', async () => {
    const other = world.person();
    await assert.rejects(world.joinAs(other, 'r', { user: 'ada', camera: true, microphone: true }), { code: 'id-taken' });
    assert.deepEqual(other.media.live, []);
    assert.equal(other.media.listeners, 0);
  });

  test('H1: who did not permit it is told, where it is known', async () => {
    person.media.refusals.push(Object.assign(new Error('Permission denied by system'), { name: 'NotAllowedError' }));
    await assert.rejects(ada.camera.start(), { code: 'permission-denied', deniedBy: 'system' });
    assert.equal(ada.camera.error?.deniedBy, 'system');
    person.media.refusals.push(Object.assign(new Error('no click'), { name: 'InvalidStateError' }));
    await assert.rejects(ada.screen.start(), { code: 'permission-denied', deniedBy: 'browser' });
    person.media.refusals.push(new DOMException('Permission denied', 'NotAllowedError'));
    await assert.rejects(ada.camera.start(), { code: 'permission-denied', deniedBy: undefined });
  });

  test('H12: a track of one\'s own that ends is told by its own error, and nothing takes its place', async () => {
    const own = new FakeTrack('video', 'file', person.media);
    await ada.camera.start(asTrack(own));
    asFake(ada.camera.track).end();
    assert.equal(ada.camera.state, 'failed');
    assert.equal(ada.camera.error?.code, 'track-ended');
    assert.deepEqual(person.media.asked, []);
    assert.equal(await ada.camera.start('cam-1'), 'on');
  });
});

describe('the speaker', () => {
  test('is changed for everything that is attached, and for what comes later', async () => {
    const page = new FakePage();
    const element = (): HTMLMediaElement & { sinkId: string } => page.createElement('audio') as unknown as HTMLMediaElement & { sinkId: string };
    const [first, second, third] = [element(), element(), element()] as const;
    ada.speaker.attach(first);
    const undo = ada.speaker.attach(second);
    await ada.speaker.switchTo('speaker-1');
    assert.deepEqual([ada.speaker.device, first.sinkId, second.sinkId], ['speaker-1', 'speaker-1', 'speaker-1']);
    undo();
    ada.speaker.attach(third);
    await Promise.all([ada.speaker.switchTo('speaker-1'), ada.speaker.switchTo('speaker-2')]);
    assert.deepEqual([first.sinkId, second.sinkId, third.sinkId], ['speaker-2', 'speaker-1', 'speaker-2']);
    await ada.speaker.switchTo('');
    assert.equal(first.sinkId, '');
  });

  test('that is not there is a typed error, and all plays as before', async () => {
    const element = new FakePage().createElement('audio');
    ada.speaker.attach(element as unknown as HTMLMediaElement);
    await ada.speaker.switchTo('speaker-1');
    await assert.rejects(ada.speaker.switchTo('gone'), { name: 'MeetingError', code: 'not-found', blame: 'device' });
    assert.equal(ada.speaker.device, 'speaker-1');
    assert.equal(element.sinkId, 'speaker-1');
    await assert.rejects(ada.speaker.switchTo(7 as unknown as string), invalid);
  });

  test('gives way to the system\'s own while it is away', async () => {
    person.media.plug('speaker-1', 'audiooutput');
    await ada.microphone.start();
    await until('it is listed', () => person.media.listings > 0);
    const element = new FakePage().createElement('audio');
    ada.speaker.attach(element as unknown as HTMLMediaElement);
    await ada.speaker.switchTo('speaker-1');
    assert.equal(element.sinkId, 'speaker-1');
    person.media.unplug('speaker-1');
    await until('another serves', () => element.sinkId === '');
    assert.equal(ada.speaker.device, 'speaker-1');
    person.media.plug('speaker-1', 'audiooutput');
    await until('it is back', () => element.sinkId === 'speaker-1');
    assert.deepEqual(person.reported, []);
  });

  test('cannot be chosen in a browser that has no such thing, and that is said', async () => {
    const element = {} as HTMLMediaElement;
    ada.speaker.attach(element);
    const { devices } = person.ports;
    const playThrough = devices.playThrough.bind(devices);
    devices.playThrough = (_, device) => playThrough(element, device);
    await assert.rejects(ada.speaker.switchTo('speaker-1'), { code: 'device-unsupported' });
    assert.equal(ada.speaker.device, '');
    assert.deepEqual(person.reported, []);
  });
});
