// A file larger than anybody would hold in memory: 1 GB from one browser's disk to another's, and by how much the two grow
// meanwhile. Profiles on disk, since a private window keeps its files in memory. `npm run bench -- file`.

import { readdirSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'puppeteer-core';
import type { FileOffer } from '../../web/sdk/index.ts';
import { launchChromium } from '../support/browsers.ts';
import { openFixture } from '../browser/support/site.ts';

const mebibyte = 1024 * 1024;
const fileBytes = 1024 * mebibyte;

declare global {
  interface Window {
    offered?: FileOffer;
  }
}

async function enter(browser: Browser, url: string, user: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => 'fixture' in window);
  await page.evaluate(async (me) => void (window.meeting = await window.fixture.join('big-file', { user: me, camera: false, microphone: false })), user);
  return page;
}

/** Private memory of a process and of all that it began, in bytes. As Linux tells it. */
function memoryOf(root: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    try {
      if (/^\d+$/.test(name)) parents.set(Number(name), Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const belongs = (pid: number | undefined): boolean => pid === root || (pid !== undefined && pid > 1 && belongs(parents.get(pid)));
  let total = 0;
  for (const pid of parents.keys()) {
    if (!belongs(pid)) continue;
    try {
      total += Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
    } catch {
      // As above.
    }
  }
  return total;
}

const store = (page: Page): Promise<void> =>
  page.evaluate(async (bytes) => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle('sent', { create: true });
    const writable = await handle.createWritable();
    const piece = new Uint8Array(1024 * 1024);
    for (let at = 0; at < bytes; at += piece.length) {
      piece.fill(at / piece.length);
      await writable.write(piece);
    }
    await writable.close();
  }, fileBytes);

const isSame = (page: Page): Promise<boolean> =>
  page.evaluate(async (bytes) => {
    const file = await (await (await navigator.storage.getDirectory()).getFileHandle('received')).getFile();
    if (file.size !== bytes) return false;
    for (let at = 0; at < bytes; at += 1024 * 1024) {
      const piece = new Uint8Array(await file.slice(at, at + 1024 * 1024).arrayBuffer());
      const wanted = (at / piece.length) & 255;
      if (!piece.every((byte) => byte === wanted)) return false;
    }
    return true;
  }, fileBytes);

export async function benchFile(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('What a browser holds in memory is read from /proc: this needs Linux');
  const site = await openFixture();
  const browsers = [await launchChromium(), await launchChromium()] as const;
  const memory = (): number[] => browsers.map((browser) => memoryOf(browser.process()!.pid!));
  try {
    const [from, to] = [await enter(browsers[0], site.url, 'ada'), await enter(browsers[1], site.url, 'ben')];
    for (const page of [from, to]) page.setDefaultTimeout(1_800_000);
    await store(from);
    await to.evaluate(() => void window.meeting.on('file', (offer) => (window.offered = offer)));
    await from.waitForFunction(() => window.meeting.participants.get('ben')?.connection === 'connected');

    const before = memory();
    const most = [...before];
    const watch = setInterval(() => memory().forEach((bytes, at) => (most[at] = Math.max(most[at]!, bytes))), 500);
    const start = performance.now();
    const sent = from.evaluate(async () => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle('sent');
      await window.meeting.files.send(await handle.getFile());
    });
    await to.waitForFunction(() => window.offered !== undefined);
    const taken = to.evaluate(async () => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle('received', { create: true });
      await window.offered!.accept({ writable: await handle.createWritable() });
    });
    await Promise.all([sent, taken]).finally(() => clearInterval(watch));
    const seconds = (performance.now() - start) / 1000;
    if (!(await isSame(to))) throw new Error('What arrived is not what was sent');
    const grown = most.map((bytes, at) => ((bytes - before[at]!) / mebibyte).toFixed(0));
    console.log(
      `a file of ${fileBytes / mebibyte} MiB from disk to disk: ${(fileBytes / mebibyte / seconds).toFixed(1)} MiB/s; ` +
        `at most ${grown[0]} MiB more memory in the sending browser, ${grown[1]} MiB in the receiving one`,
    );
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await site.close();
  }
}
