// The devices port over devices that grant, refuse and end.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { CaptureWish } from '../../bindings/ports.ts';
import { BrowserDevices } from '../../bindings/browser/media-devices.ts';
import { FakeMediaDevices, FakeStream, FakeTrack, asFake, asStream, asTrack } from '../support/fake-media.ts';
import { until } from '../support/waiting.ts';

let media: FakeMediaDevices;
let devices: BrowserDevices;
let ended: string[];

const using = (source: () => object | undefined): BrowserDevices =>
  new BrowserDevices({ mediaDevices: source as () => MediaDevices, stream: () => asStream(new FakeStream()) });
const wish = (value: CaptureWish): string => JSON.stringify(value);

beforeEach(() => {
  media = new FakeMediaDevices();
  devices = using(() => media);
  ended = [];
  devices.onEnded = (track) => ended.push(track);
});

describe('devices', () => {
  test('each source asks for what it is, and fills its slots', async () => {
    const camera = await devices.capture('camera', '');
    const microphone = await devices.capture('microphone', wish({ device: 'mic-1', constraints: { echoCancellation: false } }));
    const screen = await devices.capture('screen', wish({ constraints: { video: true, audio: true } }));
    await devices.capture('screen', '');
    assert.deepEqual(media.asked, [
      { kind: 'user', constraints: { video: {} } },
      { kind: 'user', constraints: { audio: { echoCancellation: false, deviceId: { ideal: 'mic-1' } } } },
      { kind: 'display', constraints: { video: true, audio: true } },
      { kind: 'display', constraints: { video: true } },
    ]);
    const slots = [camera, microphone, screen].map((tracks) => tracks.map(({ slot }) => slot));
    assert.deepEqual(slots, [['camera'], ['microphone'], ['screen', 'screen-audio']]);
    assert.equal(asFake(devices.track(camera[0]?.track ?? '')).label, 'camera');
  });

  test('a released track is stopped and forgotten, and its end is not told', async () => {
    const [captured] = await devices.capture('camera', '');
    const { track } = captured as { track: string };
    const live = asFake(devices.track(track));
    devices.release(track);
    devices.release(track);
    assert.equal(live.readyState, 'ended');
    assert.equal(devices.track(track), undefined);
    live.onended?.();
    assert.deepEqual(ended, []);
  });

  test('a track that ends by itself is told of', async () => {
    const [captured] = await devices.capture('camera', '');
    asFake(devices.track(captured?.track ?? '')).end();
    assert.deepEqual(ended, [captured?.track]);
  });

  test('what the browser refuses, and what the page lacks, is told apart', async () => {
    media.refusals.push(new DOMException('no', 'NotAllowedError'));
    await assert.rejects(devices.capture('camera', ''), { name: 'NotAllowedError' });
    await assert.rejects(using(() => undefined).capture('camera', ''), { name: 'insecure-context' });
    await assert.rejects(using(() => ({})).capture('screen', ''), { name: 'device-unsupported' });
  });

  test('a lent track is cloned, so that its owner keeps it', async () => {
    const own = new FakeTrack('video', 'canvas', media);
    const key = devices.lend(asTrack(own));
    const [captured] = await devices.capture('camera', wish({ lent: [key] }));
    assert.notEqual(captured?.track, own.id);
    devices.release(captured?.track ?? '');
    assert.equal(own.readyState, 'live');
    await devices.capture('camera', wish({ lent: [key] }));
    own.stop();
    await assert.rejects(devices.capture('camera', wish({ lent: [key] })), { name: 'track-ended' });
    await assert.rejects(devices.capture('camera', wish({ lent: ['nobody'] })), { name: 'track-ended' });
  });

  test('H13: closing releases everything, also what is only coming', async () => {
    await devices.capture('camera', '');
    let open = (): void => {};
    media.held = new Promise((resolve) => (open = resolve));
    const coming = devices.capture('microphone', '');
    devices.close();
    assert.equal(media.live.length, 0);
    open();
    await assert.rejects(coming, { name: 'aborted' });
    await until('it came', () => media.given.length === 2);
    assert.equal(media.live.length, 0);
  });
});
