// From the call of `join` to a running core: the main thread's time that loading the core takes in a cold Chromium page.
// `npm run bench -- start --against FOLDER` measures another dist/ in turns with this one, in the same run, and gives the ratio.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../support/browsers.ts';
import { root } from '../support/root.ts';

const rounds = 20;

/** What a round starts: `core.js` of one folder, as `join` loads it. */
interface Subject {
  readonly name: string;
  readonly folder: string;
}

const types: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html' };

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://host').pathname);
    if (path === '/') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>start</title>');
      return;
    }
    readFile(join(folder, path)).then(
      (content) => response.writeHead(200, { 'content-type': types[path.slice(path.lastIndexOf('.'))] ?? 'application/octet-stream' }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Milliseconds of the main thread in a page that has loaded nothing yet. */
async function startOnce(browser: Browser, url: string): Promise<number> {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    const before = (await page.metrics()).TaskDuration ?? 0;
    // As text: the compiler must not rewrite what the page imports.
    const errors = await page.evaluate("import('./core.js').then(({ loadClient }) => loadClient()).then((core) => core.clientErrors().length)");
    if (errors === 0) throw new Error('the core has not started');
    return (((await page.metrics()).TaskDuration ?? 0) - before) * 1000;
  } finally {
    await context.close();
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

export async function benchStart(words: readonly string[]): Promise<void> {
  const [flag, other, ...rest] = words;
  if ((flag !== undefined && (flag !== '--against' || other === undefined)) || rest.length > 0) {
    throw new Error('usage: npm run bench -- start [--against FOLDER]');
  }
  const subjects: Subject[] = [{ name: 'this dist/', folder: join(root, 'dist') }];
  if (other !== undefined) subjects.push({ name: other, folder: other });
  const servers = await Promise.all(subjects.map(({ folder }) => serve(folder)));
  const browser = await launchChromium();
  const samples = subjects.map((): number[] => []);
  try {
    for (let round = -1; round < rounds; ++round) {
      for (let turn = 0; turn < subjects.length; ++turn) {
        const which = (round + 1 + turn) % subjects.length;
        const { port } = servers[which]!.address() as AddressInfo;
        const took = await startOnce(browser, `http://127.0.0.1:${port}/`);
        // The first round warms the browser's processes up.
        if (round >= 0) samples[which]!.push(took);
      }
    }
  } finally {
    await browser.close();
    for (const server of servers) server.close();
  }
  console.log(`main thread from nothing to a running core, in Chromium, median of ${rounds}`);
  subjects.forEach(({ name }, which) => console.log(`  ${name}: ${median(samples[which]!).toFixed(1)} ms`));
  if (other !== undefined) {
    const ratio = median(samples[0]!.map((took, round) => took / samples[1]![round]!));
    console.log(`  ratio ${ratio.toFixed(2)}`);
  }
}
