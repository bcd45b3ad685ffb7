// The first thing that has to work: the real core in WebAssembly, the real server, two browsers' pages that see
// each other move.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeAll } from './support/guest.ts';
import { useStage } from './support/stage.ts';

const stage = useStage();

test('the shortest program: join and mount show everybody, moving', async () => {
  const guests = await Promise.all([stage.arrive(), stage.arrive()]);
  try {
    for (const { page } of guests) {
      await page.evaluate(async () => {
        const grid = document.createElement('div');
        document.body.append(grid);
        window.meeting = await window.fixture.join('shortest', { url: '/', name: 'Ada', camera: true, microphone: true });
        window.meeting.mount(grid);
      });
    }
    for (const { page } of guests) {
      await page.waitForFunction(
        () => {
          const pictures = [...document.querySelectorAll('video')].map((video) => video.getVideoPlaybackQuality().totalVideoFrames);
          return pictures.length === 2 && pictures.every((frames) => frames > 10);
        },
        { timeout: 30_000, polling: 100 },
      );
    }
  } finally {
    await closeAll(guests);
  }
});

test('two Chromium pages see each other move', async () => {
  const ada = await stage.join('first', { name: 'Ada' });
  const ben = await stage.join('first', { name: 'Ben' });
  try {
    await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
    await Promise.all([ada.sees(ben), ben.sees(ada)]);
    const before = await ada.page.evaluate(() => window.fixture.framesDecoded());
    await ada.until('decodes further frames', async (count) => (await window.fixture.framesDecoded()) > count + 10, before);
    assert.equal(await ada.do((meeting, id) => meeting.participants.get(id)?.name, ben.id), 'Ben');
    await ada.assertNoErrors();
    await ben.assertNoErrors();
  } finally {
    await closeAll([ada, ben]);
  }
});
