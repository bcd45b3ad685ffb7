// Draws the meeting page from real runs: several screens to look at in build/screenshots/, and with `--keep` the one
// that README.md shows. Run after a build: node build/js/tests/browser/support/picture.js [--keep]

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../../support/browsers.ts';
import { writePortrait } from './portrait.ts';
import { openMeetingPage, root } from './site.ts';
import { Visitor } from './visitor.ts';

const folder = join(root, 'build', 'screenshots');
const desktop = { width: 1280, height: 760 };
const phone = { width: 390, height: 780 };

interface Look {
  width: number;
  height: number;
  dark?: boolean;
}

async function dress({ page }: Visitor, { width, height, dark = false }: Look): Promise<void> {
  await page.setViewport({ width, height, deviceScaleFactor: 1 });
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
}

async function draw(visitor: Visitor, name: string, look: Look, file = join(folder, `${name}.png`)): Promise<void> {
  await dress(visitor, look);
  // Two frames: one to lay out, one that shows it.
  await visitor.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await visitor.page.screenshot({ path: file as `${string}.png` });
}

async function meeting([browser, second]: readonly [Browser, Browser], url: string): Promise<void> {
  const lobby = await Visitor.open(browser, `${url}#standup`);
  await lobby.page.waitForSelector('#preview-video:not([hidden])');
  await lobby.page.type('#name', 'Ada Lovelace');
  await draw(lobby, 'lobby', desktop);
  await draw(lobby, 'lobby-dark', { ...desktop, dark: true });
  await draw(lobby, 'lobby-phone', phone);

  await lobby.page.click('#join');
  await lobby.page.waitForSelector('[data-screen="meeting"]');
  const ada = lobby;
  const ben = await Visitor.enter(second, `${url}#standup`, 'Ben Okafor');
  const cleo = await Visitor.enter(browser, `${url}#standup`, 'Cleo Dupont');
  await ada.seesMoving('Ben Okafor');
  await ada.seesMoving('Cleo Dupont');
  await ben.press('toggle-chat');
  await ben.say('Good morning! Shall we start?');
  await cleo.press('toggle-camera');
  await cleo.press('toggle-microphone');
  await cleo.press('toggle-chat');
  await cleo.say('I am on the train, so without picture today.');
  await ada.press('toggle-chat');
  await ada.reads('[data-testid="message"]', 'on the train');
  await ada.say('Fine. Ben, will you show us the plan?');
  await ben.reads('[data-testid="message"]', 'show us the plan');
  await ben.page.type('#chat-text', 'Just a');
  await ada.reads('[data-testid="chat-typing"]', 'Ben Okafor is typing');
  // The words about comings go by themselves.
  await ada.sees(0, '.notice');
  await draw(ada, 'meeting-chat', desktop);
  await draw(ada, 'meeting-chat-dark', { ...desktop, dark: true });
  await draw(ada, 'meeting-chat-phone', phone);
  if (process.argv.includes('--keep')) await draw(ada, '', { width: 1000, height: 600 }, join(root, 'tests', 'browser', 'screenshot.png'));
  await ada.press('close-chat');
  await draw(ada, 'meeting-phone', phone);
  await ben.press('toggle-screen');
  await ada.page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('.share video')?.videoWidth ?? 0) > 2);
  await ada.sees(0, '.notice');
  await draw(ada, 'share', desktop);
  await draw(ada, 'share-phone', { ...phone, dark: true });
  await ada.press('toggle-people');
  await ada.page.click('[data-testid="set-lobby"]');
  const dee = await Visitor.open(browser, `${url}?user=dee#standup`);
  await dee.submit('Dee Mbeki');
  await dee.page.waitForSelector('[data-screen="waiting"]');
  await draw(dee, 'waiting', desktop);
  await ben.press('toggle-hand');
  await ada.reads('[data-testid="hand-place"]', '1');
  const manage = await ada.page.$('[data-testid="person"] [data-testid^="manage-"]');
  await manage?.click();
  await ada.press('toggle-reactions');
  await draw(ada, 'people', desktop);
  await draw(ada, 'people-phone', { ...phone, dark: true });
  await ada.page.click('[data-testid^="react-"]');
  await ada.press('toggle-devices');
  await ada.page.waitForSelector('#device-speaker:not(:disabled)');
  await draw(ada, 'devices', desktop);
  await draw(ada, 'devices-phone', { ...phone, dark: true });
  await ada.press('leave');
  await ada.reads('#after-title', 'left');
  await draw(ada, 'after', desktop);
  await Promise.all([ada, ben, cleo].map((visitor) => visitor.close()));
}

async function problems(url: string): Promise<void> {
  const browser = await launchChromium({ args: ['--use-fake-ui-for-media-stream=deny'] });
  const ada = await Visitor.open(browser, `${url}?server=${encodeURIComponent('http://localhost:9/')}#standup`);
  await ada.submit('Ada Lovelace');
  await ada.reads('[data-testid="problem"]', 'cannot be reached');
  await draw(ada, 'problems', desktop);
  await draw(ada, 'problems-phone', { ...phone, dark: true });
  await browser.close();
}

mkdirSync(folder, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'meetwire-portraits-'));
const launch = (name: string, hue: number) => {
  const file = join(scratch, `${name}.y4m`);
  writePortrait(file, hue);
  return launchChromium({ args: [`--use-file-for-fake-video-capture=${file}`] });
};
const site = await openMeetingPage();
const browsers = [await launch('ada', 205), await launch('ben', 25)] as const;
await meeting(browsers, site.url);
await problems(site.url);
await Promise.all(browsers.map((browser) => browser.close()));
await site.close();
rmSync(scratch, { recursive: true });
