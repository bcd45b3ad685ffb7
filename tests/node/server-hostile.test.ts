// What strangers send to the real server: too large, too deep, too much, not from here, half, binary. The one who does
// it gets a typed error or loses its socket; the others notice nothing.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, test } from 'node:test';
import { WebSocket } from 'ws';
import { silentMsMax } from '../../web/server/bounds.ts';
import { Harness } from '../support/server-harness.ts';
import type { Member } from '../support/server-harness.ts';
import { settlesWithin, until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

const messageBytesMax = 64 * 1024;

/** An envelope of exactly so many bytes that asks for nothing; its field `filling` is one that nobody knows. */
function envelopeOf(bytes: number, unit = 'x'): string {
  const around = JSON.stringify({ received: 0, messages: [{ type: 'received', filling: '' }] });
  const text = around.replace('"filling":""', `"filling":"${unit.repeat((bytes - around.length) / unit.length)}"`);
  return text + ' '.repeat(bytes - text.length);
}

/** How long a chat takes from one to the other and back, in milliseconds: the median of several. */
async function roundTrip(ada: Member, label: string, times = 15): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < times; ++i) {
    const begun = performance.now();
    ada.chat(`${label}${i}`, 'ping');
    await ada.next('chat-settled');
    took.push(performance.now() - begun);
  }
  return took.sort((a, b) => a - b)[times >> 1]!;
}

const alive = async (member: Member, id: string): Promise<void> => {
  member.chat(id, 'still here');
  await member.next('chat-settled');
};

/** A socket that speaks engine.io by hand. */
function rawSocket(url: string, query = 'EIO=4&transport=websocket'): { ws: WebSocket; got: string[]; closed: Promise<number> } {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?${query}`);
  const got: string[] = [];
  ws.on('message', (data) => got.push(String(data)));
  ws.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => ws.once('close', resolve));
  harness.later(() => ws.terminate());
  return { ws, got, closed };
}

async function rawMember(url: string, user: string): Promise<ReturnType<typeof rawSocket>> {
  const raw = rawSocket(url);
  await until('the transport opens', () => raw.got.some((text) => text.startsWith('0')));
  raw.ws.send('40{"meetwire":1}');
  await until('the namespace opens', () => raw.got.some((text) => text.startsWith('40')));
  const hello = { messages: [{ type: 'hello', versions: [1, 1], room: 'r', user, name: '' }] };
  raw.ws.send(`42${JSON.stringify(['meetwire', JSON.stringify(hello)])}`);
  await until('welcome', () => raw.got.some((text) => text.includes('welcome')));
  return raw;
}

test('L3: 64 KiB is the most: one byte more is refused with its error, and the connection stays', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  for (const bytes of [messageBytesMax - 1, messageBytesMax]) ada.sendText(envelopeOf(bytes));
  await alive(ada, 'a');
  assert.deepEqual(ada.all('problem').map((problem) => (problem['error'] as { code: string }).code), []);
  ada.sendText(envelopeOf(messageBytesMax + 1));
  assert.equal(await ada.problem(), 'message-too-large');
  await alive(ada, 'b');
});

test('L3: the largest message fits however it is written: all of it quotes, and over polling', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const polling = harness.client(url, { transports: ['polling'] });
  polling.hello({ room: 'r', user: 'ben' });
  await polling.next('welcome');
  const text = envelopeOf(messageBytesMax, '\\"');
  for (const client of [ada, polling]) {
    client.sendText(text);
    client.chat('after', 'still here');
    await client.next('chat-settled');
    assert.equal(client.disconnected, undefined);
    assert.deepEqual(client.all('problem'), []);
  }
});

for (const transport of ['websocket', 'polling'] as const) {
  test(`L3: around 1 MB by ${transport} is cut off before it is a message, and the others' latency is unmoved`, async () => {
    const { server, url } = await harness.serve();
    const ada = await harness.member(url, { room: 'r', user: 'ada' });
    const quiet = await roundTrip(ada, 'quiet');
    for (const bytes of [2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1]) {
      const eve = harness.client(url, { transports: [transport] });
      eve.hello({ room: 'elsewhere', user: `eve${bytes}` });
      await eve.next('welcome');
      eve.sendText(envelopeOf(bytes));
      const meanwhile = await roundTrip(ada, `loud${bytes}`);
      // Generous: both are about a millisecond, and a stall would be tens.
      assert.ok(meanwhile < quiet * 8 + 10, `${meanwhile} ms while it was sent, ${quiet} ms before`);
      await until('the sender is cut off', () => eve.disconnected);
    }
    await until('only ada is connected', () => server.stats().connections === 1);
  });
}

