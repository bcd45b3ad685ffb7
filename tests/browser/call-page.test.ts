// The page for two, as it ships: Start, Call, Hang up, in two tabs.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { CodelabServer } from '../support/codelab-server.ts';
import { openPage } from './support/guest.ts';
import { openMeetingPage, root } from './support/site.ts';
import { useStage } from './support/stage.ts';

const stage = useStage({ open: openMeetingPage });

const reads = (page: Page, words: string): Promise<unknown> =>
  page.waitForFunction((text) => document.querySelector('#status')?.textContent === text, { polling: 100 }, words);
const press = (page: Page, id: string): Promise<void> => page.locator(`#${id}:not([disabled])`).click();
const moves = (page: Page, id: string): Promise<unknown> =>
  page.waitForFunction((which) => document.querySelector<HTMLVideoElement>(`#${which}`)!.getVideoPlaybackQuality().totalVideoFrames > 10, { polling: 100 }, id);
const can = (page: Page): Promise<string[]> =>
  page.evaluate(() => [...document.querySelectorAll('button')].filter(({ disabled }) => !disabled).map(({ id }) => id));

for (const where of ['our server', 'a codelab server'] as const) {
  test(`two call, see each other, hang up and call again, by ${where}`, async () => {
    const codelab = where === 'our server' ? undefined : await CodelabServer.start('step 4');
    const query = codelab ? `?server=${codelab.url}&dialect=codelab` : '';
    const pages = [];
    try {
      for (let at = 0; at < 2; at++) pages.push(await openPage(stage.browser, `${stage.site.url}call.html${query}#two`));
      const [ada, ben] = pages as [Page, Page];
      assert.deepEqual(await can(ada), ['start']);
      for (const page of pages) {
        await press(page, 'start');
        await moves(page, 'local');
        assert.deepEqual(await can(page), ['call']);
      }
      await press(ada, 'call');
      await reads(ada, 'Waiting for somebody to call too.');
      await press(ben, 'call');
      for (const page of pages) {
        await reads(page, 'Connected.');
        await moves(page, 'remote');
        assert.deepEqual(await can(page), ['hang-up']);
      }
      mkdirSync(join(root, 'build', 'screenshots'), { recursive: true });
      await ada.screenshot({ path: join(root, 'build', 'screenshots', `call-${where.replaceAll(' ', '-')}.png`) as `${string}.png` });
      await press(ben, 'hang-up');
      await reads(ben, 'The call is over.');
      await reads(ada, 'Waiting for somebody to call too.');
      assert.deepEqual(await can(ben), ['call']);
      await press(ben, 'call');
      for (const page of pages) await reads(page, 'Connected.');
      for (const page of pages) assert.deepEqual(await page.evaluate(() => window.probe.errors), []);
    } finally {
      await Promise.allSettled(pages.map((page) => page.browserContext().close()));
      await codelab?.stop();
    }
  });
}
