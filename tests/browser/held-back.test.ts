// What browsers hold back until the user's first gesture, and what they stop when an element leaves the document: mounted
// elements play again, and a recording is refused rather than never begun.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launchFirefox } from '../support/browsers.ts';
import { closeAll, Guest, smallPicture } from './support/guest.ts';
import { useStage } from './support/stage.ts';
import { Untouched } from './support/untouched.ts';

const stage = useStage({ chromium: { args: ['--autoplay-policy=document-user-activation-required'] } });
let firefox: Browser;
before(async () => {
  // Silent pictures too, as phones do it to save power.
  firefox = await launchFirefox({ preferences: { 'media.autoplay.default': 5, 'media.autoplay.blocking_policy': 0 } });
});
after(() => firefox?.close());

/** Joins without devices, which would count as leave to play; shows the meeting, and tells what plays. */
async function watch(): Promise<void> {
  const meeting = (window.meeting = await window.fixture.join('held', { user: 'ada', camera: false, microphone: false }));
  const root = document.createElement('main');
  root.id = 'root';
  document.body.append(root);
  meeting.on('audio-blocked', () => window.tell('blocked'));
  meeting.on('audio-unlocked', () => window.tell('unlocked'));
  meeting.mount(root);
  let before = '';
  setInterval(() => {
    const playing = (kind: 'video' | 'audio'): string => {
      const all = [...document.querySelectorAll<HTMLMediaElement>(`#root ${kind}`)].filter(({ srcObject }) => srcObject);
      return all.map((each) => `${kind} ${each.paused ? 'is held back' : each.currentTime > 0 ? 'plays' : 'begins'}`).join();
    };
    const now = `${playing('video')}, ${playing('audio')}`;
    if (now !== before) window.tell((before = now));
  }, 50);
}

/** Until everything that is mounted moves on, wherever it is. */
async function playsOn(page: Untouched['page']): Promise<void> {
  await page.evaluate(() => {
    const elements = [...document.querySelectorAll('iframe')].flatMap(({ contentDocument }) => [...contentDocument!.querySelectorAll('video, audio')]);
    const all = [...document.querySelectorAll('video, audio'), ...elements] as HTMLMediaElement[];
    const live = all.filter(({ srcObject }) => srcObject);
    Object.assign(window, { live, times: live.map(({ currentTime }) => currentTime) });
  });
  await page.waitForFunction(() => {
    const { live, times } = window as unknown as { live: HTMLMediaElement[]; times: number[] };
    return live.length === 2 && live.every((each, at) => each.isConnected && !each.paused && each.currentTime > times[at]! + 0.3);
  });
}

/** Takes what is mounted out of the document, and puts it back once the browser has stopped all of it. */
async function awayAndBack(page: Untouched['page']): Promise<void> {
  await page.evaluate(async () => {
    const root = document.querySelector('#root')!;
    const live = [...root.querySelectorAll<HTMLMediaElement>('video, audio')].filter(({ srcObject }) => srcObject);
    const stopped = live.map((each) => new Promise((resolve) => each.addEventListener('pause', resolve, { once: true })));
    root.remove();
    await Promise.all(stopped);
    document.body.append(root);
  });
}

test('M5, M6: in Chromium sound waits for a gesture; what leaves the document, or moves into another, plays again', async () => {
  const ben = await Guest.join(stage.browser, stage.site, 'held', { user: 'ben', camera: smallPicture, microphone: true });
  const ada = await Untouched.open(stage.browser, stage.site, watch);
  try {
    await ada.tells('blocked');
    await ada.tells('video plays, audio is held back');
    ada.hasNotTold('unlocked');
    await ada.click();
    await ada.tells('unlocked');
    await ada.tells('video plays, audio plays');
    const { page } = ada;
    await awayAndBack(page);
    await playsOn(page);
    // At once, so that it comes back before it is told that it was stopped.
    await page.evaluate(async () => {
      const root = document.querySelector('#root')!;
      for (let turn = 0; turn < 4; ++turn) {
        root.remove();
        await new Promise((resolve) => setTimeout(resolve, turn % 2 === 0 ? 0 : 100));
        document.body.append(root);
      }
    });
    await playsOn(page);
    await page.evaluate(() => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      frame.contentDocument!.body.append(document.querySelector('#root')!);
    });
    await playsOn(page);
    assert.deepEqual(ada.told.filter((each) => /locked$/.test(each)), ['blocked', 'unlocked']);
  } finally {
    await closeAll([ben]);
    await ada.close();
  }
});

test('M6: in Firefox silent pictures that are held back too play with the first gesture', async () => {
  const ben = await Guest.join(stage.browser, stage.site, 'held', { user: 'ben', camera: smallPicture, microphone: true });
  const ada = await Untouched.open(firefox, stage.site, watch);
  try {
    await ada.tells('blocked');
    await ada.tells('video is held back, audio is held back');
    await ada.click();
    await ada.tells('unlocked');
    await ada.tells('video plays, audio plays');
    await awayAndBack(ada.page);
    await playsOn(ada.page);
    assert.deepEqual(ada.told.filter((each) => /locked$/.test(each)), ['blocked', 'unlocked']);
  } finally {
    await closeAll([ben]);
    await ada.close();
  }
});

test('M7: before a gesture a recording is refused, unannounced, and works after it; leaving while it waits ends it', async () => {
  const ben = await Guest.join(stage.browser, stage.site, 'early', { user: 'ben', camera: false, microphone: false });
  const ada = await Untouched.open(stage.browser, stage.site, async () => {
    const meeting = (window.meeting = await window.fixture.join('early', { user: 'ada', camera: false, microphone: false }));
    const code = (error: unknown): string => (error as { code: string }).code;
    await meeting.record().then(() => window.tell('records'), (error: unknown) => window.tell(`refused: ${code(error)}`));
    addEventListener('click', () => {
      const recording = meeting.record();
      recording.then(() => window.tell('records'), (error: unknown) => window.tell(`refused then: ${code(error)}`));
      setTimeout(async () => window.tell(`a file: ${((await (await recording).stop())?.size ?? 0) > 0}`), 2000);
    }, { once: true });
    window.tell('ready');
  });
  const cleo = await Untouched.open(stage.browser, stage.site, async () => {
    const meeting = await window.fixture.join('early', { user: 'cleo', camera: false, microphone: false });
    const recording = meeting.record().then(() => 'records', (error: unknown) => (error as { code: string }).code);
    setTimeout(() => void meeting.leave().then(() => window.tell('left')), 500);
    window.tell(`recording: ${await recording}`);
  });
  try {
    await Promise.all([cleo.tells('recording: already-left'), cleo.tells('left')]);
    await ben.page.evaluate(() => {
      const seen: string[] = [];
      const look = (): void => void (window.meeting.participants.get('ada')?.attributes['recording'] && seen.push('recording'));
      window.meeting.subscribe(look);
      look();
      Object.assign(window, { seen });
    });
    await ada.tells('ready');
    assert.deepEqual(ada.told, ['refused: permission-denied', 'ready']);
    assert.deepEqual(await ben.page.evaluate(() => (window as unknown as { seen: string[] }).seen), []);
    await ada.click();
    await ada.tells('records');
    await ben.until('sees that ada records', () => window.meeting.participants.get('ada')?.attributes['recording'] === 'on');
    await ada.tells('a file: true');
  } finally {
    await closeAll([ben]);
    await Promise.all([ada.close(), cleo.close()]);
  }
});
