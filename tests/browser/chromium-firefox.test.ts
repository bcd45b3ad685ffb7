// A Chromium and a Firefox in one meeting.

import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launchChromium, launchFirefox } from '../support/browsers.ts';
import { closeAll, Guest } from './support/guest.ts';
import { openFixture, type Site } from './support/site.ts';

let chromium: Browser;
let firefox: Browser;
let site: Site;

before(async () => {
  site = await openFixture();
  chromium = await launchChromium();
  firefox = await launchFirefox();
});
after(async () => {
  await Promise.allSettled([chromium?.close(), firefox?.close()]);
  await site?.close();
});

for (const [first, second] of [['Chromium', 'Firefox'], ['Firefox', 'Chromium']] as const) {
  test(`${first} first, then ${second}: picture and sound both ways, a share, chat`, async () => {
    const room = `${first} ${second}`;
    const browsers = { Chromium: chromium, Firefox: firefox };
    const ada = await Guest.join(browsers[first], site, room, { name: first });
    const ben = await Guest.join(browsers[second], site, room, { name: second });
    try {
      await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
      await Promise.all([ada.sees(ben), ben.sees(ada)]);
      await Promise.all([ada.hears(ben), ben.hears(ada)]);

      // Both at once: the two engines' ways of taking an offer back meet.
      await Promise.all([ada, ben].map((guest) => guest.page.evaluate(() => window.meeting.screen.start(window.fixture.drawnTrack()).then(() => undefined))));
      await Promise.all([ada.sees(ben, 'screen'), ben.sees(ada, 'screen')]);
      await Promise.all([ada, ben].map((guest) => guest.page.evaluate(() => window.meeting.screen.stop().then(() => undefined))));
      await ada.until('the share is gone', (id) => window.meeting.participants.get(id)?.screen.on === false, ben.id);

      await ben.page.evaluate(() => window.meeting.camera.mute().then(() => undefined));
      await ada.until('the camera is muted', (id) => window.meeting.participants.get(id)?.camera.on === false, ben.id);
      await ben.page.evaluate(() => window.meeting.camera.unmute().then(() => undefined));
      await ada.sees(ben);

      await ben.page.evaluate(() => window.meeting.chat.send('hello'));
      await ada.until('has read it', () => window.meeting.chat.history.at(-1)?.text === 'hello');
      await ada.assertNoErrors();
      await ben.assertNoErrors();
    } finally {
      await closeAll([ada, ben]);
    }
  });
}
