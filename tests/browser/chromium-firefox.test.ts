// A Chromium and a Firefox in one meeting.

import assert from 'node:assert/strict';
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

for (const [first, second] of [['Chromium', 'Firefox'], ['Firefox', 'Chromium']] as const) {
  test(`${first} is host, ${second} waits in the lobby: let in, a hand, a reaction, a mute, the end`, async () => {
    const room = `lobby ${first}`;
    const browsers = { Chromium: chromium, Firefox: firefox };
    const host = await Guest.join(browsers[first], site, room, { user: 'host', camera: false });
    const guest = await Guest.arrive(browsers[second], site);
    try {
      await host.page.evaluate(() => window.meeting.chat.send('before'));
      await host.page.evaluate(() => window.meeting.moderation.setLobby(true));
      await guest.join(room, { user: 'guest', camera: false });
      await guest.until('waits', () => window.meeting.state === 'waiting');
      await host.until('hears the knock', () => window.meeting.moderation.waiting.some(({ id }) => id === 'guest'));
      await host.page.evaluate(() => window.meeting.moderation.admit('guest'));
      await Promise.all([host.isWith(guest), guest.isWith(host)]);
      await guest.until('reads what was said before', () => window.meeting.chat.history.some(({ text }) => text === 'before'));

      await guest.page.evaluate(() => window.meeting.raiseHand());
      await host.until('sees the hand', () => window.meeting.raisedHands.map(({ id }) => id).join() === 'guest');
      await host.page.evaluate(() => void window.meeting.once('reaction', ({ emoji }) => (document.title = emoji)));
      await guest.page.evaluate(() => window.meeting.react('👋'));
      await host.until('sees the reaction', () => document.title === '👋');
      await host.page.evaluate(() => window.meeting.moderation.muteFor('guest', 'microphone'));
      await guest.until('is muted', () => window.meeting.microphone.state === 'muted');
      await host.until('sees it', () => window.meeting.participants.get('guest')?.microphone.on === false);
      assert.equal(
        await guest.page.evaluate(() => window.meeting.moderation.lock().then(() => 'done', ({ code }: { code: string }) => code)),
        'not-allowed',
      );
      await host.page.evaluate(() => window.meeting.moderation.end());
      await guest.until('it is over', () => window.meeting.state === 'left' && window.meeting.snapshot.error?.code === 'meeting-ended');
      await host.assertNoErrors();
      await guest.assertNoErrors();
    } finally {
      await closeAll([host, guest]);
    }
  });
}
