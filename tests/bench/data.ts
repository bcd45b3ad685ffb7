// Throughput of a data channel through our API, against a bare channel with hand-written back-pressure: over one and the
// same connection between two pages of Chromium, in turns. Target: at least 0.9. And that of a file, for comparison.

import type { Page } from 'puppeteer-core';
import type { Channel } from '../../web/sdk/index.ts';
import { launchChromium } from '../support/browsers.ts';
import { Guest } from '../browser/support/guest.ts';
import { openFixture } from '../browser/support/site.ts';

// Many short rounds in turns: how fast a connection is drifts by the second.
const roundBytes = 8 * 1024 * 1024;
const rounds = 25;

interface Bench {
  bare: RTCDataChannel;
  channel: Channel;
  bytes: number;
}
declare global {
  interface Window {
    bench: Bench;
  }
}

const prepare = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const bare = window.probe.connections.at(-1)!.createDataChannel('bare', { negotiated: true, id: 900 });
    bare.binaryType = 'arraybuffer';
    const channel = await window.meeting.channel('bench');
    window.bench = { bare, channel, bytes: 0 };
    const count = (data: string | ArrayBuffer): void => void (window.bench.bytes += (data as ArrayBuffer).byteLength);
    bare.onmessage = ({ data }) => count(data as ArrayBuffer);
    channel.on('message', ({ data }) => count(data));
    window.meeting.on('file', (offer) => void offer.accept().then((file) => (window.bench.bytes += file!.size)));
  });

type Way = 'bare' | 'channel' | 'file';

/** Megabytes a second, from the first send until all of it is at the other end. */
async function run(from: Page, to: Page, way: Way, messageBytes: number): Promise<number> {
  await to.evaluate(() => (window.bench.bytes = 0));
  const start = performance.now();
  const arrived = to.waitForFunction((bytes) => window.bench.bytes >= bytes, { timeout: 120_000, polling: 5 }, roundBytes);
  await from.evaluate(
    async (how, size, total) => {
      const { bare, channel } = window.bench;
      const piece = new Uint8Array(size).fill(7);
      if (how === 'file') return void (await window.meeting.files.send(new Blob([new Uint8Array(total).fill(7)])));
      for (let sent = 0; sent < total; sent += size) {
        if (how === 'channel') {
          await channel.send(piece);
          continue;
        }
        if (bare.bufferedAmount > 2 * 1024 * 1024) {
          bare.bufferedAmountLowThreshold = 512 * 1024;
          await new Promise((resolve) => bare.addEventListener('bufferedamountlow', resolve, { once: true }));
        }
        bare.send(piece);
      }
    },
    way,
    messageBytes,
    roundBytes,
  );
  await arrived;
  return roundBytes / 1024 / 1024 / ((performance.now() - start) / 1000);
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

export async function benchData(): Promise<void> {
  const site = await openFixture();
  const browser = await launchChromium();
  try {
    const join = (user: string) => Guest.join(browser, site, 'bench', { user, camera: false, microphone: false });
    const [ada, ben] = [await join('ada'), await join('ben')];
    await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
    await Promise.all([prepare(ada.page), prepare(ben.page)]);
    await ada.until('the channels are open', () => window.bench.channel.openTo.size === 1 && window.bench.bare.readyState === 'open');
    await ben.until('the channels are open', () => window.bench.channel.openTo.size === 1 && window.bench.bare.readyState === 'open');
    console.log(`data between two pages of Chromium, ${roundBytes / 1024 / 1024} MB a round, median of ${rounds}`);
    for (const kib of [16, 64, 255]) {
      const speeds: Record<'bare' | 'channel', number[]> = { bare: [], channel: [] };
      for (let round = -1; round < rounds; ++round) {
        for (const way of round % 2 === 0 ? (['bare', 'channel'] as const) : (['channel', 'bare'] as const)) {
          const speed = await run(ada.page, ben.page, way, kib * 1024);
          if (round >= 0) speeds[way].push(speed);
        }
      }
      // Pair by pair: the machine's other work meets both of a pair alike.
      const ratio = median(speeds.channel.map((speed, round) => speed / speeds.bare[round]!));
      const spread = (values: number[]): string => `${median(values).toFixed(1)} MB/s (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;
      console.log(`  messages of ${kib} KiB: ${spread(speeds.channel)} through the API, ${spread(speeds.bare)} bare, ratio ${ratio.toFixed(2)} (target: at least 0.9)`);
    }
    const files: number[] = [];
    for (let round = 0; round < 3; ++round) files.push(await run(ada.page, ben.page, 'file', 0));
    console.log(`  a file, checksums included: ${median(files).toFixed(1)} MB/s`);
  } finally {
    await browser.close();
    await site.close();
  }
}
