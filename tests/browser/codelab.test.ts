// The codelab's protocol between real browsers: its pages on our server, and our SDK on its server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodelabServer, codelabVariants } from '../support/codelab-server.ts';
import { until } from '../support/waiting.ts';
import { closeAll, type Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

const stage = useStage();

async function openCodelab(room: string, url = stage.site.url, data = false): Promise<Guest> {
  const guest = await stage.arrive();
  guest.id = 'the page';
  await guest.page.evaluate(
    async (at, to, without) => {
      window.codelab = await window.fixture.openCodelab(at, to, without);
    },
    url,
    room,
    data,
  );
  return guest;
}

const isConnected = (guest: Guest): Promise<void> => guest.until('is connected', () => window.codelab.connected);
const pageSees = (guest: Guest): Promise<void> =>
  guest.until('sees ours', () => document.querySelector<HTMLVideoElement>('#codelab')!.getVideoPlaybackQuality().totalVideoFrames > 10);

/** Until the only other one is there and its picture moves. */
async function sees(guest: Guest): Promise<void> {
  await guest.until('is with one other', () => [...window.meeting.participants.values()].map(({ connection }) => connection).join() === 'connected');
  await guest.page.evaluate(() => window.fixture.lookAway());
  await guest.until('sees it move', () => window.fixture.look(window.meeting, [...window.meeting.participants.keys()][0]!, 'camera').pictures >= 4);
}

const isAlone = (guest: Guest, msMax: number): Promise<unknown> =>
  guest.page.waitForFunction(() => window.meeting.participants.size === 0, { timeout: msMax, polling: 50 });

for (const pageFirst of [true, false]) {
  test(`a codelab page and ours see each other on our server; the page came ${pageFirst ? 'first' : 'second'}`, async () => {
    const room = `codelab ${pageFirst}`;
    const early = pageFirst ? await openCodelab(room) : undefined;
    const ada = await stage.join(room, { name: 'Ada' });
    const page = early ?? (await openCodelab(room));
    try {
      await Promise.all([sees(ada), pageSees(page), isConnected(page)]);
      await ada.page.evaluate(() => window.meeting.screen.start(window.fixture.drawnTrack()));
      await ada.page.evaluate(() => window.meeting.camera.stop());
      await ada.page.evaluate(() => window.meeting.microphone.stop());
      await Promise.all([sees(ada), isConnected(page)]);
      assert.deepEqual(await page.page.evaluate(() => window.codelab.faults), []);
      await page.page.evaluate(() => window.codelab.close());
      await isAlone(ada, 1_000);
      await ada.assertNoErrors();
    } finally {
      await closeAll([ada, page]);
    }
  });
}

test('the page of step 6 opens its data channel with ours', async () => {
  const page = await openCodelab('photos', undefined, true);
  const ada = await stage.join('photos', { name: 'Ada' });
  try {
    await ada.until('is connected', () => [...window.meeting.participants.values()].map(({ connection }) => connection).join() === 'connected');
    await page.until('has its channel open', () => (window.codelab as { channel?: { readyState: string } }).channel?.readyState === 'open');
  } finally {
    await closeAll([ada, page]);
  }
});

for (const variant of codelabVariants) {
  test(`two of ours find each other on the codelab's server of ${variant}, and a page and ours do`, async () => {
    const server = await CodelabServer.start(variant);
    const options = { url: server.url, dialect: 'codelab' as const };
    const ada = await stage.join('foo', { user: 'ada', ...options });
    const ben = await stage.join('foo', { user: 'ben', ...options });
    let page: Guest | undefined;
    try {
      assert.equal(await ada.do((meeting) => meeting.dialect), 'codelab');
      await Promise.all([sees(ada), sees(ben)]);
      await ben.leave();
      await isAlone(ada, 1_000);
      await until('the place is free', () => server.inRoom('foo') === 1);
      page = await openCodelab('foo', server.url, variant === 'step 6');
      if (variant === 'step 6') await ada.until('is connected', () => [...window.meeting.participants.values()].map(({ connection }) => connection).join() === 'connected');
      else await Promise.all([sees(ada), pageSees(page)]);
      // Closed without leaving: the connection tells, at once.
      await page.page.evaluate(() => window.codelab.close());
      await isAlone(ada, 2_000);
    } finally {
      await closeAll([ada, ben, page]);
      await server.stop();
    }
  });
}
