// What strangers do to a transport below the frames: control frames, packets, namespaces, silence. Each ends that transport,
// with one line in the log that has its address.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import type { Socket } from 'socket.io';
import { WebSocket } from 'ws';
import { connectsMax, packetBytes, packetsPerPayloadMax, pendingBytesMax, silentMsMax } from '../../web/server/bounds.ts';
import { Conversation } from '../../web/server/conversation.ts';
import type { EngineSocket } from '../../web/server/conversation.ts';
import { frameBody, notJson } from '../../web/server/payload.ts';
import { pongs } from '../../web/server/websockets.ts';
import { attach } from '../../web/server/index.ts';
import { Harness, KeptLog } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

function rawSocket(url: string, query = 'EIO=4&transport=websocket'): { ws: WebSocket; got: string[]; closed: Promise<unknown> } {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?${query}`);
  const got: string[] = [];
  ws.on('message', (data) => got.push(String(data)));
  ws.on('error', () => undefined);
  const closed = new Promise((resolve) => ws.once('close', resolve));
  harness.later(() => ws.terminate());
  return { ws, got, closed };
}

async function opened(url: string, query?: string): Promise<ReturnType<typeof rawSocket>> {
  const raw = rawSocket(url, query);
  await until('the transport opens', () => raw.got.length > 0);
  return raw;
}

const polling = 'EIO=4&transport=polling';

async function poll(url: string): Promise<string> {
  const response = await fetch(`${url}/socket.io/?${polling}`);
  return /"sid":"([^"]+)"/.exec(await response.text())![1]!;
}

/** The status; 0 when the connection ends without an answer. */
function post(url: string, sid: string, body: string): Promise<number> {
  return fetch(`${url}/socket.io/?${polling}&sid=${sid}`, { method: 'POST', body, headers: { 'content-type': 'text/plain' } }).then(
    async (response) => (await response.text(), response.status),
    () => 0,
  );
}

const isOver = (url: string, sid: string): Promise<boolean> => post(url, sid, '3').then((status) => status !== 200);

const ended = (log: KeptLog, reason: string): string | undefined =>
  log.lines.find(({ text }) => text.includes('connections ended') && text.includes(reason))?.text;

for (const [what, query, send] of [
  ['WebSocket pings', undefined, (ws: WebSocket) => ws.ping('p'.repeat(125))],
  ['WebSocket pongs', undefined, (ws: WebSocket) => ws.pong('p')],
  ['pings of Engine.IO 3', 'EIO=3&transport=websocket&userId=eve&roomId=r', (ws: WebSocket) => ws.send('2')],
  ['packets that mean nothing', undefined, (ws: WebSocket) => ws.send('3')],
] as const) {
  test(`L11: ${what}, read or not, end the transport that sends too many`, async () => {
    const { server, url, log } = await harness.serve();
    const ada = await harness.member(url, { room: 'r', user: 'ada' });
    for (const reads of [true, false]) {
      const { ws } = await opened(url, query);
      if (query === undefined) ws.send('40{"meetwire":1}');
      await until('it is connected', () => server.stats().connections === 2);
      if (!reads) (ws as unknown as { _socket: { pause(): void } })._socket.pause();
      for (let i = 0; i < 20_000 && ws.readyState === WebSocket.OPEN; ++i) send(ws);
      await until('it is ended', () => server.stats().connections === 1);
      ws.terminate();
    }
    ada.chat('c', 'still here');
    await ada.next('chat-settled');
    assert.match(ended(log, 'too many packets')!, /"address":"127\.0\.0\.1"/);
  });
}

test('L17: one pong at a time waits for who does not read, and it answers the latest ping', () => {
  const sent: { data: string; done: () => void }[] = [];
  const ws = { OPEN: 1, readyState: 1, pong: (data: Buffer, _mask: boolean, done: () => void) => void sent.push({ data: String(data), done }) };
  const answer = pongs(ws as unknown as WebSocket);
  for (const ping of ['a', 'b', 'c']) answer(Buffer.from(ping));
  assert.deepEqual(sent.map(({ data }) => data), ['a']);
  sent[0]!.done();
  assert.deepEqual(sent.map(({ data }) => data), ['a', 'c']);
  sent[1]!.done();
  answer(Buffer.from('d'));
  assert.deepEqual(sent.map(({ data }) => data), ['a', 'c', 'd']);
});

class FakeConn extends EventEmitter {
  readonly transport = { name: 'websocket', writable: true };
  closed = false;
  close(): void {
    this.closed = true;
  }
  write(data: string): void {
    this.emit('packetCreate', { type: 'message', data });
    if (this.transport.writable) this.emit('flush');
    this.transport.writable = false;
  }
}

function conversation(): { conn: FakeConn; reasons: string[]; talk: Conversation } {
  const conn = new FakeConn();
  const reasons: string[] = [];
  const talk = new Conversation(conn as unknown as EngineSocket, { came: () => undefined, ended: (reason) => reasons.push(reason) });
  return { conn, reasons, talk };
}

test('L17: everything that is written counts until it has been read, the smallest packet too', () => {
  const { conn, reasons } = conversation();
  const most = pendingBytesMax / packetBytes;
  for (let i = 0; i < most; ++i) conn.write('');
  assert.equal(conn.closed, false);
  conn.write('');
  assert.equal(conn.closed, true);
  assert.deepEqual(reasons, ['does not read']);
});

test('what has been read does not count', () => {
  const { conn, reasons } = conversation();
  const large = 'x'.repeat(pendingBytesMax / 2);
  for (let i = 0; i < 10; ++i) {
    conn.write(large);
    conn.transport.writable = true;
  }
  assert.deepEqual(reasons, []);
  conn.write(large);
  conn.write(large);
  assert.deepEqual(reasons, ['does not read']);
});

test('L11: whoever is in a namespace asks for no other, and a transport whose namespace is left is closed', () => {
  for (const last of ['0', '0/other,']) {
    const { conn, reasons, talk } = conversation();
    talk.opened(new EventEmitter() as unknown as Socket);
    conn.emit('data', '2["meetwire","a message"]');
    assert.deepEqual(reasons, []);
    conn.emit('data', last);
    assert.deepEqual([reasons, conn.closed], [['enters more than one namespace'], true]);
  }
  const { conn, reasons, talk } = conversation();
  const socket = new EventEmitter();
  talk.opened(socket as unknown as Socket);
  socket.emit('disconnect');
  assert.deepEqual([reasons, conn.closed], [[], true]);
});

test('L18: before that a wrong one may be asked for a few times', () => {
  const { conn, reasons } = conversation();
  for (let i = 0; i < connectsMax; ++i) conn.emit('data', '0/other,');
  assert.deepEqual(reasons, []);
  conn.emit('data', '0');
  assert.deepEqual(reasons, ['enters more than one namespace']);
});

test('an attachment, however deep it is, is handed on as what no JSON is; all else as JSON', () => {
  for (const argument of [Buffer.from('x'), { a: [{ b: new Uint8Array(1) }] }, [new ArrayBuffer(1)]]) assert.equal(frameBody('event', argument), notJson);
  assert.equal(frameBody('event', { a: [{ b: null }] }), '{"a":[{"b":null}]}');
});

test('L17: one ping has one pong', async () => {
  const { url } = await harness.serve();
  const { ws } = await opened(url);
  const pongsOf: string[] = [];
  ws.on('pong', (data) => pongsOf.push(String(data)));
  ws.ping('first');
  await until('the pong', () => pongsOf.length > 0);
  ws.ping('second');
  await until('the next one', () => pongsOf.includes('second'));
  assert.deepEqual(pongsOf, ['first', 'second']);
});

test('L17: a body that stands still ends on a server of the application\'s too, which has other deadlines', async () => {
  const http = createServer();
  const attachment = attach(http, { logger: new KeptLog() });
  harness.later(() => new Promise((resolve) => http.close(resolve)));
  harness.later(() => attachment.close());
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  await attachment.ready;
  const { port } = http.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  // A member of a room: nothing else waits for a word of it.
  const sid = await poll(url);
  await post(url, sid, '40{"meetwire":1}');
  const hello = { messages: [{ type: 'hello', versions: [1, 1], room: 'r', user: 'eve', name: '' }] };
  await post(url, sid, `42${JSON.stringify(['meetwire', JSON.stringify(hello)])}`);
  await until('it is in', () => attachment.stats().members === 1);
  const begun = performance.now();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  harness.later(() => socket.destroy());
  socket.write(`POST /socket.io/?${polling}&sid=${sid} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n42["half`);
  await new Promise((resolve) => socket.once('close', resolve));
  assert.ok(performance.now() - begun < silentMsMax + 2_500);
});

