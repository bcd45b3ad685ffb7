// The real server with raw clients: admission, roster, routing, resume. What a room decides is tested with the core;
// here it is that the decisions reach the right sockets in the right form.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Harness, pair } from '../support/server-harness.ts';
import type { Member, Row } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

const users = (rows: Row[]): string[] => rows.map((row) => row.user).sort();
const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';
const offer = (to: Member, text = sdp): object => ({ type: 'signal', to: to.welcome.self.user, ...pair(1, { offer: { sdp: text, slots: {} } }) });

test('one exchange admits: identity, roster, servers, limits and secret are in the welcome', async () => {
  const iceServers = [{ urls: 'turn:turn.example.org', username: 'u', credential: 'c' }];
  const { url } = await harness.serve({ iceServers, participantsMax: 5 });
  await harness.member(url, { room: 'r', user: 'ada', name: 'Ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben', name: 'Ben' });
  const { self, members, secret, limits, ...rest } = ben.welcome;
  assert.equal(self.user, 'ben');
  assert.equal(self.name, 'Ben');
  assert.deepEqual(members.map(({ user, name, dialect }) => ({ user, name, dialect })), [{ user: 'ada', name: 'Ada', dialect: 'meetwire' }]);
  assert.deepEqual(rest.iceServers, iceServers);
  assert.equal(limits['participantsMax'], 5);
  assert.equal(limits['messageBytesMax'], 64 * 1024);
  // 128 bits in base64url are 22 characters, 256 are 43.
  assert.ok(self.session.length >= 22, self.session);
  assert.ok(secret.length >= 43);
  assert.equal(ben.messages.length, 1);
});

test('G9: three join at once and see each other, each pair once', async () => {
  const { server, url } = await harness.serve();
  const names = ['ada', 'ben', 'cyd'];
  const members = await Promise.all(names.map((user) => harness.member(url, { room: 'r', user })));
  let pairs = 0;
  for (const member of members) {
    const seen = (): string[] => [...users(member.welcome.members), ...member.all('joined').map((joined) => (joined['member'] as Row).user)];
    await until('all the others are seen', () => seen().length === 2);
    assert.deepEqual([...seen(), member.welcome.self.user].sort(), names);
    pairs += member.welcome.members.length;
  }
  // Who finds somebody in its welcome offers to that one.
  assert.equal(pairs, 3);
  assert.deepEqual(server.stats(), { status: 'ok', connections: 3, rooms: 1, members: 3 });
});

test('signals go to their receiver alone, and chat to everybody', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben' });
  const cyd = await harness.member(url, { room: 'r', user: 'cyd' });
  cyd.send(offer(ada));
  const signal = await ada.next('signal');
  assert.equal((signal['offer'] as { sdp: string }).sdp, sdp);
  cyd.chat('c1', 'hello');
  for (const member of [ada, ben]) assert.equal(((await member.next('chat'))['message'] as { text: string }).text, 'hello');
  await cyd.next('chat-settled');
  assert.equal(ben.all('signal').length, 0);
});

test('L1: whoever a client says it is, the server stamps the sender', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const eve = await harness.member(url, { room: 'r', user: 'eve' });
  eve.send({ ...offer(ada), from: 'director', session: ada.welcome.self.session, userId: 'director' });
  const signal = await ada.next('signal');
  assert.equal(signal['from'], 'eve');
  assert.equal(signal['session'], eve.welcome.self.session);
  eve.send({ type: 'chat', id: 'c', text: 'hi', from: 'director' });
  assert.equal(((await ada.next('chat'))['message'] as { from: string }).from, 'eve');
});

test('L2: to somebody outside of the room, and before joining, is refused the same whether they exist or not', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const eve = await harness.member(url, { room: 'elsewhere', user: 'eve' });
  const answers: unknown[] = [];
  for (const to of ['ada', 'nobody']) {
    eve.send({ ...offer(ada), to });
    answers.push((await eve.next('problem'))['error']);
  }
  assert.deepEqual(answers[0], answers[1]);
  assert.equal((answers[0] as { code: string }).code, 'target-unknown');

  const stranger = harness.client(url);
  stranger.send(offer(ada));
  assert.equal(await stranger.problem(), 'not-joined');
  assert.equal(ada.all('signal').length, 0);
});

test('L2: after leaving, nothing goes in or out', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben' });
  ben.send({ type: 'leave' }, offer(ada));
  await ada.next('left');
  await until('ben is disconnected', () => ben.disconnected);
  assert.equal(ada.all('signal').length, 0);
  ada.send({ ...offer(ben), to: 'ben' });
  assert.equal(await ada.problem(), 'target-unknown');
});

