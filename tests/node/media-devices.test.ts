// The devices port over devices that grant, refuse and end.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { DevicesPort } from '../../bindings/ports.ts';
import type { NamedDevice, Source } from '../../bindings/client-types.ts';
import { BrowserDevices, cameraDefaults } from '../../bindings/browser/media-devices.ts';
import { FakeMediaDevices } from '../../web/testing/fake-devices.ts';
import { FakeStream, FakeTrack, asFake, asStream, asTrack } from '../../web/testing/fake-media.ts';
import { until } from '../support/waiting.ts';

let media: FakeMediaDevices;
let devices: BrowserDevices;
let ended: string[];
let listed: NamedDevice[][];

const using = (source: () => object | undefined): BrowserDevices =>
  new BrowserDevices({
    mediaDevices: source as () => MediaDevices,
    stream: () => asStream(new FakeStream()),
    player: () => ({}) as HTMLMediaElement,
  });

type Wish = Partial<Parameters<DevicesPort['capture']>[0]>;
const wish = (source: Source, given: Wish = {}): Parameters<DevicesPort['capture']>[0] => ({
  source, constraints: '', device: '', exact: false, lent: [], ...given,
});

beforeEach(() => {
  media = new FakeMediaDevices();
  devices = using(() => media);
  ended = [];
  devices.onEnded = (track) => ended.push(track);
  listed = [];
  devices.onListed = (named) => listed.push(named);
});

