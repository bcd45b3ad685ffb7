// A join that a server refuses before anything is said: the application is told what the server says, with what to do.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { PageMemory } from '../../bindings/browser/memory.ts';
import { socketPort } from '../../bindings/browser/socket.ts';
import type { ServeOptions } from '../../web/server/index.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { Harness } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

async function refusal(options: ServeOptions, prepare: (url: string) => Promise<void> = async () => undefined): Promise<{ code: string; message: string }> {
  const world = await FakeWorld.make();
  harness.later(() => world.close());
  const { url } = await harness.serve(options);
  await prepare(url);
  const person = world.person();
  person.ports.transport = socketPort(url, undefined, undefined, new PageMemory('ways', () => undefined));
  try {
    const meeting = await world.joinAs(person, 'r', { user: 'ada' });
    await meeting.leave();
  } catch (error) {
    return error as { code: string; message: string };
  }
  return assert.fail('it was let in');
}

test('too many connections from one address: server-unreachable, with the bound in it', async () => {
  const { code, message } = await refusal({ connectionsPerAddress: 1 }, async (url) => {
    const first = harness.client(url);
    await until('one is connected', () => first.socket.connected);
  });
  assert.equal(code, 'server-unreachable');
  assert.match(message, /rate-limited: there are too many connections from .*; at most 1/);
});
