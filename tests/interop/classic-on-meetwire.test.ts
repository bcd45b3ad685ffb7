// Classic clients of both editions, unmodified, on our server: among themselves, and in one room with Meetwire's own.

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { ClassicClient } from '../support/classic-client.ts';
import type { ClassicClientOptions, ClassicEdition } from '../support/classic-client.ts';
import { Harness, pair } from '../support/server-harness.ts';
import type { Member, Message, Row } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

async function enter(url: string, options: ClassicClientOptions): Promise<ClassicClient> {
  const client = new ClassicClient(url, options);
  harness.later(() => client.close());
  await client.connect();
  return client;
}

const candidate = { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 };
const sdp = 'v=0\r\no=- 7 7 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';

for (const edition of ['first', 'later'] satisfies ClassicEdition[]) {
  describe(`classic clients of the ${edition} edition`, () => {
    test('three of them connect in pairs, as with their own server', async () => {
      const { server, url } = await harness.serve();
      const users = ['ada', 'ben', 'cyd'];
      const clients: ClassicClient[] = [];
      for (const user of users) {
        const client = await enter(url, { edition, user, room: 'r' });
        clients.push(client);
        await until(`${user} is connected to all before: ${client.faults.join()}`, () => client.connectedPeers.length === clients.length - 1);
      }
      for (const client of clients) {
        await until(`${client.user} has both`, () => client.connectedPeers.length === 2);
        assert.deepEqual(client.connectedPeers, users.filter((user) => user !== client.user));
        assert.deepEqual(client.faults, []);
      }
      // The newcomer is told of itself as well.
      assert.equal(clients[2]!.envelopes('join').length, 1);
      assert.equal(clients[0]!.envelopes('join').length, 3);
      const [join] = clients[0]!.envelopes('join').slice(-1);
      assert.equal(join!.msg, 'cyd join then room');
      assert.equal(join!.status, 200);
      assert.deepEqual(join!.data, edition === 'first' ? null : { userId: 'cyd', nickname: 'cyd' });
      assert.equal(server.stats().members, 3);
    });

    test('who leaves is gone from the others and from the roster', async () => {
      const { server, url } = await harness.serve();
      const ada = await enter(url, { edition, user: 'ada', room: 'r' });
      const ben = await enter(url, { edition, user: 'ben', room: 'r' });
      await until('connected', () => ada.connectedPeers.length === 1);
      ben.close();
      await until('the connection is closed', () => ada.peers.size === 0);
      assert.deepEqual(ada.faults, []);
      ada.askForRoster();
      await until('the roster is right', () => ada.roster.join() === 'ada');
      assert.equal(server.stats().members, 1);
    });

    test('G3: it joins, leaves and joins within 100 ms, and is there once', async () => {
      const { server, url } = await harness.serve();
      const ada = await enter(url, { edition, user: 'ada', room: 'r' });
      const first = await enter(url, { edition, user: 'ben', room: 'r' });
      first.close();
      const again = await enter(url, { edition, user: 'ben', room: 'r' });
      await until('connected once more', () => ada.connectedPeers.join() === 'ben' && again.connectedPeers.join() === 'ada');
      again.askForRoster();
      await until('one row', () => again.roster.slice().sort().join() === 'ada,ben');
      assert.equal(server.stats().members, 2);
    });

    test('F5: after a network loss it comes back under its id at once, and the late disconnect harms nobody', async () => {
      const { server, url } = await harness.serve();
      const ada = await enter(url, { edition, user: 'ada', room: 'r' });
      const ben = await enter(url, { edition, user: 'ben', room: 'r', reconnection: true, transports: ['websocket'] });
      await until('connected', () => ada.connectedPeers.length === 1);
      ben.socket.io.engine.close();
      await until('it is back', () => ben.socket.connected && ben.envelopes('join').length === 2, 8_000);
      await until('and connected', () => ada.connectedPeers.join() === 'ben');
      ada.askForRoster();
      await until('one row each', () => ada.roster.slice().sort().join() === 'ada,ben');
      assert.equal(server.stats().members, 2);
    });

    test('F2: a second one under a living id is refused, and the first is unharmed', async () => {
      const { server, url } = await harness.serve();
      const ada = await enter(url, { edition, user: 'ada', room: 'r' });
      await until('joined', () => ada.envelopes('join').length === 1);
      const second = new ClassicClient(url, { edition, user: 'ada', room: 'r' });
      harness.later(() => second.close());
      await second.connect();
      await until('it is put out', () => !second.socket.connected, 8_000);
      ada.say({ text: 'still here' });
      await until('ada is unharmed', () => ada.received.some((message) => (message as { text?: string }).text === 'still here'));
      assert.equal(server.stats().members, 1);
    });

    test('a one-to-one call rings and connects, without a room', async () => {
      const { url } = await harness.serve();
      const ada = await enter(url, { edition, user: 'ada' });
      const ben = await enter(url, { edition, user: 'ben' });
      await ada.call('ben');
      await until(`both are connected ${ada.faults.join()} ${ben.faults.join()}`, () => ada.connectedPeers.length === 1 && ben.connectedPeers.length === 1);
      const [call] = ben.envelopes('call');
      assert.equal(call!.msg, '远程呼叫');
      assert.equal(call!.data!['userId'], 'ada');
    });

    test('L1: the sender in its payload is made true', async () => {
      const { url } = await harness.serve();
      const ada = await enter(url, { edition, user: 'ada', room: 'r' });
      const eve = await enter(url, { edition, user: 'eve', room: 'r' });
      await until('connected', () => ada.connectedPeers.length === 1);
      eve.socket.emit('candidate', { userId: 'director', targetUid: 'ada', candidate });
      await until('it arrives', () => ada.envelopes('candidate').length === 2);
      for (const { data } of ada.envelopes('candidate')) assert.equal(data!['userId'], 'eve');
    });

    test('L2, L22: nothing reaches another room, and its roster is not told', async () => {
      const { url, log } = await harness.serve();
      const ada = await enter(url, { edition, user: 'ada', room: 'r' });
      const eve = await enter(url, { edition, user: 'eve', room: 'elsewhere' });
      for (const targetUid of ['ada', 'nobody']) eve.socket.emit('candidate', { userId: 'eve', targetUid, candidate });
      await until('both are answered', () => eve.envelopes('problem').length === 2);
      const [there, nowhere] = eve.envelopes('problem');
      assert.deepEqual(there, nowhere);
      assert.equal(there!.status, 404);
      await until('its own roster is there', () => eve.roster.join() === 'eve');
      eve.askForRoster('r');
      // A classic client waits for an answer: it gets one that lists nobody.
      await until('the question is answered', () => eve.roster.join() !== 'eve');
      assert.deepEqual(eve.roster, []);
      assert.match(log.text, /roster of another room refused/);
      assert.equal(ada.envelopes('candidate').length, 0);
    });

    test('values in the query may hold anything', async () => {
      const { url } = await harness.serve();
      const user = 'a b/=&?%2F ü';
      const ada = await enter(url, { edition, user, room: 'one/two=three' });
      await until('it finds itself in the roster', () => ada.roster.join() === user);
      assert.deepEqual(ada.faults, []);
    });

    test('what is said reaches everybody, the sender and our own clients included', async () => {
      const { url } = await harness.serve();
      const ada = await enter(url, { edition, user: 'ada', room: 'r' });
      const own = await harness.member(url, { room: 'r', user: 'own', name: 'Own' });
      await until('both there', () => ada.envelopes('join').length === 2);
      ada.say({ userId: 'ada', msg: 'hello', extra: [1] });
      await until('it comes back as it was', () => ada.received.some((message) => (message as { extra?: number[] } | null)?.extra?.[0] === 1));
      const chat = (await own.next('chat'))['message'] as { from: string; text: string };
      assert.equal(chat.from, 'ada');
      assert.equal(chat.text, 'hello');
      own.chat('c1', 'good day');
      const got = await until('the answer arrives', () => ada.received.find((message) => JSON.stringify(message).includes('good day')));
      assert.equal((got as { from?: string }).from, 'own');
    });

    test('mixed: the classic newcomer offers to ours, and both get what they understand', async () => {
      const { url } = await harness.serve();
      const own = await harness.member(url, { room: 'r', user: 'own' });
      const ada = await enter(url, { edition, user: 'ada', room: 'r' });
      assert.equal(((await own.next('joined'))['member'] as Row).dialect, 'classic');
      const offer = await own.next('signal');
      assert.equal(offer['from'], 'ada');
      assert.match((offer['offer'] as { sdp: string }).sdp, /^v=0/);
      assert.deepEqual([offer['incarnation'], offer['sequence']], [0, 0]);
      const candidates = (await own.next('signal'))['candidates'] as (typeof candidate)[];
      assert.equal(candidates[0]!.sdpMid, '0');

      answer(own, offer);
      own.send({ type: 'signal', to: 'ada', ...pair(2, { candidates: [candidate, { ...candidate, sdpMid: '1' }] }) });
      await until(`the classic one is connected: ${ada.faults.join()}`, () => ada.connectedPeers.join() === 'own');
      // Ours travel together; a classic client takes them one at a time.
      await until('both candidates', () => ada.envelopes('candidate').length === 2);
      assert.deepEqual(ada.envelopes('candidate').map(({ data }) => (data!['candidate'] as typeof candidate).sdpMid), ['0', '1']);
      assert.deepEqual(ada.faults, []);
    });

    test('mixed: our newcomer offers to the classic one, which answers', async () => {
      const { url } = await harness.serve();
      const ada = await enter(url, { edition, user: 'ada', room: 'r' });
      await until('in the room', () => ada.roster.length === 1);
      const own = await harness.member(url, { room: 'r', user: 'own' });
      assert.deepEqual(own.welcome.members.map(({ user, dialect }) => [user, dialect]), [['ada', 'classic']]);
      own.send(
        { type: 'signal', to: 'ada', session: own.welcome.members[0]!.session, ...pair(1, { offer: { sdp, slots: { 0: 'camera' } } }) },
        { type: 'signal', to: 'ada', ...pair(2, { candidates: [candidate] }) },
      );
      const reply = await own.next('signal');
      assert.match((reply['answer'] as { sdp: string }).sdp, /^v=0/);
      await own.next('signal');
      await until('connected', () => ada.connectedPeers.join() === 'own');
      const [offer] = ada.envelopes('offer');
      assert.deepEqual((offer!.data as { offer: object }).offer, { type: 'offer', sdp });
      assert.deepEqual(ada.faults, []);
    });
  });
}