test('L4: 100,000 nested arrays, as text and as a value, end in a typed error or a cut, never in a crash', async () => {
  const { server, url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  const eve = await rawMember(url, 'eve');
  // 100,000 levels are 200 KB: more than a frame may have. Half the levels are not.
  for (const depth of [60_000, 1_000, 70, 33]) {
    const before = eve.got.length;
    eve.ws.send(`42["meetwire",${nested(depth)}]`);
    await until(`an answer to ${depth} levels as a value`, () => eve.got.slice(before).some((text) => text.includes('message-too-deep')));
  }
  const within = eve.got.length;
  eve.ws.send(`42${JSON.stringify(['meetwire', nested(30_000)])}`);
  await until('an answer to levels as text', () => eve.got.slice(within).some((text) => text.includes('message-too-deep')));
  eve.ws.send(`42["meetwire",${nested(100_000)}]`);
  assert.ok(await settlesWithin(eve.closed, 2_000), 'cut off');
  await alive(ada, 'a');
  assert.equal(server.stats().status, 'ok');
});

test('L4: deep nesting where socket.io itself would recurse: in a binary event and in the handshake', async () => {
  const { server, url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  const eve = await rawMember(url, 'eve');
  eve.ws.send(`451-["x",${deep}]`);
  eve.ws.send(Buffer.from('attachment'));
  assert.ok(await settlesWithin(eve.closed, 2_000));
  const greeting = rawSocket(url);
  await until('the transport opens', () => greeting.got.length > 0);
  greeting.ws.send(`40{"meetwire":1,"x":${deep}}`);
  await until('it is let in or out', () => greeting.got.length > 1 || greeting.ws.readyState !== WebSocket.OPEN);
  await alive(ada, 'a');
  assert.equal(server.stats().status, 'ok');
});

test('attachments are refused with an error, and the connection is ended', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const eve = await harness.member(url, { room: 'r', user: 'eve' });
  eve.socket.emit('meetwire', Buffer.alloc(1_000));
  assert.match(await eve.problem(), /^message-/);
  await until('it is ended', () => eve.disconnected);
  await alive(ada, 'a');
});

test('odd events: every name, no argument, an acknowledgement asked for, the word error', async () => {
  const { server, url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const odd = await rawMember(url, 'odd');
  for (const packet of ['["error"]', '["error",{"message":"x"}]', '["meetwire"]', '["meetwire",null]', '["meetwire",1]', '[""]', '[7,8]', '["__proto__",{"__proto__":{"x":1}}]', '["\\ud800","\\udfff"]', `["${'n'.repeat(60_000)}"]`]) {
    odd.ws.send(`42${packet}`);
    odd.ws.send(`4217${packet}`);
  }
  odd.ws.send('42["meetwire","{\\"messages\\":[{\\"type\\":\\"chat\\",\\"id\\":\\"1\\",\\"text\\":\\"\\ud800\\"}]}"]');
  await until('the last one is answered', () => odd.got.some((text) => text.includes('chat-settled') || text.includes('malformed')));
  await alive(ada, 'a');
  assert.equal(server.stats().status, 'ok');
});

test('L18: malformed packets end that socket alone', async () => {
  const { server, url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  for (const packet of ['4', '49', '42', '42{}', '42["connect"]', '42["meetwire"', '9', '451-', '45999999-["x"]', '42/nowhere,["x"]', '\u0000', '2probe']) {
    const eve = await rawMember(url, 'eve');
    const before = server.stats().connections;
    eve.ws.send(packet);
    eve.ws.send('41');
    await until(`${JSON.stringify(packet)} is over`, () => server.stats().connections < before);
    eve.ws.terminate();
    await until('eve is out of the room', () => server.stats().members === 1 || ada.all('changed').length > 0);
    await endPlace(url, eve.got);
  }
  await alive(ada, 'a');
  assert.equal(server.stats().status, 'ok');
});

/** Takes a kept place again and leaves it. */
async function endPlace(url: string, got: string[]): Promise<void> {
  const secret = /\\"secret\\":\\"([^\\]+)/.exec(got.find((text) => text.includes('welcome'))!)![1]!;
  const client = harness.client(url);
  client.hello({ room: 'r', user: 'eve', resume: secret });
  await client.next('welcome');
  client.send({ type: 'leave' });
  await until('left', () => client.disconnected);
}

test('L11: a flood is answered with rate-limited and ends; the others are not slowed and memory stays', async () => {
  const { server, url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const eve = await harness.member(url, { room: 'r', user: 'eve' });
  const quiet = await roundTrip(ada, 'quiet');
  const heap = process.memoryUsage().rss;
  let worst = 0;
  for (let burst = 0; burst < 10 && eve.disconnected === undefined; ++burst) {
    for (let i = 0; i < 1_000; ++i) eve.chat(`e${burst}-${i}`, 'x');
    worst = Math.max(worst, await roundTrip(ada, `loud${burst}-`, 5));
  }
  assert.equal(await eve.problem(), 'rate-limited');
  await until('the flood is cut off', () => eve.disconnected);
  // Ten thousand frames a second, and this process makes and reads them too: a bound on stalls, not a figure.
  assert.ok(worst < quiet * 50 + 250, `${worst} ms at worst, ${quiet} ms before`);
  assert.ok(process.memoryUsage().rss - heap < 200 * 1024 * 1024);
  await alive(ada, 'a');
  assert.equal(server.stats().status, 'ok');
});

test('a client that does not read is dropped before its backlog grows without bound', async () => {
  const { server, url, log } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const deaf = await rawMember(url, 'deaf');
  (deaf.ws as unknown as { _socket: { pause(): void } })._socket.pause();
  // Each may make the server send so much at once, and all of it goes to the one who does not read.
  const text = 'x'.repeat(16 * 1024);
  const talkers = [ada, ...(await Promise.all(Array.from({ length: 9 }, (_, i) => harness.member(url, { room: 'r', user: `bob${i}` }))))];
  for (let i = 0; !log.text.includes('does not read') && i < 120; ++i) {
    for (const talker of talkers) talker.chat(`c${i}`, text, 'deaf');
    if (i % 10 === 9) await until('the server keeps up', () => ada.all('chat-settled').length + ada.all('problem').length > i || log.text.includes('does not read'));
  }
  assert.match(log.text, /does not read/);
  await until('ada sees it away', () => ada.all('changed').length > 0);
  assert.equal(server.stats().connections, talkers.length);
});

test('L12: a page of another origin is refused by polling and by WebSocket, with the reason', async () => {
  const { server, url, log } = await harness.serve();
  const origin = 'https://evil.example';
  const polled = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
  assert.equal(polled.status, 403);
  assert.match(((await polled.json()) as { message: string }).message, /origin-refused.*evil\.example/);
  assert.equal(polled.headers.get('access-control-allow-origin'), null);
  const preflight = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
  assert.equal(preflight.headers.get('access-control-allow-origin'), null);

  const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { origin });
    ws.on('open', () => reject(new Error('it was let in')));
    ws.on('error', () => undefined);
    ws.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('close', () => resolve({ status: response.statusCode!, body }));
    });
  });
  assert.ok(answer.status === 400 || answer.status === 403);
  assert.match(answer.body, /origin-refused/);
  assert.match(log.text, /origin-refused/);
  assert.equal(server.stats().connections, 0);
});

