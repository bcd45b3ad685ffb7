// What `serve` answers over plain HTTP, and what `attach` leaves alone.

import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { StartError, attach, serve } from '../../web/server/index.ts';
import type { Attachment } from '../../web/server/index.ts';
import { Harness, KeptLog } from '../support/server-harness.ts';
import { settlesWithin, until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

function pageFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'meetwire-page-'));
  harness.later(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'main.js'), 'export {};');
  writeFileSync(join(folder, 'chunk-ABCD2345.js'), 'export {};');
  writeFileSync(join(folder, 'deep', 'style.css'), 'a{}');
  writeFileSync(join(folder, '..', 'meetwire-outside.txt'), 'outside');
  harness.later(() => rmSync(join(folder, '..', 'meetwire-outside.txt'), { force: true }));
  return folder;
}

test('the health check tells status, version, time and figures', async () => {
  const { url } = await harness.serve();
  await harness.member(url, { room: 'r', user: 'ada' });
  const response = await fetch(`${url}/health`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const { version, uptimeSeconds, ...rest } = (await response.json()) as Record<string, unknown>;
  assert.match(String(version), /^\d+\.\d+\.\d+/);
  assert.equal(typeof uptimeSeconds, 'number');
  assert.deepEqual(rest, { status: 'ok', connections: 1, rooms: 1, members: 1 });
  assert.equal(await (await fetch(`${url}/health`, { method: 'HEAD' })).text(), '');
});

test('whatever else is answered runs nothing, is framed by nobody and is no other kind than it says', async () => {
  const { url } = await harness.serve({ page: pageFolder(), metrics: true });
  for (const [path, method] of [['health', 'GET'], ['readyz', 'GET'], ['metrics', 'GET'], ['nowhere', 'GET'], ['', 'POST'], ['', 'OPTIONS']] as const) {
    const { headers } = await fetch(`${url}/${path}`, { method });
    assert.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'", `${method} /${path}`);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
  }
  const poll = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
  assert.equal(poll.status, 200);
  const refused = await fetch(`${url}/socket.io/?EIO=4&transport=polling&j=1`);
  assert.equal(refused.status, 403);
  for (const { headers } of [poll, refused]) assert.equal(headers.get('x-content-type-options'), 'nosniff');
});

test('the page is served with headers that keep it safe and fresh', async () => {
  const { url } = await harness.serve({ page: pageFolder() });
  const index = await fetch(`${url}/?room=standup`);
  assert.equal(index.status, 200);
  assert.match(index.headers.get('content-type')!, /^text\/html/);
  assert.match(index.headers.get('content-security-policy')!, /script-src 'self' 'wasm-unsafe-eval';/);
  assert.match(index.headers.get('content-security-policy')!, /connect-src [^;]*wss:/);
  assert.doesNotMatch(index.headers.get('content-security-policy')!, /unsafe-inline|'unsafe-eval'/);
  assert.match(index.headers.get('content-security-policy')!, /default-src 'none'; .*frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types 'none'$/);
  assert.equal(index.headers.get('x-frame-options'), 'SAMEORIGIN');
  assert.equal(index.headers.get('cross-origin-resource-policy'), 'same-origin');
  assert.match(index.headers.get('permissions-policy')!, /camera=\(self\)/);
  assert.equal(index.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(index.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(index.headers.get('cache-control'), 'no-cache');
  const again = await fetch(url, { headers: { 'if-none-match': index.headers.get('etag')! } });
  assert.equal(again.status, 304);
  assert.match((await fetch(`${url}/chunk-ABCD2345.js`)).headers.get('cache-control')!, /immutable/);
  assert.equal((await fetch(`${url}/main.js`)).headers.get('cache-control'), 'no-cache');
  assert.equal((await fetch(`${url}/deep/style.css`)).status, 200);
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);
});

test('what is not there, and what is not to be done, is answered so', async () => {
  const { url } = await harness.serve({ page: pageFolder() });
  const missing = await fetch(`${url}/nothing`);
  assert.equal(missing.status, 404);
  assert.equal(missing.headers.get('x-content-type-options'), 'nosniff');
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const response = await fetch(`${url}/health`, { method });
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS');
  }
  assert.equal((await fetch(url, { method: 'OPTIONS' })).status, 204);
  const bare = await harness.serve({ page: false });
  assert.equal((await fetch(bare.url)).status, 404);
});

/** A path exactly as it is given: fetch would tidy it. */
function rawGet(url: string, path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request(url, { path, headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode!, body }));
    })
      .on('error', reject)
      .end();
  });
}

test('odd paths and ranges neither escape the folder nor end the process', async () => {
  const { url } = await harness.serve({ page: pageFolder() });
  for (const path of ['//', '/%', '/%00', '/%E0%A4%A', '/../meetwire-outside.txt', '/..%2fmeetwire-outside.txt', '/%2e%2e/meetwire-outside.txt', '/./..\\meetwire-outside.txt', '/socket.io', '/socket.io/../health', '?', '/health/']) {
    const { status, body } = await rawGet(url, path);
    assert.ok(status < 500, `${path}: ${status}`);
    assert.doesNotMatch(body, /outside/);
  }
  for (const range of ['bytes=5-3', 'bytes=-1', 'bytes=99999-', 'lines=1', 'bytes=0-0,2-1']) {
    assert.equal((await rawGet(url, '/main.js', { range })).status, 200, range);
  }
  assert.equal((await fetch(`${url}/health`)).status, 200);
});