test('L18: a namespace asked for thousands of times in one request ends the transport, before they are answered', async () => {
  const { url, log } = await harness.serve();
  const sid = await poll(url);
  await post(url, sid, Array.from({ length: 6_500 }, (_, i) => `40/${i},`).join('\x1e'));
  assert.ok(await isOver(url, sid));
  assert.match(ended(log, 'more than one namespace')!, /127\.0\.0\.1/);
});

test('L18: so many packets fit into one request, and no more', async () => {
  const { url, log } = await harness.serve();
  const fits = await poll(url);
  assert.equal(await post(url, fits, Array<string>(packetsPerPayloadMax).fill('3').join('\x1e')), 200);
  assert.equal(await isOver(url, fits), false);
  const over = await poll(url);
  await post(url, over, Array<string>(packetsPerPayloadMax + 1).fill('3').join('\x1e'));
  assert.ok(await isOver(url, over));
  assert.ok(ended(log, 'in one request'));
});

test('L11: the rate cannot be renewed: who leaves the namespace, or enters it twice, loses the transport', async () => {
  const { server, url } = await harness.serve();
  for (const last of ['41', '40{"meetwire":1}']) {
    const { ws, got, closed } = await opened(url);
    ws.send('40{"meetwire":1}');
    await until('the namespace opens', () => got.some((text) => text.startsWith('40')));
    ws.send(last);
    await closed;
  }
  await until('nobody is left', () => server.stats().connections === 0);
});