test('L12: origins that are listed, the own one, and no origin at all may connect; localhost only while none are listed', async () => {
  const status = async (url: string, origin?: string): Promise<number> => {
    const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, origin === undefined ? {} : { headers: { origin } });
    if (response.ok && origin !== undefined) assert.equal(response.headers.get('access-control-allow-origin'), origin);
    await response.text();
    return response.status;
  };
  const open = await harness.serve();
  for (const origin of [undefined, open.url, 'http://localhost:5173', 'https://127.0.0.1']) assert.equal(await status(open.url, origin), 200, origin);
  for (const origin of ['null', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'file://', open.url.replace(/\d+$/, '1') + 'x']) {
    assert.equal(await status(open.url, origin), 403, origin);
  }
  const listed = await harness.serve({ origins: ['https://meet.example.org'] });
  for (const origin of [undefined, listed.url, 'https://meet.example.org']) assert.equal(await status(listed.url, origin), 200, origin);
  for (const origin of ['http://meet.example.org', 'https://meet.example.org.evil.example', 'http://localhost:5173']) {
    assert.equal(await status(listed.url, origin), 403, origin);
  }
  const all = await harness.serve({ origins: ['*'] });
  assert.equal(await status(all.url, 'https://evil.example'), 200);
});

test('L17: sockets that say nothing are closed within seconds: before the request, and after the transport is up', async () => {
  const { server, url } = await harness.serve();
  const port = Number(new URL(url).port);
  const silent = connect(port, '127.0.0.1');
  const half = connect(port, '127.0.0.1', () => half.write('GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n'));
  for (const socket of [silent, half]) socket.on('error', () => undefined).resume();
  const dumb = rawSocket(url);
  const begun = performance.now();
  await Promise.all([dumb.closed, ...[silent, half].map((socket) => new Promise((resolve) => socket.once('close', resolve)))]);
  assert.ok(performance.now() - begun < silentMsMax + 2_500, `${performance.now() - begun} ms`);
  assert.equal(server.stats().connections, 0);
});

