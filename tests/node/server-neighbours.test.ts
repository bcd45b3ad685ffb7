// Beside other socket.io servers, and behind proxies: what is told, to whom, and that it is told once.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { afterEach, describe, test } from 'node:test';
import { Server as SocketServer } from 'socket.io';
import { WebSocket } from 'ws';
import { attach } from '../../web/server/index.ts';
import { proxy } from '../support/proxies.ts';
import { Harness, KeptLog } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

describe('M11: two socket.io servers on one http server', () => {
  const twice = { name: 'OptionError', option: 'path', code: 'invalid-argument' } as const;

  test('the same path: told at attach, whichever comes second, and nothing of the second is left', async () => {
    const http = createServer();
    const other = new SocketServer(http);
    harness.later(() => other.close());
    const before = http.listenerCount('upgrade');
    assert.throws(() => attach(http), { ...twice, message: /another socket\.io server .*\/socket\.io.* another path/ });
    assert.equal(http.listenerCount('upgrade'), before);
    const ours = attach(http, { path: '/meet/' });
    await ours.close();

    const first = createServer();
    const attached = attach(first);
    assert.throws(() => new SocketServer(first), { ...twice, message: /another socket\.io server .*where Meetwire is/ });
    assert.throws(() => attach(first), { ...twice, message: /Meetwire is attached to this http server under \/socket\.io\/ already/ });
    assert.throws(() => attach(first, { path: '/socket.io/deeper' }), twice);
    await attached.close();
    await attach(first).close();
    const later = new SocketServer(first);
    await later.close();
  });

  test('other paths, and upgrade listeners of the application\'s own, are left alone', async () => {
    const http = createServer();
    let called = 0;
    http.on('upgrade', () => void called++);
    const ws = { handleUpgrade: () => called++ };
    http.on('upgrade', (request) => void (request.url === '/own' && ws.handleUpgrade()));
    const other = new SocketServer(http, { path: '/other' });
    const attached = attach(http);
    const third = new SocketServer(http, { path: '/third' });
    assert.equal(called, 0);
    await attached.close();
    await Promise.all([other.close(), third.close()]);
  });
});

describe('M14: behind a proxy', () => {
  const advice = /another Host.*proxy_set_header Host \$http_host.*--origin/;
  const polling = '/socket.io/?EIO=4&transport=polling';

  test('that passes another Host: said once in the log, with what to do', async () => {
    const log = new KeptLog();
    // Without a list, pages on this machine may always connect.
    const { url } = await harness.serve({ logger: log, origins: ['https://other.example'] });
    const told = () => log.lines.filter(({ message }) => advice.test(message));
    const between = await proxy(url, { headers: (headers) => ({ ...headers, host: 'inner.example' }) });
    harness.later(() => between.close());
    const origin = between.url;
    // As a browser does it from a page of the same origin: no Origin with a GET, one with a POST and an upgrade.
    const opened = await fetch(`${between.url}${polling}`);
    const { sid } = JSON.parse((await opened.text()).slice(1)) as { sid: string };
    assert.deepEqual(told(), []);
    const posted = await fetch(`${between.url}${polling}&sid=${sid}`, { method: 'POST', headers: { origin }, body: '40' });
    await posted.text();
    await until('it is told', () => told().length > 0);
    assert.match(told()[0]!.text, new RegExp(`"origin":"${origin}".*"host":"inner.example"`));
    for (const more of [{}, { 'sec-fetch-site': 'same-origin' }] as Record<string, string>[]) {
      const refused = await fetch(`${between.url}${polling}`, { headers: { origin: 'https://meet.example', ...more } });
      assert.equal(refused.status, 403);
      await refused.text();
    }
    assert.equal(told().length, 1);
  });

  for (const [what, headers] of [
    ['the browser', { 'sec-fetch-site': 'same-origin' }],
    ['the proxy', { 'x-forwarded-host': 'meet.example, inner' }],
    ['the proxy, in the standard\'s words', { forwarded: 'for=192.0.2.1;host="meet.example";proto=https' }],
  ] as const) {
    test(`that passes another Host: an upgrade alone tells it, by ${what}; it is refused all the same`, async () => {
      const log = new KeptLog();
      const { url } = await harness.serve({ logger: log });
      const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { origin: 'https://meet.example', headers });
      await new Promise((resolve) => ws.once('error', resolve));
      assert.equal(log.lines.filter(({ message }) => advice.test(message)).length, 1);
    });
  }

  test('a stranger\'s page is no reason for advice', async () => {
    const log = new KeptLog();
    const { url } = await harness.serve({ logger: log });
    for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }, { 'x-forwarded-host': 'meet.example' }] as Record<string, string>[]) {
      const refused = await fetch(`${url}${polling}`, { headers: { origin: 'https://evil.example', ...headers } });
      assert.equal(refused.status, 403);
      await refused.text();
    }
    assert.ok(!advice.test(log.text));
  });
});
