// What a page of another site can send to a server on the user's own machine, with a real browser: nothing of it is taken.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { launchChromium } from '../support/browsers.ts';
import { Harness } from '../support/server-harness.ts';
import type { TestServer } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
let browser: Browser;
before(async () => {
  // The name of a stranger, who has pointed it at this machine.
  browser = await launchChromium({ args: ['--host-resolver-rules=MAP evil.example 127.0.0.1'] });
});
after(() => browser.close());
afterEach(() => harness.close());

interface Watched extends TestServer {
  /** The status of each answer to a signalling request. */
  readonly statuses: number[];
}

async function watched(): Promise<Watched> {
  const served = await harness.serve();
  const statuses: number[] = [];
  served.server.httpServer.prependListener('request', (request, response) => {
    if (request.url?.startsWith('/socket.io/')) response.once('finish', () => statuses.push(response.statusCode));
  });
  return { ...served, statuses };
}

async function pageAt(url: string): Promise<Page> {
  const page = await browser.newPage();
  // Its own page came from elsewhere, without the policy of this server's answers.
  await page.setBypassCSP(true);
  await page.goto(url);
  return page;
}

test('L12: a page of another site gets in by no script, image, form, frame or request without CORS', async () => {
  const { server, url, statuses } = await watched();
  const site = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>evil</title>'));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  harness.later(() => {
    site.closeAllConnections();
    site.close();
  });
  const page = await pageAt(`http://evil.example:${(site.address() as AddressInfo).port}/`);
  const got = await page.evaluate(async (socket) => {
    const read: unknown[] = [];
    Object.assign(window, { ___eio: [(text: unknown) => read.push(text)] });
    const loaded = (element: HTMLElement): Promise<void> =>
      new Promise((resolve) => {
        element.onload = element.onerror = () => resolve();
        document.body.append(element);
      });
    await loaded(Object.assign(document.createElement('script'), { src: `${socket}&j=0` }));
    await loaded(Object.assign(document.createElement('img'), { src: socket }));
    await loaded(Object.assign(document.createElement('iframe'), { src: socket }));
    await fetch(socket, { mode: 'no-cors' }).catch(() => undefined);
    await fetch(socket, { mode: 'no-cors', referrerPolicy: 'no-referrer', method: 'POST', body: '40' }).catch(() => undefined);
    const frame = Object.assign(document.createElement('iframe'), { name: 'target' });
    document.body.append(frame);
    const form = Object.assign(document.createElement('form'), { method: 'POST', action: `${socket}&j=0`, target: 'target' });
    form.append(Object.assign(document.createElement('input'), { name: 'd', value: '40' }));
    document.body.append(form);
    form.submit();
    return read;
  }, `${url}/socket.io/?EIO=4&transport=polling`);
  await until('all six have been answered', () => statuses.length >= 6);
  assert.deepEqual(got, []);
  assert.deepEqual([...new Set(statuses)], [403]);
  assert.equal(server.stats().connections, 0);
});

test('L12: a page whose own name was pointed at this machine gets in neither by polling nor by WebSocket', async () => {
  const { server, statuses, log } = await watched();
  const page = await pageAt(`http://evil.example:${server.port}/`);
  const opened = await page.evaluate(async () => {
    const polled = await fetch('/socket.io/?EIO=4&transport=polling');
    const socket = new WebSocket(`ws://${location.host}/socket.io/?EIO=4&transport=websocket`);
    const socketOpened = await new Promise((resolve) => {
      socket.onopen = () => resolve(true);
      socket.onerror = () => resolve(false);
    });
    return { polled: await polled.text(), socketOpened };
  });
  assert.match(opened.polled, /host-refused/);
  assert.equal(opened.socketOpened, false);
  assert.deepEqual(statuses, [403]);
  assert.match(log.text, /host-refused.*evil\.example/);
  const friend = await pageAt(`http://localhost:${server.port}/`);
  assert.equal(await friend.evaluate(async () => (await fetch('/socket.io/?EIO=4&transport=polling')).status), 200);
});