describe('devices', () => {
  test('each source asks for what it is, and fills its slots', async () => {
    const camera = await devices.capture(wish('camera'));
    const microphone = await devices.capture(wish('microphone', { device: 'mic-1', constraints: '{"echoCancellation":false}' }));
    const screen = await devices.capture(wish('screen', { constraints: '{"audio":true,"contentHint":"motion"}' }));
    await devices.capture(wish('screen'));
    assert.deepEqual(media.asked, [
      { kind: 'user', constraints: { video: cameraDefaults } },
      { kind: 'user', constraints: { audio: { echoCancellation: false, deviceId: { ideal: 'mic-1' } } } },
      { kind: 'display', constraints: { video: true, audio: true } },
      { kind: 'display', constraints: { video: true } },
    ]);
    const slots = [camera, microphone, screen].map((tracks) => tracks.map(({ slot }) => slot));
    assert.deepEqual(slots, [['camera'], ['microphone'], ['screen', 'screen-audio']]);
    assert.deepEqual([camera, microphone, screen].map((tracks) => tracks.map(({ device }) => device)), [['cam-1'], ['mic-1'], ['', '']]);
    assert.equal(asFake(devices.track(camera[0]?.track ?? '')).label, 'camera');
    assert.equal(asFake(devices.track(camera[0]?.track ?? '')).contentHint, '');
    assert.deepEqual(screen.map(({ track }) => asFake(devices.track(track)).contentHint), ['motion', 'music']);
  });

  test('a released track is stopped and forgotten, and its end is not told', async () => {
    const [captured] = await devices.capture(wish('camera'));
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
    const [captured] = await devices.capture(wish('camera'));
    asFake(devices.track(captured?.track ?? '')).end();
    await until('it was told', () => ended.length > 0);
    assert.deepEqual(ended, [captured?.track]);
    const [screen] = await devices.capture(wish('screen'));
    asFake(devices.track(screen?.track ?? '')).end();
    assert.deepEqual(ended, [captured?.track, screen?.track], 'of a screen at once');
  });

  test('the device that is preferred is asked for exactly, or as the first of any', async () => {
    await devices.capture(wish('camera', { device: 'cam-1', exact: true, constraints: '{"width":320,"deviceId":"x"}' }));
    assert.deepEqual(media.asked.at(-1)?.constraints, { video: { width: 320, deviceId: { exact: 'cam-1' } } });
    await assert.rejects(devices.capture(wish('camera', { device: 'gone', exact: true })), { name: 'OverconstrainedError', message: 'deviceId' });
    const [other] = await devices.capture(wish('camera', { device: 'gone' }));
    assert.equal(other?.device, 'cam-1');
  });

  test('H4: what is plugged in is listed once it can be named, when it changes, and before the end of a track', async () => {
    media.plugged.push({ deviceId: 'default', kind: 'audioinput' }, { deviceId: 'out-1', kind: 'audiooutput' }, { deviceId: '', kind: 'audioinput' });
    await devices.capture(wish('screen'));
    assert.equal(media.listeners, 0);
    await devices.capture(wish('camera'));
    await devices.capture(wish('camera'));
    const both = [{ source: 'camera', device: 'cam-1' }, { source: 'microphone', device: 'mic-1', isDefault: true }];
    await until('they are listed', () => listed.length > 0);
    assert.deepEqual(listed, [both]);
    const order: string[] = [];
    devices.onEnded = () => order.push('ended');
    devices.onListed = (named) => order.push(named.map(({ device }) => device).join());
    media.unplug('cam-1');
    await until('the tracks have ended', () => order.filter((each) => each === 'ended').length === 2);
    assert.deepEqual(order, ['mic-1', 'ended', 'ended']);
    devices.close();
    assert.equal(media.listeners, 0);
    media.plug('cam-2', 'videoinput');
    assert.equal(order.length, 3);
  });

  test('H4: a list that cannot be had says nothing', async () => {
    await devices.capture(wish('camera'));
    await until('they are listed', () => listed.length === 1);
    media.enumerateDevices = () => Promise.reject(new DOMException('', 'InvalidStateError'));
    media.unplug('cam-1');
    await until('it was told', () => ended.length === 1);
    assert.equal(listed.length, 1);
  });

  test('the system\'s default device is no device of its own', async () => {
    media.plugged = [{ deviceId: 'default', kind: 'audioinput' }];
    const [captured] = await devices.capture(wish('microphone'));
    assert.equal(captured?.device, '');
  });

  test('M13: the default is what stands behind its entry, else the first listed, else the one that the label names', async () => {
    const named = (id: string, groupId: string, label = id): object => ({ deviceId: id, kind: 'audioinput', groupId, label });
    const inner = { source: 'microphone', device: 'inner' };
    const headset = { source: 'microphone', device: 'headset' };
    const told = async (...plugged: object[]): Promise<NamedDevice[] | undefined> => {
      const before = listed.length;
      media.plugged = plugged as typeof media.plugged;
      media.dispatchEvent(new Event('devicechange'));
      await until('they are listed', () => listed.length > before);
      return listed.at(-1);
    };
    await devices.capture(wish('microphone'));
    await until('they are listed', () => listed.length === 1);
    const real = [named('inner', 'a', 'Inner'), named('headset', 'b', 'Headset')];
    assert.deepEqual(await told(named('default', 'a'), ...real), [{ ...inner, isDefault: true }, headset]);
    assert.deepEqual(await told(named('default', 'b'), ...real), [inner, { ...headset, isDefault: true }]);
    assert.deepEqual(await told(...real), [{ ...inner, isDefault: true }, headset]);
    assert.deepEqual(await told(...[...real].reverse()), [{ ...headset, isDefault: true }, inner]);
    const [one, other] = [named('inner', 'a', 'Inner'), named('headset', 'a', 'Headset')];
    assert.deepEqual(await told(named('default', 'a', 'Default - Inner'), other!, one!), [headset, { ...inner, isDefault: true }]);
  });

  test('M13: no default is told where the browser would ask for each device anew', async () => {
    const asking = new BrowserDevices({
      mediaDevices: () => media as unknown as MediaDevices,
      permission: async () => 'prompt',
      stream: () => asStream(new FakeStream()),
      player: () => ({}) as HTMLMediaElement,
    });
    asking.onListed = (named) => listed.push(named);
    const [captured] = await asking.capture(wish('microphone'));
    assert.equal(captured?.anyDevice, true);
    await until('they are listed', () => listed.length === 1);
    assert.deepEqual(listed[0], [{ source: 'camera', device: 'cam-1' }, { source: 'microphone', device: 'mic-1' }]);
  });

  test('M13: whether anybody has named a device is told', async () => {
    const any = async (given: Wish): Promise<unknown> => (await devices.capture(wish('microphone', given)))[0]?.anyDevice;
    assert.equal(await any({}), true);
    assert.equal(await any({ constraints: '{"echoCancellation":false}' }), true);
    assert.equal(await any({ device: 'mic-1' }), undefined);
    assert.equal(await any({ constraints: '{"deviceId":{"exact":"mic-1"}}' }), undefined);
    assert.equal(await any({ constraints: '{"groupId":"g"}' }), undefined);
  });

  test('M4: a track that the system mutes and unmutes is told of, and that the page can be seen again', async () => {
    const page = Object.assign(new EventTarget(), { hidden: false });
    const told: unknown[] = [];
    devices = new BrowserDevices({
      mediaDevices: () => media as unknown as MediaDevices,
      stream: () => asStream(new FakeStream()),
      player: () => ({}) as HTMLMediaElement,
      page: () => page as unknown as Document,
    });
    devices.onMuteChanged = (track, muted) => told.push([track, muted]);
    devices.onPageShown = () => told.push('shown');
    const [captured] = await devices.capture(wish('camera'));
    const track = media.live[0]!;
    track.setMuted(true);
    track.setMuted(false);
    page.hidden = true;
    page.dispatchEvent(new Event('visibilitychange'));
    page.hidden = false;
    page.dispatchEvent(new Event('visibilitychange'));
    assert.deepEqual(told, [[track.id, true], [track.id, false], 'shown']);
    assert.equal(captured?.muted, undefined);
    devices.close();
    page.dispatchEvent(new Event('visibilitychange'));
    assert.equal(told.length, 3);
  });

  test('M4: what comes muted from the device is told with it', async () => {
    const plain = media.getUserMedia;
    Object.assign(media, {
      getUserMedia: async (constraints: MediaStreamConstraints) => {
        const stream = await plain(constraints);
        media.given.at(-1)!.setMuted(true);
        return stream;
      },
    });
    assert.equal((await devices.capture(wish('camera')))[0]?.muted, true);
  });

  test('a camera of which nothing is said gives 1280 × 720 at 30; what is said of its pictures counts alone', async () => {
    const of = async (constraints: object): Promise<unknown> => {
      await devices.capture(wish('camera', { constraints: JSON.stringify(constraints) }));
      return media.asked.at(-1)?.constraints.video;
    };
    assert.deepEqual(cameraDefaults, { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } });
    assert.deepEqual(await of({}), cameraDefaults);
    assert.deepEqual(await of({ facingMode: 'user' }), { ...cameraDefaults, facingMode: 'user' });
    for (const said of [{ width: 320 }, { frameRate: 15 }, { aspectRatio: 1 }, { advanced: [{ width: 640 }] }]) assert.deepEqual(await of(said), said);
    await devices.capture(wish('microphone'));
    assert.deepEqual(media.asked.at(-1)?.constraints, { audio: {} });
  });

  test('H12: of two tracks one has ended: neither is used', async () => {
    const [picture, sound] = [new FakeTrack('video', 'canvas', media), new FakeTrack('audio', 'file', media)] as const;
    const keys = [devices.lend(asTrack(picture)), devices.lend(asTrack(sound))];
    sound.stop();
    await assert.rejects(devices.capture(wish('screen', { lent: keys })), { name: 'track-ended' });
    assert.deepEqual(media.live, [picture]);
  });

  test('what the browser refuses, and what the page lacks, is told apart', async () => {
    media.refusals.push(new DOMException('no', 'NotAllowedError'));
    await assert.rejects(devices.capture(wish('camera')), { name: 'NotAllowedError' });
    await assert.rejects(using(() => undefined).capture(wish('camera')), { name: 'insecure-context' });
    await assert.rejects(using(() => ({})).capture(wish('screen')), { name: 'device-unsupported' });
  });

  test('a lent track is cloned, so that its owner keeps it', async () => {
    const own = new FakeTrack('video', 'canvas', media);
    const key = devices.lend(asTrack(own));
    const [captured] = await devices.capture(wish('camera', { lent: [key] }));
    assert.notEqual(captured?.track, own.id);
    devices.release(captured?.track ?? '');
    assert.equal(own.readyState, 'live');
    await devices.capture(wish('camera', { lent: [key] }));
    own.stop();
    await assert.rejects(devices.capture(wish('camera', { lent: [key] })), { name: 'track-ended' });
    await assert.rejects(devices.capture(wish('camera', { lent: ['nobody'] })), { name: 'track-ended' });
  });

  test('H13: closing releases everything, also what is only coming', async () => {
    await devices.capture(wish('camera'));
    let open = (): void => {};
    media.held = new Promise((resolve) => (open = resolve));
    const coming = devices.capture(wish('microphone'));
    devices.close();
    assert.equal(media.live.length, 0);
    open();
    await assert.rejects(coming, { name: 'aborted' });
    await until('it came', () => media.given.length === 2);
    assert.equal(media.live.length, 0);
  });
});
