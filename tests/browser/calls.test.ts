// Calls between two who are online in no room: Chromium calls Firefox, and back; the real server, real pictures.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import type { Call } from '../../web/sdk/index.ts';
import { launchFirefox } from '../support/browsers.ts';
import { closeAll, Guest, smallPicture } from './support/guest.ts';
import { useStage } from './support/stage.ts';

declare global {
  interface Window {
    /** The call that was made, or came in, last. */
    call: Call | undefined;
    /** How calls went on here. */
    told: string[];
  }
}

let firefox: Browser;
const stage = useStage({
  ready: async () => {
    firefox = await launchFirefox();
  },
});
after(() => firefox.close());

async function goOnline(browser: Browser, user: string): Promise<Guest> {
  const guest = await Guest.arrive(browser, stage.site);
  guest.id = await guest.page.evaluate(
    async (options) => {
      window.told = [];
      window.meeting = await window.fixture.online(options);
      window.meeting.on('call', (call) => {
        window.call = call;
        window.told.push(`${call.from} calls`);
        call.on('change', ({ state, outcome }) => window.told.push(`${state} ${outcome}`));
      });
      return window.meeting.me.id;
    },
    { user, name: user, camera: smallPicture, microphone: true },
  );
  return guest;
}

const ring = (from: Guest, to: Guest): Promise<void> =>
  from.page.evaluate(async (user) => {
    window.call = await window.meeting.call(user);
  }, to.id);

test('G5: two online in no room: one calls, the other takes it, they see and hear each other, and one hangs up', async () => {
  const ada = await goOnline(stage.browser, 'ada');
  const ben = await goOnline(firefox, 'ben');
  try {
    for (const [caller, callee] of [[ada, ben], [ben, ada]] as const) {
      await ring(caller, callee);
      await callee.until('it rings', () => window.call?.state === 'ringing' && window.call.incoming);
      assert.deepEqual(await callee.page.evaluate(() => window.probe.connections.filter(({ connectionState }) => connectionState !== 'closed').length), 0);
      await callee.page.evaluate(() => window.call?.accept());
      await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
      await Promise.all([ada.sees(ben), ben.sees(ada)]);
      await callee.hears(caller);
      await caller.page.evaluate(() => window.call?.hangUp());
      for (const guest of [ada, ben]) {
        await guest.until('it is over', () => window.call?.outcome === 'hung-up' && window.meeting.participants.size === 0);
        await guest.until('no connection is left', () => window.probe.connections.every(({ connectionState }) => connectionState === 'closed'));
      }
    }
    assert.deepEqual(await ben.page.evaluate(() => window.told), ['ada calls', 'connected accepted', 'ended hung-up']);
    await ring(ada, ben);
    await ben.until('it rings', () => window.call?.state === 'ringing');
    await ben.page.evaluate(() => window.call?.reject('later'));
    assert.deepEqual(await ada.page.evaluate(async () => [await window.call?.ended, window.call?.reason]), ['rejected', 'later']);
    await ada.assertNoErrors();
    await ben.assertNoErrors();
  } finally {
    await closeAll([ada, ben]);
  }
});
