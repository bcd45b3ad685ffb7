// Our SDK on a classic server, in both editions and with all its known defects: with its own kind and with classic
// clients. Sockets are real; connections and devices are fakes that insist on what browsers insist on.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { socketPort } from '../../bindings/browser/socket.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { ClassicClient } from '../support/classic-client.ts';
import type { ClassicEdition } from '../support/classic-client.ts';
import { peersOf } from '../support/classic-peers.ts';
import { ClassicServer, asPublished } from '../support/classic-server.ts';
import { tick } from '../support/waiting.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { until } from '../support/waiting.ts';

const cleanUps: (() => unknown)[] = [];
let world: FakeWorld;
beforeEach(async () => {
  world = await FakeWorld.make();
  cleanUps.push(() => world.close());
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function serve(edition: ClassicEdition, options: { store?: ClassicServer['store']; port?: number } = {}): Promise<ClassicServer> {
  const server = await ClassicServer.start({ edition, defects: asPublished(edition), ...options });
  cleanUps.push(() => server.stop());
  return server;
}

async function join(server: ClassicServer, user: string): Promise<Meeting> {
  const person = world.person();
  person.ports.transport = socketPort(server.url, undefined);
  const meeting = await world.joinAs(person, 'course', { user, name: user.toUpperCase(), camera: true });
  cleanUps.push(() => meeting.leave());
  return meeting;
}

/** A classic client with connections of the same world as ours: a camera goes out, whatever comes is taken. */
async function enter(server: ClassicServer, user: string): Promise<ClassicClient> {
  const client = new ClassicClient(server.url, { edition: server.edition, user, room: 'course', peers: peersOf(world.wire) });
  cleanUps.push(() => client.close());
  await client.connect();
  return client;
}

const connected = (meeting: Meeting): string =>
  [...meeting.participants.values()].filter((one) => one.connection === 'connected').map((one) => one.id).sort().join();

const isWith = (meeting: Meeting, users: string, msMax?: number): Promise<unknown> =>
  until(`${meeting.me.id} is connected with ${users}`, () => connected(meeting) === users, msMax);

/** What a browser does by itself some seconds after the other end was closed. */
function reportDeadEnds(): void {
  for (const connection of world.wire.open) if (connection.other === undefined) connection.report('failed');
}

const sees = (viewer: Meeting, sender: Meeting): Promise<unknown> =>
  until(`${viewer.me.id} sees ${sender.me.id}`, () => {
    const sent = sender.camera.track;
    return sent !== undefined && world.wire.sentInto(viewer.participants.get(sender.me.id)?.camera.track) === sent;
  });

for (const edition of ['first', 'later'] satisfies ClassicEdition[]) {
  describe(`Meetwire on a classic server of the ${edition} edition with all its defects`, () => {
    test('two of ours see each other', async () => {
      const server = await serve(edition);
      const ada = await join(server, 'ada');
      const ben = await join(server, 'ben');
      assert.equal(ada.dialect, 'classic');
      await Promise.all([sees(ada, ben), sees(ben, ada)]);
      await ben.leave();
      await until('ben is gone', () => ada.participants.size === 0);
      assert.deepEqual(server.rows('course'), ['ada']);
    });

    test('ours and a classic client connect, whoever comes first', async () => {
      const server = await serve(edition);
      const ada = await join(server, 'ada');
      const cleo = await enter(server, 'cleo');
      await isWith(ada, 'cleo');
      const ben = await join(server, 'ben');
      await Promise.all([isWith(ada, 'ben,cleo'), isWith(ben, 'ada,cleo')]);
      await until('cleo has both', () => cleo.connectedPeers.join() === 'ada,ben');
      assert.deepEqual(cleo.faults, []);
      cleo.close();
      await Promise.all([isWith(ada, 'ben'), isWith(ben, 'ada')]);
    });

    test('a lost socket comes back, and the two are together', async () => {
      const server = await serve(edition);
      const ada = await join(server, 'ada');
      const ben = await join(server, 'ben');
      await Promise.all([isWith(ada, 'ben'), isWith(ben, 'ada')]);
      server.cut('ben');
      await until('it is noticed', () => ben.state === 'reconnecting');
      await until('it is back', () => ben.state === 'joined', 10_000);
      await Promise.all([isWith(ada, 'ben', 15_000), isWith(ben, 'ada', 15_000)]);
      assert.deepEqual(server.rows('course').sort(), ['ada', 'ben']);
    });

    test('a stale disconnect under its own id takes its row: it stays, and the others have it again', async () => {
      const server = await serve(edition);
      const before = await enter(server, 'ada');
      const ada = await join(server, 'ada');
      const ben = await join(server, 'ben');
      await Promise.all([isWith(ada, 'ben'), isWith(ben, 'ada')]);
      before.close();
      await until('the server has deleted the row', () => !server.rows('course').includes('ada'));
      await until('ben was told that ada left', () => ben.participants.size === 0);
      reportDeadEnds();
      await Promise.all([isWith(ada, 'ben', 20_000), isWith(ben, 'ada', 20_000)]);
      assert.equal(ada.state, 'joined');
      await Promise.all([sees(ada, ben), sees(ben, ada)]);
    });

    test('a restarted server still lists a ghost: the living find each other beside it', async () => {
      const first = await serve(edition);
      await enter(first, 'ghost');
      const ada = await join(first, 'ada');
      const ben = await join(first, 'ben');
      await Promise.all([isWith(ada, 'ben,ghost'), isWith(ben, 'ada,ghost')]);
      const { port, store } = first;
      await first.crash();
      const second = await serve(edition, { port, store });
      assert.ok(second.rows('course').includes('ghost'));
      await until('both are back', () => ada.state === 'joined' && ben.state === 'joined' && second.connections >= 2, 15_000);
      for (const [one, other] of [[ada, 'ben'], [ben, 'ada']] as const) {
        await until(`${other} is there`, () => one.participants.get(other)?.connection === 'connected', 15_000);
      }
    });

    test('forged senders, strangers and nonsense end nothing', async () => {
      const server = await serve(edition);
      const ada = await join(server, 'ada');
      const ben = await join(server, 'ben');
      await Promise.all([sees(ada, ben), sees(ben, ada)]);
      const eve = new ClassicClient(server.url, { edition, user: 'eve', room: 'elsewhere' });
      cleanUps.push(() => eve.close());
      await eve.connect();
      const to = { targetUid: 'ada' };
      for (const payload of [undefined, null, 1, 'x', {}, { ...to }, { userId: 'stranger', ...to, candidate: {} }, { userId: 'ben', ...to, candidate: 7 }, { userId: 'ben', ...to, candidate: null },
        { userId: 'ben', ...to, answer: { type: 'answer', sdp: 'nonsense' } }, { userId: 'ada', ...to, offer: { type: 'offer', sdp: 'v=0' } }, { userId: '__proto__', ...to, offer: {} }]) {
        for (const type of ['offer', 'answer', 'candidate', 'call']) eve.socket.emit(type, payload);
      }
      eve.askForRoster();
      await until('the server came to the end of it', () => eve.roster.length > 0);
      await ada.chat.send('still here').catch(() => undefined);
      await Promise.all([isWith(ada, 'ben', 20_000), isWith(ben, 'ada', 20_000)]);
      assert.equal(ada.state, 'joined');
    });
  });
}

test('chat passes between ours and classic clients, both ways', async () => {
  const server = await serve('later');
  const ada = await join(server, 'ada');
  const cleo = await enter(server, 'cleo');
  await isWith(ada, 'cleo');
  await ada.chat.send('good morning');
  await until('cleo has it', () => JSON.stringify(cleo.received).includes('good morning'));
  cleo.say({ userId: 'cleo', msg: 'and to you' });
  await until('ada has it', () => ada.chat.history.some(({ text }) => text === 'and to you'));
});

describe('the other dialects are a module of their own', () => {
  test('a join that meets a classic server goes on with it: one socket, one camera, nothing asked for twice', async () => {
    const server = await serve('later');
    const person = world.person();
    let sockets = 0;
    const port = socketPort(server.url, undefined);
    person.ports.transport = { open: (...given) => (sockets++, port.open(...given)) };
    const loaded: string[] = [];
    const meeting = await world.joinAs(person, 'course', { user: 'ada', camera: true }, (which) => void loaded.push(which));
    cleanUps.push(() => meeting.leave());
    assert.deepEqual(loaded, ['core', 'legacy']);
    assert.equal(meeting.dialect, 'classic');
    await until('the camera is on', () => meeting.camera.state === 'on');
    assert.equal(sockets, 1);
    assert.equal(person.media.asked.length, 1);
    assert.match(await meeting.trace(), /"dialect":"classic"/);
  });

  test('who names the dialect has its module at once', async () => {
    const server = await serve('first');
    const person = world.person();
    person.ports.transport = socketPort(server.url, undefined);
    const loaded: string[] = [];
    const meeting = await world.joinAs(person, 'course', { user: 'ada', dialect: 'classic' }, (which) => void loaded.push(which));
    cleanUps.push(() => meeting.leave());
    assert.deepEqual(loaded, ['legacy']);
  });

  test('leaving while it is being loaded leaves nothing behind', async () => {
    const server = await serve('later');
    const person = world.person();
    person.ports.transport = socketPort(server.url, undefined);
    const stop = new AbortController();
    const joining = world.joinAs(person, 'course', { user: 'ada', camera: true, signal: stop.signal }, async (which) => {
      if (which !== 'legacy') return;
      stop.abort();
      await tick();
    });
    await assert.rejects(joining, { code: 'aborted' });
    await until('the server has no row', () => server.rows('course').length === 0);
    assert.deepEqual(person.media.live, []);
    assert.equal(person.timers.size, 0);
  });

  test('where it cannot be loaded the join ends with an error that says why', async () => {
    const server = await serve('later');
    const person = world.person();
    person.ports.transport = socketPort(server.url, undefined);
    const joining = world.joinAs(person, 'course', { user: 'ada' }, (which) => {
      if (which === 'legacy') throw new TypeError('no such chunk');
    });
    await assert.rejects(joining, { code: 'server-incompatible' });
    assert.match(String(person.reported[0]), /no such chunk/);
    assert.equal(person.timers.size, 0);
  });
});
