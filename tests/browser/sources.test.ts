// Own sources in a call: what is switched, muted, shared and plugged in or out negotiates nothing, and leaves nothing live.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { closeAll, smallPicture, type Guest } from './support/guest.ts';
import { installPlugs } from './support/plugs.ts';
import { useStage } from './support/stage.ts';

const stage = useStage({ chromium: { args: ['--use-fake-device-for-media-stream=device-count=4'] } });
let ada: Guest;
let ben: Guest;
let rooms = 0;

async function enter(): Promise<void> {
  const room = `sources ${(rooms += 1)}`;
  ada = await stage.arrive();
  await ada.page.evaluate(installPlugs);
  // Chromium's second and third fake cameras give formats that it cannot send.
  for (const id of (await ids('camera')).slice(1, 3)) await ada.page.evaluate((each) => window.plugs.unplug(each), id);
  await ada.join(room, { name: 'Ada', camera: smallPicture });
  ben = await stage.join(room, { name: 'Ben' });
  await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
}

beforeEach(enter);
afterEach(() => closeAll([ada, ben]));

/** How often anything was negotiated, on both sides. */
async function descriptions(): Promise<number> {
  const counts = await Promise.all([ada, ben].map(({ page }) => page.evaluate(() => window.probe.localDescriptions.length)));
  return counts.reduce((sum, count) => sum + count, 0);
}
const lines = (guest: Guest): Promise<number[]> => guest.page.evaluate(() => window.fixture.mediaLines());
const live = (kind: 'video' | 'audio'): Promise<string[]> =>
  ada.page.evaluate(
    (what) => window.probe.captured.filter((each) => each.kind === what && each.readyState === 'live').map((each) => each.getSettings().deviceId ?? ''),
    kind,
  );
const ids = (kind: string): Promise<string[]> =>
  ada.page.evaluate(
    async (what) => (await window.fixture.devices.list()).filter((each) => each.kind === what && each.id !== 'default').map(({ id }) => id),
    kind,
  );

test('H9: camera off and on, switching devices and sharing after the first time cost no negotiation', async () => {
  const share = (sound: boolean) => ada.page.evaluate((audio) => window.meeting.screen.start({ audio }), sound);
  const stop = () => ada.page.evaluate(() => window.meeting.screen.stop());
  await share(false);
  await ben.sees(ada, 'screen');
  await stop();
  const [before, ...after] = [await descriptions(), await lines(ada), await lines(ben)];

  await ada.do((meeting) => meeting.camera.mute());
  assert.deepEqual(await live('video'), [], 'the device is given back');
  await ben.until('the camera is muted', (id) => window.meeting.participants.get(id)?.camera.muted === true, ada.id);
  await ada.do((meeting) => meeting.camera.unmute());
  await ben.sees(ada);
  await ada.do((meeting) => meeting.camera.stop());
  await ben.until('the camera is off', (id) => window.meeting.participants.get(id)?.camera.on === false, ada.id);
  await ada.do((meeting) => meeting.camera.start());
  await ben.sees(ada);

  const [first = '', second = ''] = await ids('camera');
  assert.notEqual(second, '', 'there are two cameras');
  for (const id of [second, first]) {
    await ada.do((meeting, which) => meeting.camera.switchTo(which), id);
    assert.deepEqual(await live('video'), [id]);
    await ben.sees(ada);
  }
  const microphones = await ids('microphone');
  await ada.do((meeting, which) => meeting.microphone.switchTo(which), microphones[1] ?? '');
  assert.deepEqual(await live('audio'), [microphones[1]]);
  await ben.hears(ada);

  for (const sound of [true, false]) {
    await share(sound);
    await ben.sees(ada, 'screen');
    await stop();
  }
  assert.deepEqual([await descriptions(), await lines(ada), await lines(ben)], [before, ...after]);
  await ada.assertNoErrors();
  await ben.assertNoErrors();
});

test('ten fast mutes and unmutes end equal everywhere', async () => {
  const before = await descriptions();
  for (const source of ['microphone', 'camera'] as const) {
    for (const end of ['muted', 'on'] as const) {
      await ada.do(
        async (meeting, which, wanted) => {
          const turns = Array.from({ length: 10 }, (_, turn) => (turn % 2 === 0 ? 'mute' : 'unmute') as 'mute' | 'unmute');
          if (wanted === 'muted') turns.push('mute');
          await Promise.all(turns.map((turn) => meeting[which as 'camera'][turn]()));
        },
        source,
        end,
      );
      assert.equal(await ada.do((meeting, which) => meeting[which as 'camera'].state, source), end);
      await ben.until(
        `${source} is ${end}`,
        (id, which, wanted) => window.meeting.participants.get(id)?.[which as 'camera'][wanted as 'on' | 'muted'] === true,
        ada.id,
        source,
        end,
      );
    }
  }
  await Promise.all([ben.sees(ada), ben.hears(ada)]);
  assert.deepEqual([(await live('video')).length, (await live('audio')).length], [1, 1]);
  assert.equal(await descriptions(), before);
});

