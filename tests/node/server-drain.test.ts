// A server that ends on purpose, as a process: nobody new, nobody lost, in time, with exit code 0.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Harness } from '../support/server-harness.ts';
import type { Member } from '../support/server-harness.ts';
import { serveInProcess } from '../support/server-process.ts';
import type { Run } from '../support/server-process.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

const serving = (...words: string[]): Promise<Run> => serveInProcess((end) => harness.later(end), ...words);
const closing = (url: string): Promise<unknown> => until('it drains', async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 503);
const talk = async (from: Member, to: Member, id: string): Promise<void> => {
  from.chat(id, 'still here');
  assert.equal(((await to.next('chat'))['message'] as { id: string }).id, id);
};

test('E8: SIGTERM with --drain: newcomers are told to come again, members stay, and the end comes with the last of them', async () => {
  const { child, url, exit } = await serving('--port', '0', '--drain', '600');
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben' });
  child.kill('SIGTERM');
  await closing(url);
  const eve = harness.client(url);
  eve.hello({ room: 'r', user: 'eve' });
  assert.equal(await eve.problem('refused'), 'server-closing');
  await talk(ada, ben, '1');
  ben.cut();
  await ada.next('changed');
  const back = harness.client(url);
  back.hello({ room: 'r', user: 'ben', resume: ben.welcome.secret, received: ben.received });
  assert.equal((await back.next('welcome'))['resumed'], true);
  ada.send({ type: 'leave' });
  await back.next('left');
  back.send({ type: 'leave' });
  assert.equal(await exit, 0);
});

test('E8: when the time is up, those who are still there are told, and it ends all the same', async () => {
  const { child, url, exit } = await serving('--port', '0', '--drain', '1');
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const begun = performance.now();
  child.kill('SIGTERM');
  assert.equal(await ada.problem('ended'), 'server-closing');
  const told = performance.now() - begun;
  assert.ok(told >= 950, `told after ${told} ms`);
  assert.equal(await exit, 0);
  assert.ok(performance.now() - begun < 5_000, `${performance.now() - begun} ms`);
});

test('E8: whoever was told comes back to the server that is started in its place', async () => {
  const first = await serving('--port', '0');
  const { port } = new URL(first.url);
  const ada = await harness.member(first.url, { room: 'r', user: 'ada' });
  first.child.kill('SIGTERM');
  assert.equal(await ada.problem('ended'), 'server-closing');
  assert.equal(await first.exit, 0);
  const second = await serving('--port', port);
  const again = await harness.member(second.url, { room: 'r', user: 'ada', resume: ada.welcome.secret });
  assert.equal(again.welcome.self.user, 'ada');
});
