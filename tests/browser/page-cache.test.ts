// The meeting page that the browser kept while somebody looked elsewhere, and shows again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMeetingPage } from './support/site.ts';
import { useStage } from './support/stage.ts';
import { Visitor } from './support/visitor.ts';

// puppeteer switches the cache off unless it is asked not to.
const stage = useStage({ open: openMeetingPage, chromium: { ignoreDefaultArgs: ['--disable-back-forward-cache'] } });

const enter = (name: string): Promise<Visitor> => Visitor.enter(stage.browser, `${stage.site.url}#away`, name);

/** To another page and back; says whether it is the same page as before, or one that was loaded anew. */
async function awayAndBack({ page }: Visitor, meanwhile: () => Promise<void> = async () => undefined): Promise<boolean> {
  await page.evaluate(() => (document.body.dataset['before'] = 'yes'));
  await page.goto(`${stage.site.url}health`);
  await meanwhile();
  await page.goBack();
  return page.evaluate(() => document.body.dataset['before'] === 'yes');
}

test('J1: away and back by the history: left at once, in again with what was on', async () => {
  const ada = await enter('Ada');
  const ben = await enter('Ben');
  await ada.sees(2, '[data-testid="tile"]');
  await ada.press('toggle-camera');
  await ben.reads('#head-count', '2 people');
  const kept = await awayAndBack(ada, () => ben.reads('#head-count', 'only you'));
  assert.ok(kept, 'the browser did not keep the page');
  await ada.page.waitForSelector('[data-screen="meeting"]');
  await ada.seesMoving('Ben');
  await ben.reads('#head-count', '2 people');
  assert.equal(await ada.page.$eval('#toggle-camera', (button) => button.getAttribute('aria-pressed')), 'false');
  assert.equal(await ada.page.$eval('#toggle-microphone', (button) => button.getAttribute('aria-pressed')), 'true');
  assert.deepEqual(await ada.errors(), []);
});

test('J1: away and back in the lobby: the preview is open again', async () => {
  const ada = await Visitor.open(stage.browser, `${stage.site.url}#lobby`);
  await ada.page.waitForSelector('#preview-video:not([hidden])');
  assert.ok(await awayAndBack(ada), 'the browser did not keep the page');
  await ada.page.waitForFunction(() => {
    const stream = document.querySelector<HTMLVideoElement>('#preview-video')?.srcObject as MediaStream | null;
    return stream?.getTracks().every((track) => track.readyState === 'live');
  });
  await ada.submit('Ada');
  await ada.page.waitForSelector('[data-screen="meeting"]');
  assert.deepEqual(await ada.errors(), []);
});
