// Published plain clients, unmodified, on our server: among themselves, and in one room with our own kind and with classic
// clients. Sockets are real; the connections are fakes that insist on what browsers insist on.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { socketPort } from '../../bindings/browser/socket.ts';
import { webSocketPort } from '../../bindings/browser/web-socket.ts';
import type { MakeWebSocket } from '../../bindings/browser/web-socket.ts';
import { nodeWebSocket } from '../../bindings/node/web-socket.ts';
import { attach } from '../../web/server/index.ts';
import type { ServeOptions } from '../../web/server/index.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { ClassicClient } from '../support/classic-client.ts';
import { peersOf } from '../support/classic-peers.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { PlainClient } from '../support/plain-client.ts';
import type { PlainClientOptions } from '../support/plain-client.ts';
import { nodeSocket, plainPeerOf } from '../support/plain-peers.ts';
import { Harness, KeptLog } from '../support/server-harness.ts';
import type { TestServer } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
let world: FakeWorld;
beforeEach(async () => {
  world = await FakeWorld.make();
  harness.later(() => world.close());
});
afterEach(() => harness.close());

type Served = TestServer & { plain: string };

async function serve(options: ServeOptions = {}): Promise<Served> {
  const served = await harness.serve({ plainPort: 0, ...options });
  return { ...served, plain: `ws://127.0.0.1:${served.server.plainPort}` };
}

function enter(address: string, options: Partial<PlainClientOptions> = {}): PlainClient {
  const client = new PlainClient(address, { peer: plainPeerOf(world.wire), socket: nodeSocket, ...options });
  harness.later(() => client.close());
  return client;
}

async function joinOurs(served: Served, room: string, user = 'ada'): Promise<Meeting> {
  const person = world.person();
  person.ports.transport = socketPort(served.url, undefined);
  const meeting = await world.joinAs(person, room, { user, microphone: true });
  harness.later(() => meeting.leave());
  return meeting;
}

/** What the handshake says: its status, and the words. */
function refusal(address: string, headers: Record<string, string> = {}): Promise<{ status: number; words: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, { headers });
    harness.later(() => socket.terminate());
    socket.on('error', () => {});
    socket.on('open', () => reject(new Error('it was let in')));
    socket.on('unexpected-response', (_request, response) => {
      let words = '';
      response.setEncoding('utf8').on('data', (part: string) => (words += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, words }));
    });
  });
}

/** A bare socket, open. */
async function open(address: string): Promise<{ socket: WebSocket; heard: string[]; closed: () => number | undefined }> {
  const socket = new WebSocket(address);
  harness.later(() => socket.terminate());
  const heard: string[] = [];
  let code: number | undefined;
  socket.on('message', (data) => heard.push(String(data)));
  socket.on('close', (with_) => (code = with_));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { socket, heard, closed: () => code };
}

const offer = '{ "sdp":"v=0", "type":"offer", "more":[1, 2] }';

