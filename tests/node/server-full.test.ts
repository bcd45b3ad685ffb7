// The bound on all connections of a server together: whoever comes beyond it is told so, by every way, and gets in when
// somebody has gone.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, test } from 'node:test';
import { WebSocket } from 'ws';
import { PageMemory } from '../../bindings/browser/memory.ts';
import { socketPort } from '../../bindings/browser/socket.ts';
import { Addresses } from '../../web/server/addresses.ts';
import { socketsPerConnection } from '../../web/server/bounds.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { Harness } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

/** The status and the words with which a handshake is refused; 101 when it is not. */
function upgrade(address: string): Promise<{ status: number; words: string }> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address);
    harness.later(() => socket.terminate());
    socket.on('error', () => {});
    socket.once('open', () => resolve({ status: 101, words: '' }));
    socket.once('unexpected-response', (_request, response) => {
      let words = '';
      response.setEncoding('utf8').on('data', (text: string) => (words += text)).once('end', () => resolve({ status: response.statusCode!, words }));
    });
  });
}

const two = { connectionsTotal: 2, plainPort: 0, metrics: true } as const;

test('L20: a full server answers 503 to polling, to upgrades and to plain clients; one place that is free is enough', async () => {
  const { url, server, log } = await harness.serve(two);
  const poll = (): Promise<Response> => fetch(`${url}/socket.io/?EIO=4&transport=polling`);
  const webSocket = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const plain = `ws://127.0.0.1:${server.plainPort}/r?pc`;
  const ada = await harness.member(url, { room: 'a', user: 'ada' });
  assert.equal((await upgrade(plain)).status, 101);
  const refused = await poll();
  assert.equal(refused.status, 503);
  const { code, message } = (await refused.json()) as { code: number; message: string };
  assert.deepEqual([code, message], [4, 'server-full: this server has all connections that it may have, 2; try again later']);
  for (const address of [webSocket, plain]) assert.deepEqual(await upgrade(address), { status: 503, words: `${message}\n` }, address);
  // Once in the log, and each of the three in the figures.
  const told = log.lines.filter(({ text }) => text.includes('server-full'));
  assert.equal(told.length, 1);
  assert.match(told[0]!.text, /"address":"127\.0\.0\.1"/);
  assert.match(await (await fetch(`${url}/metrics`)).text(), /^meetwire_refusals_total\{code="server-full"\} 3$/m);
  // Those who are in notice nothing, and go on polling or talking.
  ada.chat('1', 'still here');
  await ada.next('chat-settled');
  ada.close();
  await until('one is gone', async () => (await upgrade(plain)).status === 101);
});

test('L20: to a page it is an error that may be tried again, with the words in it', async () => {
  const world = await FakeWorld.make();
  harness.later(() => world.close());
  const { url } = await harness.serve({ connectionsTotal: 1 });
  const ada = await harness.member(url, { room: 'a', user: 'ada' });
  const join = async (): Promise<string> => {
    const person = world.person();
    person.ports.transport = socketPort(url, undefined, undefined, new PageMemory('ways', () => undefined));
    try {
      const meeting = await world.joinAs(person, 'r', { user: 'ben' });
      harness.later(() => meeting.leave());
      return 'in';
    } catch (error) {
      const { code, retryable, message } = error as { code: string; retryable: boolean; message: string };
      return `${code} ${retryable} ${message}`;
    }
  };
  assert.match(await join(), /^server-unreachable true .*server-full: /);
  ada.close();
  await until('it is in', async () => (await join()) === 'in');
});

test('L20: bare sockets count too, a trusted proxy\'s as well, and are told by HTTP', async () => {
  const { url, log } = await harness.serve({ connectionsTotal: 1, trustedProxies: ['127.0.0.1'] });
  const port = Number(new URL(url).port);
  const open = (): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      harness.later(() => socket.destroy());
      let answer = '';
      socket.on('error', () => {});
      socket.on('data', (data) => (answer += String(data)));
      socket.once('close', () => resolve(answer));
    });
  for (let i = 0; i < socketsPerConnection; ++i) void open();
  assert.match(await open(), /^HTTP\/1\.1 503 /);
  assert.match(log.text, /server-full/);
});

test('L20: in all there are exactly as many as may be, of whatever address', () => {
  const addresses = new Addresses({ connections: 100, joinsPerSecond: 100, bytesPerSecond: 1_000, total: { connections: 3 } });
  const open = [1, 2].map((n) => addresses.opened(`203.0.113.${n}`));
  assert.deepEqual([addresses.full, addresses.refusalOf('203.0.113.9')], [undefined, undefined]);
  open.push(addresses.opened('203.0.113.3'));
  assert.match(addresses.refusalOf('203.0.113.9')!, /^server-full: .*, 3;/);
  open[0]!.closed();
  open[0]!.closed();
  assert.equal(addresses.full, undefined);
  addresses.opened('203.0.113.1');
  assert.match(addresses.full!, /^server-full/);
});
