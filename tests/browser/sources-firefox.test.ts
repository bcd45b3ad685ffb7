// Own sources in Firefox, seen from Chromium. Its fake devices are one camera and one microphone.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launchFirefox } from '../support/browsers.ts';
import { closeAll, Guest } from './support/guest.ts';
import { installPlugs } from './support/plugs.ts';
import { useStage } from './support/stage.ts';

let firefox: Browser;
let ada: Guest;
let ben: Guest;

const stage = useStage({
  ready: async () => {
    firefox = await launchFirefox();
    ada = await Guest.arrive(firefox, stage.site);
    await ada.page.evaluate(installPlugs);
    await ada.join('firefox', { name: 'Ada' });
    ben = await stage.join('firefox', { name: 'Ben' });
    await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
  },
});
after(async () => {
  await closeAll([ada, ben]);
  await firefox?.close();
});

const descriptions = (guest: Guest): Promise<number> => guest.page.evaluate(() => window.probe.localDescriptions.length);
const live = (): Promise<number> =>
  ada.page.evaluate(() => window.probe.captured.filter((each) => each.kind === 'video' && each.readyState === 'live').length);
const share = (): Promise<void> => ada.page.evaluate(() => window.meeting.screen.start(window.fixture.drawnTrack()).then(() => undefined));

test('H9: camera off and on, and sharing after the first time, cost no negotiation', async () => {
  await ben.sees(ada);
  await share();
  await ben.sees(ada, 'screen');
  const before = [await descriptions(ada), await descriptions(ben)];
  await ada.page.evaluate(() => window.meeting.camera.mute().then(() => undefined));
  assert.equal(await live(), 0);
  await ben.until('the camera is muted', (id) => window.meeting.participants.get(id)?.camera.muted === true, ada.id);
  await ada.page.evaluate(() => window.meeting.camera.unmute().then(() => undefined));
  await ben.sees(ada);
  await ada.page.evaluate(() => window.meeting.screen.stop().then(() => undefined));
  await ben.until('the share is gone', (id) => window.meeting.participants.get(id)?.screen.on === false, ada.id);
  await share();
  await ben.sees(ada, 'screen');
  await ada.page.evaluate(() => window.meeting.screen.stop().then(() => undefined));
  assert.deepEqual([await descriptions(ada), await descriptions(ben)], before);
});

test('H10: of many switches the last wins, with one live track', async () => {
  await ada.page.evaluate(async () => {
    const [id = ''] = (await window.fixture.devices.list()).filter(({ kind }) => kind === 'camera').map((each) => each.id);
    const { camera } = window.meeting;
    await Promise.allSettled([camera.switchTo(id), camera.start({ width: 320 }), camera.mute(), camera.unmute(), camera.switchTo(id)]);
  });
  assert.equal(await live(), 1);
  await ben.sees(ada);
});

test('H4: the only camera is unplugged: failed, and back with it', async () => {
  const id = await ada.page.evaluate(() => window.meeting.camera.device ?? '');
  assert.notEqual(id, '');
  await ada.page.evaluate((which) => window.plugs.unplug(which), id);
  await ada.until('it has failed', () => window.meeting.camera.state === 'failed');
  assert.equal(await ada.page.evaluate(() => window.meeting.camera.error?.code), 'not-found');
  await ben.until('it is off', (who) => window.meeting.participants.get(who)?.camera.on === false, ada.id);
  await ada.page.evaluate((which) => window.plugs.plug(which), id);
  await ada.until('it is on', () => window.meeting.camera.state === 'on');
  await ben.sees(ada);
});

test('a speaker and a screen that are not there are typed errors', async () => {
  const [speaker, shared] = await ada.page.evaluate(async () => {
    const code = (error: { code: string }) => error.code;
    return [await window.meeting.speaker.switchTo('nowhere').catch(code), await window.meeting.screen.start({}).catch(code)];
  });
  assert.equal(speaker, 'not-found');
  // A browser without a window has no screen; before it says so it may miss the click.
  assert.match(String(shared), /^(not-found|permission-denied)$/);
  assert.equal(await ada.page.evaluate(() => window.meeting.screen.state), 'failed');
  await ada.assertNoErrors();
  await ben.assertNoErrors();
});