describe('plain clients on our server', () => {
  test('a page that waits and a page that calls connect, as on their own server', async () => {
    const { plain, server } = await serve();
    const callee = enter(`${plain}/course/room?pc`);
    await until('it has its media', () => callee.peer !== undefined);
    const caller = enter(`${plain}/course/room?app`.replace('app', 'pc'), { calls: true });
    await until(`both: ${callee.faults.join()} ${caller.faults.join()}`, () => callee.connected && caller.connected);
    assert.equal(server.stats().members, 2);
    assert.deepEqual([callee.faults, caller.faults], [[], []]);
  });

  test('a caller that comes first never connects to one of its kind, as on their own server', async () => {
    const { plain } = await serve();
    const caller = enter(`${plain}/course/room?pc`, { calls: true });
    await until('it has called', () => caller.peer !== undefined);
    const callee = enter(`${plain}/course/room?pc`);
    await until('the other is there', () => callee.peer !== undefined);
    callee.say({ type: 'ping' });
    await until('it is heard', () => caller.of('ping').length === 1);
    // Ours has put nothing to what they say.
    assert.deepEqual(callee.received.filter((text) => !text.includes('candidate')), []);
    assert.equal(caller.connected, false);
  });

  test('what one says reaches the other as it is, byte by byte; no frame is of ours', async () => {
    const { plain } = await serve();
    const one = await open(`${plain}/n/r?pc`);
    const two = await open(`${plain}/n/r?pc`);
    for (const text of [offer, '{"type":"whatever","x":"\\u00e4 ä"}']) one.socket.send(text);
    for (const text of ['x', '[1]', '{"type":1}', '{}', '{"type":"keepAlive"}']) one.socket.send(text);
    one.socket.send(Buffer.from(offer));
    one.socket.send('{"type":"last"}');
    await until('the last one is there', () => two.heard.includes('{"type":"last"}'));
    assert.deepEqual(two.heard, [offer, '{"type":"whatever","x":"\\u00e4 ä"}', '{"type":"last"}']);
    assert.deepEqual(one.heard, []);
  });

  test('the third is refused in the handshake with 502, until somebody has left', async () => {
    const { plain, server } = await serve();
    const one = await open(`${plain}/n/r?pc`);
    const two = await open(`${plain}/n/r?pc`);
    const told = await refusal(`${plain}/n/r?pc`);
    assert.equal(told.status, 502);
    assert.match(told.words, /^room-full: /);
    assert.equal(server.stats().members, 2);
    one.socket.close();
    await until('a place is free', () => server.stats().members === 1);
    await open(`${plain}/n/r?pc`);
    assert.equal(two.closed(), undefined);
  });

  test('as many as are wanted', async () => {
    const { plain } = await serve({ plainParticipantsMax: 3 });
    const [one, two, three] = [await open(`${plain}/r?pc`), await open(`${plain}/r?pc`), await open(`${plain}/r?pc`)];
    one.socket.send(offer);
    await until('both have it', () => two.heard.length === 1 && three.heard.length === 1);
    assert.equal((await refusal(`${plain}/r?pc`)).status, 502);
  });

  test('the path: a namespace, a room, nothing decoded, what follows ignored', async () => {
    const { plain } = await serve();
    const same = async (a: string, b: string): Promise<boolean> => {
      const one = await open(`${plain}${a}`);
      const two = await open(`${plain}${b}`);
      one.socket.send(offer);
      // Its own goes to another of its room: when that is there, the first one was too.
      const witness = two.heard;
      two.socket.send('{"type":"back"}');
      const third = await refusalOrOpen(`${plain}${b}`);
      const together = third === 502;
      if (together) await until('it arrives', () => witness.length === 1);
      else assert.deepEqual(witness, []);
      one.socket.terminate();
      two.socket.terminate();
      return together;
    };
    assert.equal(await same('/a?pc', '/a/?pc'), true);
    assert.equal(await same('/a/b?pc', '/a/b/c/d?pc'), true);
    assert.equal(await same('/?pc', '?pc'), true);
    assert.equal(await same('/b/r?pc', '/c/r?pc'), false);
    assert.equal(await same('/d?pc', '/d/d?pc'), false);
    assert.equal(await same('/?pc', '/default?pc'), false);
    assert.equal(await same('/e%20f?pc', '/e%20f?pc'), true);
    assert.equal(await same('/e%66?pc', '/ef?pc'), false);
    assert.equal(await same('/g%2Fh?pc', '/g/h?pc'), false);
  });

  test('a device empties the list as it comes; the page is put out, and may come again', async () => {
    const { plain, server } = await serve();
    const page = await open(`${plain}/n/r?pc`);
    const device = await open(`${plain}/n/r?app`);
    await until('the page is out', () => page.closed() !== undefined);
    assert.equal(server.stats().members, 1);
    const again = await open(`${plain}/n/r?pc`);
    again.socket.send(offer);
    await until('it is heard', () => device.heard.length === 1);
  });

  test('who says neither pc nor app is told what to say', async () => {
    const { plain } = await serve();
    for (const query of ['', '?', '?x=pc', '?pcs', '?apps=1']) {
      const told = await refusal(`${plain}/n/r${query}`);
      assert.equal(told.status, 400);
      assert.match(told.words, /\?pc .*\?app/);
    }
  });

  test('a socket that is cut is noticed, and gone', async () => {
    const { plain, server } = await serve();
    const one = await open(`${plain}/r?pc`);
    one.socket.terminate();
    await until('gone', () => server.stats().members === 0 && server.stats().connections === 0);
  });

  test('L3: what is too large ends its own socket alone', async () => {
    const { plain } = await serve();
    const one = await open(`${plain}/r?pc`);
    const two = await open(`${plain}/r?pc`);
    one.socket.send(JSON.stringify({ type: 'x', text: 'x'.repeat(70_000) }));
    one.socket.send('{"type":"next"}');
    await until('the next one is there', () => two.heard.length === 1);
    assert.deepEqual(two.heard, ['{"type":"next"}']);
    one.socket.send('x'.repeat(1_000_000));
    await until('closed', () => one.closed() === 1009);
    assert.equal(two.closed(), undefined);
  });

  test('L12: a page of another origin is refused before anything else', async () => {
    const { plain, server } = await serve();
    const told = await refusal(`${plain}/r?pc`, { origin: 'https://evil.example' });
    assert.equal(told.status, 403);
    assert.match(told.words, /^origin-refused: /);
    assert.equal(server.stats().connections, 0);
  });

  test('who is not let in by the application is refused', async () => {
    const asked: string[] = [];
    const { plain } = await serve({ authorize: ({ room, user }) => (asked.push(`${room} ${user.slice(0, 6)}`), room === 'open') });
    assert.equal((await refusal(`${plain}/shut?pc`)).status, 403);
    await open(`${plain}/open?pc`);
    assert.deepEqual(asked, ['shut plain-', 'open plain-']);
  });

  test('L11: there is a bound on the sockets of an address', async () => {
    const { plain } = await serve({ connectionsPerAddress: 4 });
    for (let n = 0; n < 4; ++n) await open(`${plain}/r${n}?pc`);
    const told = await refusal(`${plain}/another?pc`);
    assert.equal(told.status, 429);
  });

  test('whoever asks for something else than a WebSocket is told', async () => {
    const { plain } = await serve();
    const answer = await fetch(plain.replace('ws', 'http'));
    assert.equal(answer.status, 426);
    assert.match(await answer.text(), /\?pc or \?app/);
  });

  test('the server ends: handshakes are refused, sockets closed, and nothing is left', async () => {
    const { plain, server } = await serve({ authorize: ({ room }) => room === 'open' || new Promise(() => {}) });
    const one = await open(`${plain}/open?pc`);
    const waiting = refusal(`${plain}/never?pc`);
    await until('it waits', () => server.stats().connections === 2);
    await server.close();
    assert.equal((await waiting).status, 503);
    await until('closed', () => one.closed() === 1001);
  });

  test('who goes away while its handshake waits leaves nothing behind', async () => {
    const { plain, server } = await serve({ authorize: () => new Promise(() => {}) });
    const socket = new WebSocket(`${plain}/r?pc`);
    socket.on('error', () => {});
    await until('it waits', () => server.stats().connections === 1);
    socket.terminate();
    await until('it is forgotten', () => server.stats().connections === 0);
  });

  test('L17: a client that does not read is ended, and the other is unmoved', async () => {
    const { plain, server, log } = await serve();
    const deaf = await open(`${plain}/r?pc`);
    const loud = await open(`${plain}/r?pc`);
    (deaf.socket as unknown as { _socket: Socket })._socket.pause();
    const text = JSON.stringify({ type: 'x', text: 'x'.repeat(60_000) });
    const flood = setInterval(() => loud.socket.send(text), 60);
    harness.later(() => clearInterval(flood));
    await until('it is ended', () => /does not read/.test(log.text), 60_000);
    await until('and gone', () => server.stats().members === 1);
    assert.equal(loud.closed(), undefined);
  });

  test('on an http server of the application\'s own', async () => {
    const [http, plainHttp] = [createServer(), createServer()];
    await Promise.all([http, plainHttp].map((one) => new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))));
    const attachment = attach(http, { plainServer: plainHttp, logger: new KeptLog() });
    harness.later(() => Promise.all([http, plainHttp].map((one) => new Promise((resolve) => one.close(resolve)))));
    harness.later(() => attachment.close());
    const address = `ws://127.0.0.1:${(plainHttp.address() as AddressInfo).port}/r?pc`;
    await open(address);
    assert.equal(attachment.stats().members, 1);
    await attachment.close();
    assert.equal(plainHttp.listenerCount('upgrade'), 0);
    assert.throws(() => attach(http, { plainServer: http }), /plainServer: must be another server/);
  });
});