test('a wrong namespace has its error, and the right one can still be entered', async () => {
  const { server, url } = await harness.serve();
  const { ws, got } = await opened(url);
  ws.send('40/other,');
  await until('the error', () => got.some((text) => text.includes('Invalid namespace')));
  ws.send('40{"meetwire":1}');
  await until('it is in', () => server.stats().connections === 1);
});

const silences: Record<string, (url: string) => Promise<unknown>> = {
  'an upgrade without a probe': async (url) => rawSocket(url, `EIO=4&transport=websocket&sid=${await poll(url)}`).closed,
  'an upgrade with a probe and nothing after it': async (url) => {
    const { ws, closed } = rawSocket(url, `EIO=4&transport=websocket&sid=${await poll(url)}`);
    ws.once('open', () => ws.send('2probe'));
    return closed;
  },
  'a close that is not answered': async (url) => {
    const socket = rawUpgrade(url, polling);
    return new Promise((resolve) => socket.once('close', resolve));
  },
  'a body that never ends': async (url) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.write(`POST /socket.io/?${polling}&sid=${await poll(url)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n42["half`);
    harness.later(() => socket.destroy());
    return new Promise((resolve) => socket.once('close', resolve));
  },
  'a connection that is kept for nothing': async (url) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n');
    harness.later(() => socket.destroy());
    return new Promise((resolve) => socket.once('close', resolve));
  },
};

/** A WebSocket that reads and never says a word, not even to close. */
function rawUpgrade(url: string, query: string): ReturnType<typeof connect> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write(`GET /socket.io/?${query} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
  harness.later(() => socket.destroy());
  return socket;
}

test('L17: every silence ends: upgrades, closes, bodies, idle connections', async () => {
  const { url } = await harness.serve();
  const begun = performance.now();
  const most = 2 * silentMsMax + 2_500;
  await Promise.all(Object.entries(silences).map(async ([what, begin]) => {
    await begin(url);
    assert.ok(performance.now() - begun < most, `${what}: ${performance.now() - begun} ms`);
  }));
});

test('L17: a WebSocket that is asked for without an upgrade is answered at once', async () => {
  const { url } = await harness.serve();
  const { got } = await opened(url);
  const { sid } = JSON.parse(got[0]!.slice(1)) as { sid: string };
  for (const query of [`&sid=${sid}`, '']) {
    const response = await fetch(`${url}/socket.io/?EIO=4&transport=websocket${query}`);
    assert.equal(response.status, 403);
    assert.match(await response.text(), /transport-refused/);
  }
});
