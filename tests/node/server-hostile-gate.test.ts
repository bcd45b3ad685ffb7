// Who may come in: pages of other sites by every way that a browser has, names that a page has made up for this machine,
// addresses that take more than their share.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { Addresses } from '../../web/server/addresses.ts';
import { bytesBurstSeconds, joinsBurstSeconds, requestCharge, socketsPerConnection } from '../../web/server/bounds.ts';
import { believesHost } from '../../web/server/host-name.ts';
import { LimitedLog } from '../../web/server/log.ts';
import type { ServeOptions } from '../../web/server/options.ts';
import { Harness, KeptLog } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A request with whatever headers, `Host` too. */
function ask(url: string, query: string, headers: Record<string, string> = {}, method = 'GET', body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/socket.io/?${query}`, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode!, body: text }));
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

const polling = 'EIO=4&transport=polling';
const sidOf = ({ body }: Answer): string => /"sid":"([^"]+)"/.exec(body)![1]!;

test('L12: polling by scripts is refused, to open a transport and over one that is open', async () => {
  const { url, server } = await harness.serve({ origins: ['*'] });
  const opening = await ask(url, `${polling}&j=0`);
  assert.equal(opening.status, 403);
  assert.match(opening.body, /jsonp-refused/);
  const sid = sidOf(await ask(url, polling));
  const form = await ask(url, `${polling}&sid=${sid}&j=0`, { 'content-type': 'application/x-www-form-urlencoded' }, 'POST', 'd=40');
  assert.equal(form.status, 403);
  assert.equal(server.stats().connections, 0);
});

test('L12: what a page of another site sends without Origin is refused by what its browser says of it', async () => {
  const { url } = await harness.serve();
  for (const site of ['cross-site', 'same-site']) assert.equal((await ask(url, polling, { 'sec-fetch-site': site })).status, 403, site);
  for (const site of ['same-origin', 'none']) assert.equal((await ask(url, polling, { 'sec-fetch-site': site })).status, 200, site);
  // With Origin the list decides.
  assert.equal((await ask(url, polling, { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:1' })).status, 200);
  const all = await harness.serve({ origins: ['*'] });
  assert.equal((await ask(all.url, polling, { 'sec-fetch-site': 'cross-site' })).status, 200);
});

test('L12: every request is judged, not only the first', async () => {
  const { url, log } = await harness.serve();
  const sid = sidOf(await ask(url, polling));
  for (const method of ['GET', 'POST']) {
    const answer = await ask(url, `${polling}&sid=${sid}`, { origin: 'https://evil.example' }, method);
    assert.equal(answer.status, 403);
    assert.match(answer.body, /origin-refused/);
  }
  assert.match(log.lines.find(({ text }) => text.includes('origin-refused'))!.text, /"address":"127\.0\.0\.1"/);
});

test('L12: a page whose name was pointed at this machine is refused, though Host and Origin agree', async () => {
  const { url, server } = await harness.serve();
  const host = `evil.example:${server.port}`;
  for (const headers of [{ host }, { host, origin: `http://${host}` }] as Record<string, string>[]) {
    const answer = await ask(url, polling, headers);
    assert.equal(answer.status, 403);
    assert.match(answer.body, /host-refused.*allowed origins/);
  }
  const listed = await harness.serve({ origins: [`http://evil.example:${server.port}`] });
  assert.equal((await ask(listed.url, polling, { host, origin: `http://${host}` })).status, 200);
});

test('L12: a proxy with a public name is believed, until origins are listed', async () => {
  const behindProxy = { host: 'meet.example.org', origin: 'https://meet.example.org' };
  const open = await harness.serve();
  assert.equal((await ask(open.url, polling, behindProxy)).status, 200);
  const other = await harness.serve({ origins: ['https://app.example.org'] });
  assert.equal((await ask(other.url, polling, behindProxy)).status, 403);
  assert.equal((await ask(other.url, polling, { ...behindProxy, origin: 'https://app.example.org' })).status, 200);
  const own = await harness.serve({ origins: ['https://meet.example.org'] });
  assert.equal((await ask(own.url, polling, behindProxy)).status, 200);
});