test('H4: an unplugged device gives way to another over the same connection, and comes back', async () => {
  const before = await descriptions();
  for (const source of ['camera', 'microphone'] as const) {
    const kind = source === 'camera' ? 'video' : 'audio';
    const [first = '', second = ''] = await ids(source);
    await ada.do((meeting, which, id) => meeting[which as 'camera'].switchTo(id), source, first);
    await ada.page.evaluate((id) => window.plugs.unplug(id), first);
    await ada.until(
      'another one serves',
      (which, gone) => window.meeting[which as 'camera'].state === 'on' && window.meeting[which as 'camera'].device !== gone,
      source,
      first,
    );
    assert.equal((await live(kind)).length, 1);
    assert.equal(await ada.do((meeting, which) => meeting[which as 'camera'].preferredDevice, source), first);
    await (source === 'camera' ? ben.sees(ada) : ben.hears(ada));
    await ada.page.evaluate((id) => window.plugs.plug(id), first);
    await ada.until('it is back', (which, id) => window.meeting[which as 'camera'].device === id, source, first);
    assert.deepEqual(await live(kind), [first]);
    await (source === 'camera' ? ben.sees(ada) : ben.hears(ada));
    assert.notEqual(second, '');
  }
  assert.equal(await descriptions(), before);
  assert.equal(await ada.page.evaluate(() => window.probe.connections.length), 1);
});

test('H1: a permission that is taken back is told as such, and as it changes', async () => {
  await ada.page.evaluate(() => {
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    window.fixture.devices.on('permission', () => void window.fixture.devices.permissions().then((now) => heard.push(now.camera)));
  });
  const session = await stage.browser.target().createCDPSession();
  const origin = new URL(stage.site.url).origin;
  const { id: browserContextId } = ada.page.browserContext();
  const where = { origin, ...(browserContextId !== undefined && { browserContextId }) };
  await session.send('Browser.setPermission', { permission: { name: 'camera' }, setting: 'denied', ...where });
  await ada.until('the camera has failed', () => window.meeting.camera.state === 'failed');
  assert.deepEqual(await ada.do(({ camera }) => [camera.error?.code, camera.error?.deniedBy]), ['permission-denied', 'browser']);
  await ben.until('it is off', (id) => window.meeting.participants.get(id)?.camera.on === false, ada.id);
  await ada.until('the change was told', () => (window as unknown as { heard: string[] }).heard.includes('denied'));
  await ben.hears(ada);
});

test('H1: what the page around this one does not hand on is refused by its policy', async () => {
  // The page's own rules forbid frames in it; other pages' do not.
  await ada.page.setBypassCSP(true);
  await ada.page.reload();
  await ada.page.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.allow = "camera 'none'";
    frame.src = '/?framed';
    document.body.append(frame);
  });
  const frame = await ada.page.waitForFrame((each) => each.url().endsWith('?framed'));
  await frame.waitForFunction(() => 'fixture' in window);
  const refused = await frame.evaluate(async () => {
    const meeting = await window.fixture.join('framed', { camera: true });
    const error = await meeting.camera.start().catch((reason: { code: string; deniedBy: string }) => reason);
    await meeting.leave();
    return typeof error === 'string' ? error : `${error.code} by ${error.deniedBy}`;
  });
  assert.equal(refused, 'permission-denied by policy');
});

test('H3: with the camera in use the microphone is published, and a retry works', async () => {
  await ada.leave();
  await ada.page.evaluate(() => window.plugs.refusals.push({ kind: 'video', name: 'NotReadableError' }));
  await ada.join(`sources ${rooms}`);
  await ada.until('the camera has failed', () => window.meeting.camera.state === 'failed');
  assert.equal(await ada.do((meeting) => meeting.camera.error?.code), 'in-use');
  await ben.isWith(ada);
  await ben.hears(ada);
  assert.equal(await ada.do((meeting) => meeting.camera.start()), 'on');
  await ben.sees(ada);
});

test('H6: a share that ends in the browser\'s own bar is gone everywhere within a second', async () => {
  await ada.page.evaluate(() => window.meeting.screen.start({ audio: true }));
  await ben.sees(ada, 'screen');
  const gone = ben.page.evaluate(
    (id) =>
      new Promise<number>((resolve) => {
        window.meeting.on('participant-changed', (who) => {
          if (who.id === id && !who.screen.on) resolve(Date.now());
        });
      }),
    ada.id,
  );
  const at = await ada.page.evaluate(() => {
    window.plugs.endShare();
    return Date.now();
  });
  const took = (await gone) - at;
  assert.ok(took < 1000, `${took} ms`);
  assert.deepEqual(await ada.do(({ screen }) => [screen.state, screen.error === undefined]), ['off', true]);
});