test('logs hold no words, descriptions, tokens or secrets', async () => {
  const marker = 'MARKER-7f3a-and-more';
  const { url, log } = await harness.serve({ authorize: ({ token }) => {
    if (token.includes('throw')) throw new Error(token);
    return token.includes('good');
  } });
  const ada = await harness.member(url, { room: 'r', user: 'ada', token: `${marker} good` });
  const ben = await harness.member(url, { room: 'r', user: 'ben', token: `${marker} good` });
  ada.chat('c', `${marker} words`);
  await ben.next('chat');
  ada.send({ type: 'signal', to: 'ben', incarnation: 1, believed: 0, sequence: 1, acknowledged: 0, offer: { sdp: `v=0 ${marker}`, slots: {} } });
  await ben.next('signal');
  ada.send({ type: marker });
  ada.send({ type: 'signal', to: 'nobody', offer: { sdp: marker } });
  ada.send({ type: 'chat', id: 'x', text: marker.repeat(5_000) });
  ada.sendText(`{"messages": ${marker}`);
  ada.socket.emit(marker, marker);
  for (const token of ['bad', 'throw']) {
    const eve = harness.client(url);
    eve.hello({ room: 'r', user: 'eve', token: `${marker} ${token}`, resume: marker });
    assert.equal(await eve.problem('refused'), 'token-refused');
  }
  await alive(ada, 'last');
  assert.ok(log.lines.length > 0);
  assert.ok(!log.text.includes(marker), log.lines.find((line) => line.text.includes(marker))?.text);
  for (const member of [ada, ben]) assert.ok(!log.text.includes(member.welcome.secret));
  assert.ok(log.text.includes('authorize failed'));
});