test('names and addresses that nobody can point at a machine are believed', () => {
  const near = { port: 18_080, remote: '::ffff:192.168.1.7' };
  for (const host of ['127.0.0.1:18080', '[::1]:18080', '192.168.1.5:18080', 'localhost:18080', 'box:18080', 'box.local:18080', 'a.home.arpa:18080', 'a.localhost:18080']) {
    assert.ok(believesHost(host, near), host);
    assert.ok(believesHost(host, near, ['https://meet.example.org']), host);
  }
  for (const host of ['evil.example:18080', 'localhost.evil.example:18080', 'evil.notlocal:18080', 'evil.mytest:18080', '127.0.0.1.evil.example:18080', '', undefined, 'a b']) assert.ok(!believesHost(host, near), host);
  for (const remote of ['127.0.0.1', '10.9.8.7', '172.31.0.1', '192.168.1.7', '169.254.0.9', '100.127.0.1', '::ffff:10.9.8.7', '::1', 'fd00::7', 'fe80::1', 'fe80::1%eth0']) {
    assert.ok(!believesHost('evil.example:18080', { ...near, remote }), remote);
  }
  for (const remote of ['203.0.113.5', '::ffff:203.0.113.5', '172.32.0.1', '100.128.0.1', '2001:db8::1', undefined]) {
    assert.ok(believesHost('meet.example.org:18080', { ...near, remote }), remote);
  }
  assert.ok(!believesHost('evil.example', { ...near, port: 80 }));
  assert.ok(believesHost('meet.example.org', near));
  assert.ok(!believesHost('evil.example', near, ['https://meet.example.org']));
  assert.ok(believesHost('meet.example.org', near, ['https://meet.example.org']));
});

const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });

test('L20: what a client says of its address has no effect, except by a proxy that is trusted', async () => {
  const alone = await harness.serve({ connectionsPerAddress: 2 });
  const statuses = async (url: string, said: string[]): Promise<number[]> => {
    const all: number[] = [];
    for (const address of said) all.push((await ask(url, polling, from(address))).status);
    return all;
  };
  const three = ['203.0.113.1', '203.0.113.2', '203.0.113.3'];
  // One that is silent is half of two.
  assert.deepEqual(await statuses(alone.url, three), [200, 403, 403]);
  assert.equal(alone.log.lines.filter(({ text }) => /not trusted.*trustedProxies/.test(text)).length, 1, 'told once');
  const proxied = await harness.serve({ connectionsPerAddress: 2, trustedProxies: ['127.0.0.0/8'] });
  assert.deepEqual(await statuses(proxied.url, three), [200, 200, 200]);
  assert.deepEqual(await statuses(proxied.url, ['198.51.100.1, 203.0.113.9', '198.51.100.2, 203.0.113.9']), [200, 403]);
});

test('L20: whom a request counts for: the last that no trusted proxy has, an IPv6 network as one', () => {
  const addresses = new Addresses({ connections: 1, joinsPerSecond: 1, bytesPerSecond: 1 }, ['10.0.0.0/8', 'fd00::/8']);
  const of = (peer: string, said?: string): string =>
    addresses.of({ socket: { remoteAddress: peer }, headers: said === undefined ? {} : { 'x-forwarded-for': said } } as never);
  assert.equal(of('203.0.113.1'), '203.0.113.1');
  assert.equal(of('::ffff:203.0.113.1'), '203.0.113.1');
  assert.equal(of('203.0.113.1', '198.51.100.7'), '203.0.113.1');
  assert.equal(of('10.1.2.3', '198.51.100.7'), '198.51.100.7');
  assert.equal(of('::ffff:10.1.2.3', 'spoof, 198.51.100.7, 10.9.9.9'), '198.51.100.7');
  assert.equal(of('10.1.2.3', '198.51.100.7:4711'), '198.51.100.7');
  assert.equal(of('fd00::1', '[2001:db8:1:2:3:4:5:6]:80'), '2001:db8:1:2::/64');
  assert.equal(of('10.1.2.3', 'unknown'), '10.1.2.3');
  assert.equal(of('10.1.2.3', ''), '10.1.2.3');
  assert.equal(of('2001:db8::1'), of('2001:DB8:0000::ffff'));
  assert.notEqual(of('2001:db8:0:1::1'), of('2001:db8:0:2::1'));
});

test('L11: an address has so many connections, so many a second and so many bytes; the others have theirs', () => {
  let now = 0;
  const addresses = new Addresses({ connections: 4, joinsPerSecond: 2, bytesPerSecond: 1_000 }, [], () => now);
  const open = [1, 2].map(() => {
    assert.equal(addresses.refusalOf('a'), undefined);
    return addresses.opened('a');
  });
  assert.match(addresses.refusalOf('a')!, /rate-limited: .*too many/, 'two silent ones are half of four');
  for (const one of open) one.greeted();
  open.push(...[1, 2].map(() => addresses.opened('a')));
  assert.match(addresses.refusalOf('a')!, /too many/);
  assert.equal(addresses.refusalOf('b'), undefined);
  for (const one of open) {
    one.closed();
    one.closed();
  }
  for (let i = 2; i < 2 * joinsBurstSeconds; ++i) assert.equal(addresses.refusalOf('a'), undefined);
  assert.equal(addresses.refusalOf('a'), undefined);
  assert.match(addresses.refusalOf('a')!, /too fast/);
  now += 1_000;
  assert.equal(addresses.refusalOf('a'), undefined);

  assert.equal(addresses.came('a', 1_000 * bytesBurstSeconds), 0);
  assert.equal(addresses.came('a', 500), 500);
  assert.equal(addresses.came('b', 500), 0);
  now += 600;
  assert.equal(addresses.came('a', 0), 0);
  now += 3_600_000;
  addresses.came('c', 1);
  assert.equal(addresses.size, 1, 'who has nothing open is forgotten');
});

