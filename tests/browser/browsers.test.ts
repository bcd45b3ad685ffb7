// Both browsers start, open a page from this machine, and draw it.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { launchChromium, launchFirefox } from '../support/browsers.ts';

const html = '<!doctype html><title>here</title><body style="background: rgb(0, 128, 0)">';
const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => server.close());

for (const [name, launch] of Object.entries({ chromium: launchChromium, firefox: launchFirefox })) {
  test(`${name} opens a page, has fake devices and draws`, async () => {
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      assert.equal(await page.title(), 'here');
      const kinds = await page.evaluate(async () => {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
        return stream.getTracks().map((track) => track.kind);
      });
      assert.deepEqual(kinds.sort(), ['audio', 'video']);
      const picture = await page.screenshot({ encoding: 'binary' });
      assert.deepEqual([...picture.subarray(1, 4)], [...Buffer.from('PNG')]);
    } finally {
      await browser.close();
    }
  });
}
