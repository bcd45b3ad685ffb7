// What measuring costs: who speaks, how good the connections are, for one who is in a meeting with seven others. Of one core,
// over all processes of the browser; in turns with and without, in one run. Target: at most 2 %.

import type { Browser } from 'puppeteer-core';
import type { Undo } from '../../web/sdk/index.ts';
import { launchChromium } from '../support/browsers.ts';
import { Guest } from '../browser/support/guest.ts';
import { openFixture, type Site } from '../browser/support/site.ts';

const others = 7;
const rounds = 8;
const roundMs = 5_000;

declare global {
  interface Window {
    undo: Undo | undefined;
  }
}

async function join(browser: Browser, site: Site, user: string): Promise<Guest> {
  const guest = await Guest.join(browser, site, 'bench', { user, camera: false, microphone: false });
  await guest.page.evaluate(async () => {
    // All that a link has is there, and costs the machine as little as can be: coding pictures is not what is measured.
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 64;
    const pen = canvas.getContext('2d')!;
    let turn = 0;
    setInterval(() => {
      pen.fillStyle = `hsl(${(turn += 40)} 80% 50%)`;
      pen.fillRect(0, 0, 64, 64);
    }, 500);
    const voice = window.fixture.makeVoice();
    voice.say(0.1);
    await Promise.all([window.meeting.microphone.start(voice.track), window.meeting.camera.start(canvas.captureStream(2).getVideoTracks()[0]!)]);
  });
  return guest;
}

/** Seconds of processor time of all processes of the browser together. */
async function processorTime(browser: Browser): Promise<number> {
  const session = await browser.target().createCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

export async function benchInsight(): Promise<void> {
  const site = await openFixture();
  const [own, theirs] = [await launchChromium(), await launchChromium()];
  try {
    const guests: Guest[] = [];
    for (let number = 0; number < others; ++number) guests.push(await join(theirs, site, `other-${number}`));
    const me = await join(own, site, 'me');
    await me.isWith(...guests);
    await me.page.evaluate(() => void window.meeting.mount(document.body));
    await me.until('all are heard', () => [...window.meeting.participants.values()].every(({ camera, microphone }) => camera.on && microphone.on));
    const shares: Record<'off' | 'on', number[]> = { off: [], on: [] };
    const work: Record<'off' | 'on', number[]> = { off: [], on: [] };
    for (let round = -1; round < rounds; ++round) {
      for (const way of round % 2 === 0 ? (['off', 'on'] as const) : (['on', 'off'] as const)) {
        await me.page.evaluate((measures) => {
          window.undo?.();
          window.undo = measures ? window.meeting.measure() : undefined;
        }, way === 'on');
        await new Promise((resolve) => setTimeout(resolve, 500));
        const [before, tasksBefore, start] = [await processorTime(own), (await me.page.metrics()).TaskDuration ?? 0, performance.now()];
        await new Promise((resolve) => setTimeout(resolve, roundMs));
        const seconds = (performance.now() - start) / 1000;
        const used = (await processorTime(own)) - before;
        const tasks = ((await me.page.metrics()).TaskDuration ?? 0) - tasksBefore;
        if (round < 0) continue;
        shares[way].push((used / seconds) * 100);
        work[way].push((tasks / seconds) * 100);
      }
    }
    const quality = await me.page.evaluate(() => window.meeting.measure() && [...window.meeting.participants.values()].length);
    const difference = (of: typeof shares): number => median(of.on.map((share, round) => share - of.off[round]!));
    const spread = (values: number[]): string => `${median(values).toFixed(1)} % (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`;
    console.log(`measuring ${quality} links in Chromium, of one core, median of ${rounds} pairs of ${roundMs / 1000} s`);
    console.log(`  all processes: ${spread(shares.on)} with, ${spread(shares.off)} without: ${difference(shares).toFixed(2)} % for measuring (target: at most 2 %)`);
    console.log(`  the page's own thread: ${spread(work.on)} with, ${spread(work.off)} without: ${difference(work).toFixed(2)} %`);
  } finally {
    await Promise.allSettled([own.close(), theirs.close()]);
    await site.close();
  }
}
