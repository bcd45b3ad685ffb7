// Calls over real sockets: who is rung, and what both sides hear. What the server decides is tested with the core.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Harness } from '../support/server-harness.ts';
import type { Member } from '../support/server-harness.ts';

const harness = new Harness();
afterEach(() => harness.close());

interface Told {
  id: string;
  from: string;
  to: string;
  state: string;
  outcome: string;
  reason: string;
  replaces: string;
}
const told = async (member: Member): Promise<Told> => (await member.next('call'))['call'] as Told;
const say = (member: Member, action: string, id: string, rest: object = {}): void => member.send({ type: 'call', action, id, ...rest });

async function both(a: Member, b: Member): Promise<Told> {
  const heard = await told(a);
  assert.deepEqual(await told(b), heard);
  return heard;
}

test('a call rings at the callee alone, is taken, and hung up with a word', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben' });
  const cyd = await harness.member(url, { room: 'r', user: 'cyd' });
  say(ada, 'request', 'k1', { to: 'ben' });
  assert.deepEqual(await both(ada, ben), { id: 'k1', from: 'ada', to: 'ben', state: 'ringing', outcome: 'pending', reason: '', replaces: '' });
  say(ben, 'accept', 'k1');
  assert.equal((await both(ada, ben)).outcome, 'accepted');
  say(cyd, 'request', 'k2', { to: 'ada' });
  assert.equal((await told(cyd)).outcome, 'busy');
  say(ben, 'end', 'k1', { reason: 'dinner' });
  const over = await both(ada, ben);
  assert.deepEqual([over.state, over.outcome, over.reason], ['ended', 'hung-up', 'dinner']);
  assert.equal(cyd.all('call').length, 1);
});

test('G4: somebody who is not there is unavailable at once; G8: of two calls that cross both keep the same one', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben' });
  say(ada, 'request', 'k0', { to: 'nobody' });
  assert.equal((await told(ada)).outcome, 'unavailable');
  say(ada, 'request', 'a1', { to: 'ben' });
  assert.equal((await both(ada, ben)).state, 'ringing');
  say(ben, 'request', 'b1', { to: 'ada' });
  const kept = await both(ada, ben);
  assert.deepEqual([kept.id, kept.replaces, kept.state], ['a1', 'b1', 'connected']);
});

test('G5: a time-out is the same on both sides', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben' });
  say(ada, 'request', 'k1', { to: 'ben', timeoutMs: 1 });
  assert.equal((await both(ada, ben)).state, 'ringing');
  assert.equal((await both(ada, ben)).outcome, 'timed-out');
});

test('two who are online in no room can call each other, and see each other from the acceptance to the end', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { user: 'ada' });
  const ben = await harness.member(url, { user: 'ben' });
  assert.deepEqual(ben.welcome.members, []);
  say(ada, 'request', 'k1', { to: 'ben' });
  await both(ada, ben);
  say(ben, 'accept', 'k1');
  await both(ada, ben);
  assert.equal(((await ada.next('joined'))['member'] as { user: string }).user, 'ben');
  assert.equal(((await ben.next('joined'))['member'] as { user: string }).user, 'ada');
  say(ada, 'end', 'k1');
  await both(ada, ben);
  assert.equal((await ben.next('left'))['user'], 'ada');
});