async function refusalOrOpen(address: string): Promise<number> {
  const socket = new WebSocket(address);
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
  });
}

describe('plain clients and others in one room', () => {
  const other = (meeting: Meeting) => [...meeting.participants.values()][0];

  for (const calls of [true, false]) {
    const role = calls ? 'calls' : 'waits to be called';
    test(`ours first, and a page that ${role} second: both connect, and ours sees it come and go`, async () => {
      const served = await serve();
      const ada = await joinOurs(served, 'course/room');
      const page = enter(`${served.plain}/course/room?pc`, { calls });
      await until(`both are connected: ${page.faults.join()}`, () => page.connected && other(ada)?.connection === 'connected', 10_000);
      assert.match(other(ada)!.id, /^plain-/);
      assert.equal(other(ada)!.microphone.on, true);
      assert.deepEqual(page.faults, []);
      page.close();
      await until('it is gone', () => ada.participants.size === 0);
    });

    test(`a page that ${role} first, and ours second: both connect`, async () => {
      const served = await serve();
      const page = enter(`${served.plain}/standup?pc`, { calls });
      await until('it is in', () => page.open && served.server.stats().members === 1);
      const ada = await joinOurs(served, 'standup');
      await until(`both are connected: ${page.faults.join()}`, () => page.connected && other(ada)?.connection === 'connected', 10_000);
      assert.deepEqual(page.faults, []);
    });
  }

  test('a page whose user takes ten seconds to give the microphone is offered to again', async () => {
    const served = await serve();
    let give = (_: unknown): void => {};
    const page = enter(`${served.plain}/r?pc`, { media: new Promise((resolve) => (give = resolve)) });
    await until('it is in', () => served.server.stats().members === 1);
    const ada = await joinOurs(served, 'r');
    await until('two offers were dropped', () => page.of('offer').length > 1, 10_000);
    give(undefined);
    await until(`both are connected: ${page.faults.join()}`, () => page.connected && other(ada)?.connection === 'connected', 10_000);
  });

  test('a classic client and a plain one connect', async () => {
    const served = await serve();
    const callee = enter(`${served.plain}/r?pc`);
    await until('it is in', () => callee.peer !== undefined);
    const kit = new ClassicClient(served.url, { user: 'kit', room: 'r', peers: peersOf(world.wire) });
    harness.later(() => kit.close());
    await kit.connect();
    await until(`both: ${callee.faults.join()} ${kit.faults.join()}`, () => callee.connected && kit.connectedPeers.length === 1);
  });

  test('with a plain client in it, a room has two places for ours too', async () => {
    const served = await serve();
    enter(`${served.plain}/r?pc`);
    await until('it is in', () => served.server.stats().members === 1);
    await joinOurs(served, 'r', 'ada');
    await assert.rejects(joinOurs(served, 'r', 'ben'), { code: 'room-full' });
  });

  test('our own SDK as a plain client of our own server', async () => {
    const served = await serve();
    const person = world.person();
    person.ports.transport = webSocketPort(`${served.plain}/r?pc`, nodeWebSocket as unknown as MakeWebSocket);
    const plain = await world.joinAs(person, 'r', { dialect: 'plain', microphone: true });
    harness.later(() => plain.leave());
    const ada = await joinOurs(served, 'r');
    await until('both are connected', () => other(plain)?.connection === 'connected' && other(ada)?.connection === 'connected', 60_000);
    await assert.rejects(
      world.joinAs(Object.assign(world.person(), { ports: { ...world.person().ports, transport: webSocketPort(`${served.plain}/r?pc`, nodeWebSocket as unknown as MakeWebSocket) } }), 'r', { dialect: 'plain' }),
      { code: 'room-full' },
    );
  });
});
