// Devices in a virtual world: denied, occupied, plugged in and out, chosen; what tracks tell; what statistics say.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { VirtualMeeting, VirtualWorld } from '../../web/testing/index.ts';
import { asTrack, FakeTrack } from '../../web/testing/fake-media.ts';
import { writeStats } from '../../web/testing/fake-stats.ts';
import { FakeWire } from '../../web/testing/fake-wire.ts';
import { virtualWorld } from '../../web/testing/index.ts';
import { until } from '../support/waiting.ts';

let world: VirtualWorld;
let ada: VirtualMeeting;
let ben: VirtualMeeting;
beforeEach(async () => {
  world = await virtualWorld();
  ada = await world.join('standup', { name: 'Ada' });
  ben = await world.join('standup', { name: 'Ben' });
  await world.settle();
});
afterEach(() => world.close());

const error = (code: string, more = {}): object => ({ name: 'MeetingError', code, ...more });

describe('devices of a virtual world', () => {
  test('denied ones fail with who denied, and the join does not', async () => {
    ada.devices.deny('camera');
    await assert.rejects(ada.camera.start(), error('permission-denied', { deniedBy: 'browser' }));
    assert.deepEqual([ada.camera.state, ada.camera.error?.code], ['failed', 'permission-denied']);
    ada.devices.deny('camera', 'user');
    await assert.rejects(ada.camera.start(), error('permission-denied', { deniedBy: 'user' }));
    ada.devices.deny('camera', 'system');
    await assert.rejects(ada.camera.start(), error('permission-denied', { deniedBy: 'system' }));
    ada.devices.allow('camera');
    assert.equal(await ada.camera.start(), 'on');
    const dora = world.person('dora');
    dora.devices.deny('microphone');
    const meeting = await dora.join('standup', { camera: true, microphone: true });
    await world.settle();
    assert.deepEqual([meeting.camera.state, meeting.microphone.state, meeting.microphone.error?.code], ['on', 'failed', 'permission-denied']);
  });

  test('a permission that is taken back ends what runs', async () => {
    await ada.camera.start();
    await world.settle();
    const changes: string[] = [];
    ada.devices.on('permission', () => changes.push('permission'));
    ada.devices.deny('camera');
    await world.settle();
    assert.deepEqual([ada.camera.state, ada.camera.error?.code, ada.camera.error?.deniedBy], ['failed', 'permission-denied', 'browser']);
    assert.equal(ben.participants.get('ada')?.camera.on, false);
    assert.deepEqual([changes, await ada.devices.permissions()], [['permission'], { camera: 'denied', microphone: 'granted' }]);
  });

  test('one that is unplugged is stood in for, and taken again when it is back', async () => {
    ada.devices.plug({ id: 'usb', kind: 'camera', label: 'On a cable' });
    assert.deepEqual((await ada.devices.list()).map(({ id, kind, label }) => `${id} ${kind} ${label}`), ['cam-1 camera cam-1', 'mic-1 microphone mic-1', 'usb camera On a cable']);
    await ada.camera.start('usb');
    await world.settle();
    assert.equal(ada.camera.device, 'usb');
    ada.devices.unplug('usb');
    await world.settle();
    assert.deepEqual([ada.camera.state, ada.camera.device, ada.camera.preferredDevice], ['on', 'cam-1', 'usb']);
    assert.equal(world.sentInto(ben.participants.get('ada')?.camera.track), ada.camera.track);
    ada.devices.plug({ id: 'usb', kind: 'camera' });
    await world.settle();
    assert.equal(ada.camera.device, 'usb');
  });

  test('the last one unplugged fails the source; none there is not found', async () => {
    await ada.camera.start();
    ada.devices.unplug('cam-1');
    await world.advance(15_000);
    assert.equal(ada.camera.state, 'failed');
    await assert.rejects(ada.camera.start(), error('not-found'));
    ada.devices.plug({ id: 'cam-2', kind: 'camera', facingMode: 'environment' });
    assert.equal(await ada.camera.start(), 'on');
    assert.equal(ada.camera.mirrored, false);
  });

  test('an occupied one is in use', async () => {
    ada.devices.occupy('mic-1');
    await assert.rejects(ada.microphone.start(), error('in-use'));
    ada.devices.occupy('mic-1', false);
    assert.equal(await ada.microphone.start(), 'on');
  });

  test('M3: where only one camera can be open it is switched all the same, and if that fails the old one is back', async () => {
    ada.devices.plug({ id: 'back', kind: 'camera' });
    ada.devices.onlyOne('camera');
    await ada.camera.start('cam-1');
    await world.settle();
    assert.equal(await ada.camera.switchTo('back'), 'on');
    await world.settle();
    assert.deepEqual([ada.camera.device, ada.devices.live.length], ['back', 1]);
    assert.equal(world.sentInto(ben.participants.get('ada')?.camera.track), ada.camera.track);
    ada.devices.occupy('cam-1');
    await assert.rejects(ada.camera.switchTo('cam-1'), error('in-use'));
    assert.deepEqual([ada.camera.state, ada.camera.device, ada.devices.live.length], ['on', 'back', 1]);
    await world.settle();
    assert.equal(world.sentInto(ben.participants.get('ada')?.camera.track), ada.camera.track);
    ada.devices.onlyOne('camera', false);
    ada.devices.occupy('cam-1', false);
    assert.equal(await ada.camera.switchTo('cam-1'), 'on');
  });

  test('M3: of microphones, too', async () => {
    ada.devices.plug({ id: 'headset', kind: 'microphone' });
    ada.devices.onlyOne('microphone');
    await ada.microphone.start('mic-1');
    assert.equal(await ada.microphone.switchTo('headset'), 'on');
    assert.deepEqual([ada.microphone.device, ada.devices.live.length], ['headset', 1]);
  });

  test('M4: what the system interrupts is seen here, by the others, and explained; it comes back by itself or is captured anew', async () => {
    await ada.camera.start();
    await world.settle();
    const states: string[] = [];
    ada.on('source', ({ source, state }) => states.push(`${source} ${state}`));
    const seen = (): unknown => {
      const { on, muted } = ben.participants.get('ada')!.camera;
      return [ada.camera.state, ada.me.camera.muted, on, muted];
    };
    ada.devices.interrupt('camera');
    await world.settle();
    assert.deepEqual(seen(), ['interrupted', true, false, true]);
    assert.deepEqual((await ada.me.explain()).map(({ cause, detail }) => [cause, detail]), [['device-interrupted', 'camera']]);
    ada.devices.interrupt('camera', false);
    await world.settle();
    assert.deepEqual(seen(), ['on', false, true, false]);
    ada.devices.interrupt('camera');
    await world.settle();
    const before = ada.camera.track;
    assert.equal(await ada.camera.unmute(), 'on');
    await world.settle();
    assert.notEqual(ada.camera.track, before);
    assert.deepEqual([before?.readyState, ...(seen() as unknown[])], ['ended', 'on', false, true, false]);
    assert.equal(world.sentInto(ben.participants.get('ada')?.camera.track), ada.camera.track);
    assert.deepEqual(states, ['camera interrupted', 'camera on', 'camera interrupted', 'camera starting', 'camera on']);
  });

  test('M13: the system\'s default microphone is followed where none was chosen', async () => {
    ada.devices.plug({ id: 'headset', kind: 'microphone' });
    await ada.microphone.start();
    await world.settle();
    ada.devices.makeDefault('headset');
    await world.settle();
    assert.deepEqual([ada.microphone.device, ada.microphone.preferredDevice, ada.devices.live.length], ['headset', '', 1]);
    assert.equal(world.sentInto(ben.participants.get('ada')?.microphone.track), ada.microphone.track);
    for (const choice of ['headset', { deviceId: { exact: 'headset' } }]) {
      await ada.microphone.start(choice);
      ada.devices.makeDefault('mic-1');
      await world.settle();
      assert.equal(ada.microphone.device, 'headset');
      ada.devices.makeDefault('headset');
    }
    await ada.microphone.start({ deviceId: 'default' });
    await world.settle();
    assert.equal(ada.microphone.preferredDevice, '');
  });

  test('a closed picker is no error', async () => {
    ada.devices.deny('screen', 'user');
    assert.equal(await ada.screen.start(), 'off');
    ada.devices.allow('screen');
    assert.equal(await ada.screen.start(), 'on');
  });

  test('own tracks go where a device goes', async () => {
    const canvas = ada.devices.track('video', 'canvas');
    await ada.camera.start(canvas);
    await world.settle();
    assert.equal(world.sentInto(ben.participants.get('ada')?.camera.track)?.label, 'canvas');
    await ada.camera.stop();
    assert.equal(canvas.readyState, 'live', 'it is the application\'s own');
  });

  test('what is heard through is chosen among the speakers that are there', async () => {
    ada.devices.plug({ id: 'headset', kind: 'speaker' });
    await ada.speaker.switchTo('headset');
    await assert.rejects(ada.speaker.switchTo('none-such'), error('not-found'));
  });

  test('a received track is muted until something comes in, and says so', async () => {
    await ada.camera.start();
    const ends: string[] = [];
    await world.until(() => ben.participants.get('ada')?.camera.track);
    const track = ben.participants.get('ada')!.camera.track!;
    track.addEventListener('ended', () => ends.push('ended'));
    await world.settle();
    assert.deepEqual([track.kind, track.muted, track.readyState, track.enabled], ['video', false, 'live', true]);
    const own = ada.camera.track!;
    own.addEventListener('ended', () => ends.push('own'));
    ada.devices.unplug('cam-1');
    assert.deepEqual(ends, ['own']);
  });
});