test('D1: a lost socket is away, and with its secret it takes its place again with what it missed', async () => {
  const { server, url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben' });
  ben.cut();
  await until('ada sees ben away', () => ada.all('changed').some((changed) => (changed['member'] as Row).away));
  ada.chat('m1', 'missed');
  await ada.next('chat-settled');
  const again = await harness.member(url, { room: 'r', user: 'ben', resume: ben.welcome.secret, received: ben.received });
  assert.equal(again.welcome.resumed, true);
  assert.equal(again.welcome.self.session, ben.welcome.self.session);
  assert.equal(((await again.next('chat'))['message'] as { text: string }).text, 'missed');
  assert.equal(ada.all('left').length, 0);
  assert.equal(server.stats().members, 2);
});

test('a client that leaves is gone at once; one that only closes its socket may come back', async () => {
  const { server, url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben' });
  ben.socket.disconnect();
  assert.equal(((await ada.next('changed'))['member'] as { away: boolean }).away, true);
  const again = await harness.member(url, { room: 'r', user: 'ben', resume: ben.welcome.secret, received: ben.received });
  assert.equal(again.welcome.resumed, true);
  again.send({ type: 'leave' });
  assert.equal((await ada.next('left'))['reason'], 'left');
  assert.deepEqual(server.stats(), { status: 'ok', connections: 1, rooms: 1, members: 1 });
});

test('a member that does not come back leaves when its window is over', async () => {
  const { url } = await harness.serve({ resumeWindowMs: 100 });
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben' });
  ben.cut();
  assert.equal((await ada.next('left'))['reason'], 'lost');
});

test('F1: with the secret a newer connection takes over, and the old one is told and closed', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben' });
  const again = await harness.member(url, { room: 'r', user: 'ben', resume: ben.welcome.secret, received: ben.received });
  assert.equal(again.welcome.resumed, true);
  assert.equal(await ben.problem('ended'), 'replaced');
  await until('the old socket is closed', () => ben.disconnected);
  assert.equal(ada.all('left').length, 0);
});

test('F4: without it the newcomer is refused, and the one who sits there is unharmed', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  for (const resume of [undefined, 'a secret of another place']) {
    const eve = harness.client(url);
    eve.hello({ room: 'r', user: 'ada', ...(resume === undefined ? {} : { resume }) });
    assert.equal(await eve.problem('refused'), 'id-taken');
    await until('it is closed', () => eve.disconnected);
  }
  ada.chat('c', 'still here');
  await ada.next('chat-settled');
});

test('F8: one user in two rooms is two members', async () => {
  const { server, url } = await harness.serve();
  await harness.member(url, { room: 'one', user: 'ada' });
  await harness.member(url, { room: 'two', user: 'ada' });
  assert.deepEqual(server.stats(), { status: 'ok', connections: 2, rooms: 2, members: 2 });
});

test('G3: join, leave, join within 100 ms leaves one row', async () => {
  const { server, url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const first = await harness.member(url, { room: 'r', user: 'ben' });
  first.send({ type: 'leave' });
  first.close();
  await ada.next('left');
  await harness.member(url, { room: 'r', user: 'ben' });
  await until('two members', () => server.stats().members === 2);
  const late = await harness.member(url, { room: 'r', user: 'late' });
  assert.deepEqual(users(late.welcome.members), ['ada', 'ben']);
});

test('a room is full at its limit', async () => {
  const { url } = await harness.serve({ participantsMax: 2 });
  await harness.member(url, { room: 'r', user: 'ada' });
  await harness.member(url, { room: 'r', user: 'ben' });
  const cyd = harness.client(url);
  cyd.hello({ room: 'r', user: 'cyd' });
  assert.equal(await cyd.problem('refused'), 'room-full');
});

test('polling does all that WebSocket does', async () => {
  const { url } = await harness.serve();
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = harness.client(url, { transports: ['polling'] });
  ben.hello({ room: 'r', user: 'ben' });
  await ben.next('welcome');
  ada.send({ ...offer(ada), to: 'ben' });
  await ben.next('signal');
  ben.chat('c', 'hello');
  await ada.next('chat');
});

test('K6: whoever comes and goes leaves nothing behind', async () => {
  const { server, url } = await harness.serve();
  for (let round = 0; round < 10; ++round) {
    const clients = await Promise.all(Array.from({ length: 10 }, (_, i) => harness.member(url, { room: `r${i % 3}`, user: `u${i}` })));
    for (const client of clients) client.send({ type: 'leave' });
    await until('nobody is left', () => server.stats().connections === 0);
    for (const client of clients) client.close();
  }
  assert.deepEqual(server.stats(), { status: 'ok', connections: 0, rooms: 0, members: 0 });
});
