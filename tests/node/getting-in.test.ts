// The SDK in front of what may stand between it and the real server: proxies and slow lines. All at the same time, since
// most of it is waiting.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProxyRules } from '../support/proxies.ts';
import { PageMemory } from '../../bindings/browser/memory.ts';
import { socketPort } from '../../bindings/browser/socket.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { proxy, slowLine } from '../support/proxies.ts';
import { Harness, type TestServer } from '../support/server-harness.ts';

const harness = new Harness();
let world: FakeWorld;
let server: TestServer;

before(async () => {
  world = await FakeWorld.make();
  harness.later(() => world.close());
  server = await harness.serve();
});
after(() => harness.close());

const memory = (): PageMemory => new PageMemory('ways', () => undefined);
let users = 0;

/** Joins by that address, says something and leaves. How long the join took, in milliseconds. */
async function enter(url: string, ways = memory()): Promise<number> {
  const person = world.person();
  person.ports.transport = socketPort(url, undefined, undefined, ways);
  const begun = performance.now();
  const user = `user-${++users}`;
  const meeting = await world.joinAs(person, user, { user });
  const took = performance.now() - begun;
  harness.later(() => meeting.leave());
  await meeting.chat.send('I am in');
  return took;
}

async function through(rules: ProxyRules, ways?: PageMemory): Promise<number> {
  const between = await proxy(server.url, rules);
  harness.later(() => between.close());
  return enter(between.url, ways);
}

const isPoll = (method: string) => (request: { method?: string; url?: string }) => request.method === method && request.url!.includes('transport=polling');

// What a person waits for. Without the other way it would be an error after as long.
const patienceMs = 10_000;

describe('getting in', { concurrency: true }, () => {
  for (const upgrade of ['swallow', 'mute', 'refuse', 'close'] as const) {
    test(`M1: a proxy that does "${upgrade}" with upgrades: in by polling, and by polling at once the next time`, async () => {
      const ways = memory();
      const between = await proxy(server.url, { upgrade });
      harness.later(() => between.close());
      assert.ok((await enter(between.url, ways)) < patienceMs);
      assert.equal(ways.get(between.url), 'polling');
      const opened: string[][] = [];
      const first = socketPort(between.url, undefined, (_origin, options) => {
        opened.push(options['transports'] as string[]);
        throw new Error('enough');
      }, ways);
      assert.throws(() => first.open({ type: 'open_transport', attempt: 1, room: 'r', user: 'u', name: '', dialect: 'auto', viewer: false, way: 'usual' }, undefined as never));
      assert.deepEqual(opened, [['polling', 'websocket']]);
    });
  }

  for (const [what, rules] of [
    ['refuses polling', { refuse: (request) => isPoll('GET')(request) || isPoll('POST')(request) }],
    ['swallows polling', { swallow: (request) => isPoll('GET')(request) || isPoll('POST')(request) }],
    ['swallows what is posted', { swallow: isPoll('POST') }],
  ] as const satisfies [string, ProxyRules][]) {
    test(`M1: a proxy that ${what}: in by WebSocket, also where polling worked before`, async () => {
      assert.ok((await through(rules)) < patienceMs);
      const ways = memory();
      const between = await proxy(server.url, rules);
      harness.later(() => between.close());
      ways.set(between.url, 'polling');
      assert.ok((await enter(between.url, ways)) < patienceMs);
      assert.equal(ways.get(between.url), 'websocket');
    });
  }

  for (const upgrade of [undefined, 'refuse'] as const) {
    test(`M2: the server is mounted under a path of a proxy${upgrade === undefined ? '' : ' that lets no upgrade through'}: in by that path, and by no other`, async () => {
      const between = await proxy(server.url, { under: '/team/meet', ...(upgrade && { upgrade }) });
      harness.later(() => between.close());
      for (const path of ['/team/meet', '/team/meet/']) assert.ok((await enter(between.url + path)) < patienceMs);
      await assert.rejects(enter(between.url), { code: 'server-unreachable' });
    });
  }

  for (const seconds of [2, 3, 4]) {
    test(`M2: a line with a round trip of ${seconds} s: in`, async () => {
      const between = await slowLine(server.url, seconds * 1_000);
      harness.later(() => between.close());
      await enter(between.url);
    });
  }
});