test('statistics are those of the network that is set', async () => {
  const wire = new FakeWire();
  const [one, two] = [new wire.PeerConnection(), new wire.PeerConnection()];
  one.addTransceiver(asTrack(new FakeTrack('video')), { direction: 'sendonly' });
  for (const [from, to] of [[one, two], [two, one]] as const) from.onicecandidate = ({ candidate }) => void (candidate?.candidate && to.addIceCandidate(candidate));
  await one.setLocalDescription();
  await two.setRemoteDescription(one.localDescription!);
  await two.setLocalDescription();
  await one.setRemoteDescription(two.localDescription!);
  await until('they are connected', () => one.connectionState === 'connected' && two.connectionState === 'connected');
  const figures = { now: 5_000, connectedMs: 4_000, roundTripMs: 80, jitterMs: 10, loss: 0.25 };
  const [here, there] = [...wire.open];
  const sent = [...writeStats(here!, there, figures).values()] as Record<string, unknown>[];
  const received = [...writeStats(there!, here, figures).values()] as Record<string, unknown>[];
  const of = (all: Record<string, unknown>[], type: string): Record<string, unknown> | undefined => all.find((each) => each['type'] === type);
  assert.equal(of(sent, 'candidate-pair')?.['currentRoundTripTime'], 0.08);
  assert.equal(of(sent, 'remote-inbound-rtp')?.['fractionLost'], 0.25);
  const packets = Number(of(sent, 'outbound-rtp')?.['packetsSent']);
  assert.ok(packets > 500);
  assert.equal(Number(of(received, 'inbound-rtp')?.['packetsReceived']) + Number(of(received, 'inbound-rtp')?.['packetsLost']), packets);
  assert.deepEqual([of(sent, 'inbound-rtp'), of(received, 'outbound-rtp')], [undefined, undefined]);
  assert.deepEqual([...(await one.getStats()).keys()], []);
});