/** Answers as ours do a classic member: numbered on our side, for the newest offer. */
function answer(own: Member, offer: Message): void {
  own.send({ type: 'signal', to: offer['from'], ...pair(1, { answer: { offer: 1, sdp, slots: {} } }) });
}

describe('both editions and ours in one room', () => {
  test('each is told the roster in its own form', async () => {
    const { url } = await harness.serve();
    const first = await enter(url, { edition: 'first', user: 'first', room: 'r' });
    const later = await enter(url, { edition: 'later', user: 'later', room: 'r', nickname: 'Later', publisher: true });
    await harness.member(url, { room: 'r', user: 'own', name: 'Own' });
    await until('the two are connected', () => first.connectedPeers.includes('later') && later.connectedPeers.includes('first'));
    let hash: Record<string, string> = {};
    let rows: { userId: string; nickname: string; pub: string | null }[] = [];
    first.socket.on('roomUserList', (reply: typeof hash) => (hash = reply));
    later.socket.on('roomUserList', (reply: typeof rows) => (rows = reply));
    first.askForRoster();
    later.askForRoster();
    await until('both answers', () => Object.keys(hash).length === 3 && rows.length === 3);
    assert.deepEqual(JSON.parse(hash['own']!), { userId: 'own', roomId: 'r' });
    const byUser = (user: string): (typeof rows)[number] => rows.find((row) => row.userId === user)!;
    assert.equal(byUser('own').nickname, 'Own');
    assert.equal(byUser('later').pub, 'pub');
    assert.deepEqual([first.faults, later.faults], [[], []]);
  });

  test('the floor is asked for and given', async () => {
    const { url } = await harness.serve();
    const publisher = await enter(url, { user: 'pub', room: 'r', publisher: true });
    const viewer = await enter(url, { user: 'viewer', room: 'r' });
    await until('both there', () => publisher.envelopes('join').length === 2);
    viewer.socket.emit('applyMic', { userId: 'viewer', targetUid: 'pub', why: 'a question' });
    await until('asked', () => publisher.envelopes('applyMic').length === 1);
    assert.deepEqual(publisher.envelopes('applyMic')[0]!.data, { userId: 'viewer', targetUid: 'pub', why: 'a question' });
    publisher.socket.emit('acceptApplyMic', { userId: 'pub', targetUid: 'viewer' });
    await until('given', () => viewer.envelopes('acceptApplyMic').length === 1);
  });

  test('a client of socket.io 2 is served: the older handshake, its own pings, the roster', async () => {
    const { server, url } = await harness.serve();
    const ada = await enter(url, { user: 'ada', room: 'r' });
    const old = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=3&transport=websocket&userId=old&roomId=r&nickname=Old`);
    harness.later(() => old.terminate());
    const got: string[] = [];
    old.on('message', (data) => got.push(String(data)));
    await until('it is in', () => got.some((text) => text.startsWith('42["msg",{') && text.includes('old join then room')));
    old.send('2');
    await until('its ping is answered', () => got.includes('3'));
    old.send('42["roomUserList",{"roomId":"r"}]');
    const roster = await until('the roster', () => got.find((text) => text.startsWith('42["roomUserList",[')));
    assert.ok(roster.includes('"userId":"ada"') && roster.includes('"nickname":"Old"'));

    // The same client after a network loss, while the server still holds the dead socket.
    (old as unknown as { _socket: { pause(): void } })._socket.pause();
    const again = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=3&transport=websocket&userId=old&roomId=r&nickname=Old`);
    harness.later(() => again.terminate());
    const later: string[] = [];
    again.on('message', (data) => later.push(String(data)));
    await until('it has its place again', () => later.some((text) => text.includes('old join then room')), 8_000);
    assert.equal(server.stats().members, 2);
    assert.deepEqual(ada.faults, []);
  });

  test('a connection without any query that never says which room it wants is closed, and harms nobody', async () => {
    const { server, url } = await harness.serve();
    const ada = await enter(url, { user: 'ada', room: 'r' });
    const nobody = harness.client(url, { auth: {}, query: {} });
    await until('it is closed', () => nobody.disconnected, 20_000);
    ada.say({ text: 'still here' });
    await until('ada is unharmed', () => ada.received.some((message) => (message as { text?: string }).text === 'still here'));
    assert.equal(server.stats().status, 'ok');
  });
});
