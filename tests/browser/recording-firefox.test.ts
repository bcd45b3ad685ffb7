// Recordings in Firefox, with Chromium in the meeting: WebM with the right length, in which one can seek. In the background
// there is hardly a picture, and the sound goes on. (Where there is no sound device, as on test machines, its AudioContext
// does not start: the sound is silence.)

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { arrange } from '../../web/sdk/record/layout.ts';
import { launchFirefox } from '../support/browsers.ts';
import { installFilm, recordMore } from './support/film.ts';
import { closeAll, Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

const stage = useStage();
let firefox: Browser;
before(async () => {
  firefox = await launchFirefox();
});
after(() => firefox?.close());

const size = { width: 480, height: 270 };
const spots = arrange('grid', 0, 2, size.width, size.height).map(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height * 0.62 }));

async function enter(browser: Browser, user: string, colour: string): Promise<Guest> {
  const guest = await Guest.arrive(browser, stage.site);
  await guest.page.evaluate(installFilm);
  await guest.join('film', { user, camera: false, microphone: false });
  await guest.page.evaluate((rgb) => window.film.appear(rgb, 0), colour);
  return guest;
}

test('Firefox records itself and Chromium; after a time in the background the picture is there again', async () => {
  const guests: Guest[] = [];
  try {
    const ada = await enter(firefox, 'ada', 'rgb(220 30 30)');
    const ben = await enter(stage.browser, 'ben', 'rgb(30 30 220)');
    guests.push(ada, ben);
    await Promise.all([ada.isWith(ben), ada.sees(ben)]);
    await ada.page.evaluate(async (wish) => {
      window.film.recording = await window.meeting.record(wish);
    }, size);
    const shown = await recordMore(ada, 1500);
    const other = await ada.page.browserContext().newPage();
    await other.bringToFront();
    await ada.until('nobody sees the page', () => document.visibilityState === 'hidden');
    await ben.page.evaluate(() => window.film.paint('rgb(20 160 40)'));
    await recordMore(ada, 1500);
    await other.close();
    await ada.page.bringToFront();
    await ada.until('the page is seen', () => document.visibilityState === 'visible');
    const again = await recordMore(ada, 2000);
    const { clock, facts, sound } = await ada.page.evaluate(async () => {
      const clock = window.film.recording.duration / 1000;
      const file = (await window.film.recording.stop())!;
      const heard = await new OfflineAudioContext(1, 48_000, 48_000).decodeAudioData(await file.arrayBuffer());
      return { clock, facts: await window.film.open(file), sound: heard.duration };
    });
    assert.match(facts.type, /^video\/webm/);
    assert.deepEqual([facts.width, facts.height], [size.width, size.height]);
    assert.ok(Math.abs(facts.duration - clock) < 1, `${facts.duration} by the file, ${clock} by the clock`);
    assert.ok(Math.abs(sound - facts.duration) < 0.3, `${sound} s of sound in ${facts.duration} s`);
    assert.ok(Math.abs(facts.seekable - facts.duration) < 0.01);
    const at = (seconds: number) => ada.page.evaluate((time, all) => window.film.colours(time, all), seconds, spots);
    const isNear = (found: number[], wanted: number[]): boolean => wanted.every((value, part) => Math.abs(value - found[part]!) < 45);
    const [hers, green] = await at(again - 0.3);
    assert.ok(isNear(hers!, [220, 30, 30]) && isNear(green!, [20, 160, 40]), `at the end: ${hers} ${green}`);
    const [, blue] = await at(shown - 0.5);
    assert.ok(isNear(blue!, [30, 30, 220]), `before: ${blue}`);
    await ada.assertNoErrors();
  } finally {
    await closeAll(guests);
  }
});