test('H12: drawn pictures are sent as they are, and one that has ended is refused', async () => {
  await ada.page.evaluate(() => window.meeting.camera.start(window.fixture.drawnTrack()).then(() => undefined));
  await ben.sees(ada);
  assert.deepEqual(await live('video'), [], 'the camera is given back');
  const refused = await ada.page.evaluate(async () => {
    const track = window.fixture.drawnTrack();
    track.stop();
    return window.meeting.camera.start(track).catch((error: { code: string }) => error.code);
  });
  assert.equal(refused, 'track-ended');
  await ben.sees(ada);
});

test('H14: the first m-line, which carries the others, goes silent and is never rejected', async () => {
  await ada.do((meeting) => meeting.microphone.stop());
  await ben.do((meeting) => meeting.microphone.stop());
  await ada.page.evaluate(() => window.meeting.screen.start({ audio: true }));
  await ben.sees(ada, 'screen');
  for (const guest of [ada, ben]) {
    const sdp = await guest.page.evaluate(() => window.probe.connections[0]?.localDescription?.sdp ?? '');
    const ports = [...sdp.matchAll(/^m=\w+ (\d+)/gm)].map(([, port]) => Number(port));
    assert.equal(ports.length, 5, 'microphone, camera, control channel, screen and its sound');
    assert.ok(ports.every((port) => port !== 0), ports.join());
    assert.equal(/^a=group:BUNDLE (.*)$/m.exec(sdp)?.[1]?.split(' ').length, 5);
  }
  await Promise.all([ada.sees(ben), ben.sees(ada)]);
  await ada.do((meeting) => meeting.microphone.start());
  await ben.hears(ada);
});

test('what is said has priority over what is shown, and that over faces, on both sides', async () => {
  await ada.page.evaluate(() => window.meeting.screen.start({ audio: true }));
  await ben.sees(ada, 'screen');
  for (const guest of [ada, ben]) {
    const priorities = await guest.page.evaluate(() =>
      (window.probe.connections[0]?.getTransceivers() ?? []).map(({ sender, receiver }) => {
        const [encoding] = sender.getParameters().encodings;
        return `${receiver.track.kind} ${encoding?.priority} ${encoding?.networkPriority}`;
      }),
    );
    assert.deepEqual(priorities.sort(), ['audio high high', 'audio high high', 'video low low', 'video medium medium']);
  }
  assert.equal(await ada.do((meeting) => meeting.screen.track?.contentHint), 'detail');
});

test('mount: one\'s own camera is a mirror, nothing else is; all is heard through the chosen speaker', async () => {
  const mounted = (guest: Guest) =>
    guest.page.evaluate(() => {
      const grid = document.createElement('div');
      document.body.append(grid);
      window.meeting.mount(grid);
    });
  const mirrors = (guest: Guest) =>
    guest.page.$$eval('.meetwire-tile', (tiles) => tiles.filter((tile) => tile.querySelector('video')?.style.transform === 'scaleX(-1)').map((tile) => (tile as HTMLElement).dataset['participant'] + tile.className));
  await Promise.all([mounted(ada), mounted(ben)]);
  await ada.page.evaluate(() => window.meeting.screen.start());
  await ben.sees(ada, 'screen');
  assert.deepEqual(await mirrors(ada), [`${ada.id}meetwire-tile meetwire-person`]);
  assert.deepEqual(await mirrors(ben), [`${ben.id}meetwire-tile meetwire-person`]);
  await ada.page.evaluate(() => window.meeting.camera.start(window.fixture.drawnTrack()).then(() => undefined));
  assert.deepEqual(await mirrors(ada), []);

  const [speaker = ''] = await ids('speaker');
  assert.notEqual(speaker, '');
  await ada.do((meeting, id) => meeting.speaker.switchTo(id), speaker);
  const sinks = await ada.page.$$eval('audio', (all) => all.filter((each) => each.closest('.meetwire-tile')).map((each) => each.sinkId));
  assert.ok(sinks.length > 0 && sinks.every((each) => each === speaker), sinks.join());
  const refused = await ada.do((meeting) => meeting.speaker.switchTo('nowhere').catch((error: { code: string }) => error.code));
  assert.equal(refused, 'not-found');
  await ben.hears(ada);
  await ada.hears(ben);
});

test('after leaving no track is live, whatever was asked for meanwhile', async () => {
  await ada.page.evaluate(async () => {
    const { camera, microphone, screen } = window.meeting;
    const asked = [camera.switchTo(''), camera.mute(), camera.unmute(), microphone.start({}), screen.start({ audio: true })];
    void window.meeting.leave();
    await Promise.allSettled([...asked, camera.start(window.fixture.drawnTrack())]);
  });
  await ada.until('nothing is live', () => window.probe.captured.every((track) => track.readyState === 'ended'));
  await ada.assertNoErrors();
});