test('an upgrade to a path that is nobody\'s is ended', async () => {
  const { url } = await harness.serve();
  const ws = new WebSocket(`${url.replace('http', 'ws')}/elsewhere`);
  const ended = new Promise((resolve) => ws.once('error', resolve));
  assert.ok(await settlesWithin(ended, 3_000));
});

test('a port in use, a strange host and a wrong page are told in a sentence', async () => {
  const { server } = await harness.serve();
  const logger = new KeptLog();
  await assert.rejects(serve({ port: server.port, page: false, logger }), (error: unknown) => {
    assert.ok(error instanceof StartError);
    assert.equal(error.code, 'port-in-use');
    assert.match(error.message, new RegExp(`Port ${server.port} .*in use`));
    return true;
  });
  await assert.rejects(serve({ port: 0, host: '192.0.2.1', page: false, logger }), { code: 'host-unknown' });
  await assert.rejects(serve({ port: 0, page: '/nowhere', logger }), { code: 'invalid-argument', option: 'page' });
  await assert.rejects(serve({ port: 70_000, logger }), { code: 'invalid-argument', option: 'port' });
});

test('closing tells everybody, turns newcomers away, and ends in time with sockets that hang', async () => {
  const { server, url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const keepAlive = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  keepAlive.on('error', () => undefined);
  await new Promise((resolve) => keepAlive.once('message', resolve));
  // Never answers the closing handshake.
  (keepAlive as unknown as { _socket: { pause(): void } })._socket.pause();
  harness.later(() => keepAlive.terminate());
  const closing = server.close();
  assert.equal(await ada.problem('ended'), 'server-closing');
  await until('its socket is closed', () => ada.disconnected);
  // To socket.io's own client it is a lost connection: it comes back to the next server by itself.
  assert.equal(ada.disconnected, 'transport close');
  assert.ok(await settlesWithin(closing, 3_000));
  await assert.rejects(fetch(`${url}/health`));
  assert.equal(server.close(), server.close());
});

test('closing does not wait for those who have not said what they want', async () => {
  const { server, url } = await harness.serve();
  await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text();
  assert.ok(await settlesWithin(server.close(), 700));
});

test('while it is closing, the health check and the handshake say so', async () => {
  const { server, url } = await harness.serve();
  const open = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  open.on('error', () => undefined);
  await new Promise((resolve) => open.once('message', resolve));
  (open as unknown as { _socket: { pause(): void } })._socket.pause();
  harness.later(() => open.terminate());
  const closing = server.close();
  const health = await fetch(`${url}/health`);
  assert.equal(health.status, 503);
  assert.equal(((await health.json()) as { status: string }).status, 'closing');
  const handshake = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
  assert.equal(handshake.status, 403);
  assert.match(await handshake.text(), /server-closing/);
  await closing;
});

async function ownServer(): Promise<{ url: string; http: ReturnType<typeof createServer> }> {
  const http = createServer((incoming, response) => response.end(`app ${incoming.method} ${incoming.url}`));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  harness.later(() => {
    http.closeAllConnections();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, http };
}

function attached(http: ReturnType<typeof createServer>): Attachment {
  const attachment = attach(http, { logger: new KeptLog() });
  harness.later(() => attachment.close());
  return attachment;
}

test('attached beside an application, all its routes and upgrades are its own', async () => {
  const { url, http } = await ownServer();
  const others = new WebSocketServer({ noServer: true });
  http.on('upgrade', (incoming, socket, head) => {
    if (incoming.url === '/app-socket') others.handleUpgrade(incoming, socket, head, (ws) => ws.send('app'));
  });
  const attachment = attached(http);
  await attachment.ready;
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  assert.deepEqual(attachment.stats(), { status: 'ok', connections: 1, rooms: 1, members: 1 });
  for (const path of ['/', '/health', '/socket.iox', '/anything']) assert.equal(await (await fetch(`${url}${path}`)).text(), `app GET ${path}`);
  assert.equal(await (await fetch(url, { method: 'DELETE' })).text(), 'app DELETE /');
  const ws = new WebSocket(`${url.replace('http', 'ws')}/app-socket`);
  harness.later(() => ws.terminate());
  assert.equal(await new Promise((resolve) => ws.once('message', (data) => resolve(String(data)))), 'app');

  await attachment.close();
  await until('ada is told', () => ada.disconnected);
  assert.equal(await (await fetch(`${url}/x`)).text(), 'app GET /x');
  assert.equal(await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text(), 'app GET /socket.io/?EIO=4&transport=polling');
  assert.equal(ws.readyState, WebSocket.OPEN);
  assert.equal(http.listeners('request').length, 1);
  assert.equal(http.listeners('upgrade').length, 1);
});

test('detached, it leaves no socket behind that would hold up the application: not even of a client that hangs', async () => {
  const { url, http } = await ownServer();
  const attachment = attached(http);
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  ada.freeze();
  await attachment.close();
  const connections = (): Promise<number> => new Promise((resolve) => http.getConnections((_error, count) => resolve(count)));
  await until('no socket is left', async () => (await connections()) === 0, 1_000);
});

test('a server that was closed can be attached to again', async () => {
  const { url, http } = await ownServer();
  for (const user of ['ada', 'ben']) {
    const attachment = attached(http);
    await harness.member(url, { room: 'r', user });
    assert.equal(attachment.stats().members, 1);
    await attachment.close();
  }
});

test('clients that come while the core is loading wait for it', async () => {
  const { url, http } = await ownServer();
  const attachment = attached(http);
  assert.equal(attachment.stats().status, 'starting');
  await harness.member(url, { room: 'r', user: 'ada' });
  assert.equal(attachment.stats().status, 'ok');
});
