// A server that keeps its rooms in a folder is killed and started again: whoever was in a meeting is in it still.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { Harness } from '../support/server-harness.ts';
import type { Member, Message, RawClient } from '../support/server-harness.ts';
import { serveInProcess } from '../support/server-process.ts';
import type { Run } from '../support/server-process.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'meetwire-'));
  harness.later(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const serving = (folder: string, ...words: string[]): Promise<Run> => serveInProcess((end) => harness.later(end), '--port', '0', '--data', folder, ...words);

function back(url: string, user: string, before: Member): RawClient {
  const client = harness.client(url);
  client.received = before.received;
  client.hello({ room: 'r', user, resume: before.welcome.secret, received: before.received });
  return client;
}

const textOf = (message: Message): unknown => (message['message'] as { text: string }).text;

test('kill -9: roster, roles, lock, chat and hands are as they were, nobody has left, and nothing comes twice', async () => {
  const folder = folderOf();
  const first = await serving(folder);
  const ada = await harness.member(first.url, { room: 'r', user: 'ada' });
  const ben = await harness.member(first.url, { room: 'r', user: 'ben' });
  ada.chat('c1', 'before');
  await ben.next('chat');
  ada.send({ type: 'request', id: 'q1', action: 'lock', count: 1 });
  ben.send({ type: 'request', id: 'q2', action: 'raise-hand', count: 1 });
  await ben.next('request-settled');
  await ada.next('request-settled');
  // Acknowledged to its sender, and perhaps never seen by the other: it has to come after the restart.
  ada.chat('c2', 'at the last moment');
  await ada.next('chat-settled');
  first.child.kill('SIGKILL');
  await first.exit;

  const second = await serving(folder);
  const ben2 = back(second.url, 'ben', ben);
  const welcome = await ben2.next('welcome');
  assert.equal(welcome['resumed'], true);
  assert.equal((welcome['room'] as { locked: boolean }).locked, true);
  const self = welcome['self'] as { hand: number; session: string };
  assert.equal(self.hand, 1);
  assert.equal(self.session, ben.welcome.self.session);
  const [row] = welcome['members'] as { user: string; role: string; away: boolean }[];
  assert.deepEqual([row!.user, row!.role, row!.away], ['ada', 'host', true]);
  const ada2 = back(second.url, 'ada', ada);
  assert.equal((await ada2.next('welcome'))['resumed'], true);
  // Said again, as a client does that has not heard the answer: no second effect.
  ada2.chat('c2', 'at the last moment');
  await ada2.next('chat-settled');
  ada2.chat('c3', 'after');
  await until('ben has the last word', () => ben2.all('chat').some((chat) => textOf(chat) === 'after'));
  const heard = [...ben.all('chat'), ...ben2.all('chat')].map(textOf);
  assert.deepEqual(heard, ['before', 'at the last moment', 'after']);
  assert.deepEqual([...ben2.all('left'), ...ada2.all('left')], []);
  const eve = harness.client(second.url);
  eve.hello({ room: 'r', user: 'eve' });
  assert.equal(await eve.problem('refused'), 'room-locked');
  assert.match(second.log(), /"rooms":1,"entries":\d+,.*"the rooms were read from the journal"/);
});

test('SIGTERM: members are told that it closes and find their places at the next one; a room that is left leaves no file', async () => {
  const folder = folderOf();
  const first = await serving(folder);
  const ada = await harness.member(first.url, { room: 'r', user: 'ada' });
  first.child.kill('SIGTERM');
  assert.equal(await ada.problem('ended'), 'server-closing');
  assert.equal(await first.exit, 0);
  const second = await serving(folder);
  const ada2 = back(second.url, 'ada', ada);
  assert.equal((await ada2.next('welcome'))['resumed'], true);
  ada2.send({ type: 'leave' });
  await until('its log is gone', () => readdirSync(folder).every((name) => !name.endsWith('.log')));
});

test('two processes on one folder: the second does not start, and says why', async () => {
  const folder = folderOf();
  await serving(folder);
  await assert.rejects(harness.serve({ data: folder }), /data: is in use by another process/);
  await assert.rejects(harness.serve({ data: join(folder, 'lock', 'x') }), /data: cannot be used/);
});