test('L11: more bytes than an address may send wait, and none is lost', async () => {
  const { url } = await harness.serve({ bytesPerAddress: 65_536 });
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  for (let i = 0; i < 6; ++i) ada.sendText(`{"messages":[]}${' '.repeat(60_000)}`);
  ada.chat('last', 'still here');
  await ada.next('chat-settled', 15_000);
});

test('L17: an address has so many sockets that say nothing, and the others have theirs', () => {
  const addresses = new Addresses({ connections: 1, joinsPerSecond: 1, bytesPerSecond: 1 }, ['10.0.0.1']);
  const socket = (remoteAddress: string): Socket => Object.assign(new EventEmitter(), { remoteAddress }) as unknown as Socket;
  const held = Array.from({ length: socketsPerConnection }, () => socket('203.0.113.1'));
  for (const one of held) assert.equal(addresses.holds(one), 'held');
  assert.equal(addresses.holds(socket('203.0.113.1')), 'too many');
  assert.equal(addresses.holds(socket('203.0.113.2')), 'held');
  held[0]!.emit('close');
  assert.equal(addresses.holds(socket('203.0.113.1')), 'held');
  for (let i = 0; i <= socketsPerConnection; ++i) assert.equal(addresses.holds(socket('10.0.0.1')), 'held');
});

test('L11: requests for pages wait their turn too, and hold up no other address', async () => {
  const { url } = await harness.serve({ bytesPerAddress: 65_536, trustedProxies: ['127.0.0.1'] });
  const over = new AbortController();
  const health = (address: string): Promise<unknown> => fetch(`${url}/health`, { headers: from(address), signal: over.signal }).then((response) => response.text());
  let answered = 0;
  const asked = 2 * ((65_536 * bytesBurstSeconds) / requestCharge);
  for (let i = 0; i < asked; ++i) void health('203.0.113.1').then(() => (answered += 1), () => undefined);
  await until('those that fit are answered', () => answered >= asked / 2);
  for (let i = 0; i < 50; ++i) await health('203.0.113.2');
  assert.ok(answered < asked, 'the rest waits');
  over.abort();
});

test('L11: a flood of lines is one line of each kind, which says how many there were and from where', () => {
  const kept = new KeptLog();
  const log = new LimitedLog(kept);
  for (let i = 0; i < 15_000; ++i) {
    log.info({ user: `u${i}`, address: '203.0.113.1' }, 'joined');
    if (i % 1_000 === 0) log.info({}, 'away');
  }
  assert.equal(kept.lines.length, 100 + 15);
  log.close();
  assert.equal(kept.lines.length, 100 + 15 + 1);
  assert.deepEqual(JSON.parse(kept.lines.at(-1)!.text), { level: 'info', user: 'u14999', address: '203.0.113.1', leftOut: 14_900, message: 'joined' });
});

test('what a client is told off for stands in the log with its address', async () => {
  const { url, log } = await harness.serve();
  const eve = await harness.member(url, { room: 'r', user: 'eve' });
  for (let i = 0; i < 1_500; ++i) eve.chat(`c${i}`, 'x');
  await until('it is told', () => log.text.includes('rate limited'));
  assert.match(log.lines.find(({ message }) => message === 'rate limited')!.text, /"address":"127\.0\.0\.1"/);
  assert.match(log.lines.find(({ message }) => message === 'joined')!.text, /"address":"127\.0\.0\.1"/);
});

const extremes: Record<string, [unknown, unknown]> = {
  participantsMax: [1, 1_000],
  resumeWindowMs: [0, 3_600_000],
  chatHistoryMax: [0, 100],
  connectionsTotal: [1, 100_000],
  connectionsPerAddress: [1, 100_000],
  joinsPerAddress: [1, 100_000],
  bytesPerAddress: [65_536, 1_000_000_000],
  trace: [{ bytesMax: 1, entriesMax: 1 }, { bytesMax: 256 * 1024 * 1024, entriesMax: 256 * 1024 * 1024 }],
};

test('the least and the most of every option serve a meeting', async () => {
  for (const at of [0, 1]) {
    for (const [option, values] of Object.entries(extremes)) {
      const { server, url } = await harness.serve({ [option]: values[at] } as ServeOptions);
      const ada = await harness.member(url, { room: 'r', user: 'ada' });
      ada.chat('c', 'x'.repeat(1_000));
      await ada.next('chat-settled');
      ada.cut();
      await until('the server has seen it go', () => server.stats().connections === 0);
      const again = harness.client(url);
      again.hello({ room: 'r', user: 'ben' });
      await until(`${option} ${String(values[at])}: an answer`, () => again.messages.length > 0);
      assert.equal(server.stats().status, 'ok', `${option} ${String(values[at])}`);
    }
  }
});
