// The built package in real pages: as a plain module, through each bundler, and under Vite's development server; all
// but the last under a content security policy that allows no code from text.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launchChromium, launchFirefox } from '../support/browsers.ts';
import type { Answer, Served } from '../support/bundles.ts';
import { bundlers, makeProject, serve, serveByVite } from '../support/bundles.ts';

const answerMsMax = 30_000;

let project: ReturnType<typeof makeProject>;
let chromium: Browser;

before(async () => {
  project = makeProject();
  chromium = await launchChromium();
});
after(async () => {
  await chromium.close();
  project.remove();
});

// The answer comes over the console: puppeteer's waitForFunction builds its function from text, which the policy
// forbids to it as well.
async function answerOf(browser: Browser, served: Served): Promise<Answer> {
  const page = await browser.newPage();
  try {
    const heard: string[] = [];
    const answer = new Promise<string>((resolve, reject) => {
      page.on('console', (message) => {
        heard.push(message.text());
        if (message.text().startsWith('{"join"')) resolve(message.text());
      });
      page.on('pageerror', (error) => heard.push(String(error)));
      AbortSignal.timeout(answerMsMax).addEventListener('abort', () => {
        reject(new Error(`The page gave no answer. It said:\n${heard.join('\n')}`));
      });
    });
    // Awaited together: a page that fails to load must not leave the other promise behind unheard.
    const [text] = await Promise.all([answer, page.goto(served.url)]);
    return JSON.parse(text) as Answer;
  } finally {
    await page.close();
    await served.close();
  }
}

for (const [name, bundle] of Object.entries(bundlers)) {
  test(`in Chromium, bundler: ${name}`, async () => {
    const answer = await answerOf(chromium, await serve(await bundle(project.folder)));
    assert.equal(answer.join, name === 'none' ? 'undefined' : 'function');
    assert.equal(typeof answer.core, 'object', String(answer.core));
  });
}

test("in Chromium, from Vite's development server", async () => {
  const answer = await answerOf(chromium, await serveByVite(project.folder));
  assert.equal(answer.join, 'function');
  assert.equal(typeof answer.core, 'object', String(answer.core));
});

test('in Firefox, as a plain module', async () => {
  const firefox = await launchFirefox();
  try {
    const answer = await answerOf(firefox, await serve(await bundlers['none']!(project.folder)));
    assert.equal(typeof answer.core, 'object', String(answer.core));
  } finally {
    await firefox.close();
  }
});

test('the policy is really in force: without leave for WebAssembly the module is refused', async () => {
  const answer = await answerOf(chromium, await serve(await bundlers['none']!(project.folder), "script-src 'self'"));
  assert.match(String(answer.core), /CompileError/);
});
