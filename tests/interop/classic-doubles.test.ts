// The doubles of the classic client and server against each other: only if they work together are they worth testing
// against. And each known defect of the reference server, seen by a client that it harms.

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { ClassicClient } from '../support/classic-client.ts';
import type { ClassicClientOptions, ClassicEdition } from '../support/classic-client.ts';
import { ClassicServer, asPublished } from '../support/classic-server.ts';
import type { ClassicServerOptions } from '../support/classic-server.ts';
import { until } from '../support/waiting.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(options: ClassicServerOptions): Promise<ClassicServer> {
  const server = await ClassicServer.start(options);
  cleanUps.push(() => server.stop());
  return server;
}

async function enter(server: ClassicServer, options: ClassicClientOptions): Promise<ClassicClient> {
  const client = new ClassicClient(server.url, { edition: server.edition, ...options });
  cleanUps.push(() => client.close());
  await client.connect();
  return client;
}

const without = (all: readonly string[], one: string): string[] => all.filter((user) => user !== one);

for (const edition of ['first', 'later'] satisfies ClassicEdition[]) {
  describe(`classic doubles, ${edition} edition`, () => {
    for (const defects of [undefined, asPublished(edition)]) {
      test(`three members connect in pairs${defects ? ', with all the known defects' : ''}`, async () => {
        const server = await start({ edition, ...(defects ? { defects } : {}) });
        const users = ['ada', 'ben', 'cyd'];
        const clients: ClassicClient[] = [];
        for (const user of users) {
          const client = await enter(server, { user, room: 'r' });
          clients.push(client);
          await until(`${user} connected to all before`, () => client.connectedPeers.length === clients.length - 1);
        }
        for (const client of clients) {
          await until(`${client.user} has both`, () => client.connectedPeers.length === 2);
          assert.deepEqual(client.connectedPeers, without(users, client.user));
          assert.deepEqual(client.faults, []);
        }
        assert.deepEqual(server.rows('r'), users);
      });
    }

    test('who leaves is gone from the roster and from the others', async () => {
      const server = await start({ edition });
      const ada = await enter(server, { user: 'ada', room: 'r' });
      const ben = await enter(server, { user: 'ben', room: 'r' });
      await until('connected', () => ada.connectedPeers.length === 1);
      ben.close();
      await until('the leave arrives', () => ada.envelopes('leave').length === 1);
      await until('the connection is closed', () => ada.peers.size === 0);
      assert.deepEqual(server.rows('r'), ['ada']);
    });

    test('a one-to-one call rings and connects', async () => {
      const server = await start({ edition });
      const ada = await enter(server, { user: 'ada' });
      const ben = await enter(server, { user: 'ben' });
      await ada.call('ben');
      await until('both connected', () => ada.connectedPeers.length === 1 && ben.connectedPeers.length === 1);
      assert.equal(ben.envelopes('call').length, 1);
      assert.equal(ben.envelopes('call')[0]!.msg, '远程呼叫');
    });

    test('chat reaches everybody in the room, the sender included', async () => {
      const server = await start({ edition });
      const ada = await enter(server, { user: 'ada', room: 'r' });
      const ben = await enter(server, { user: 'ben', room: 'r' });
      await until('both listed', () => server.rows('r').length === 2 && ada.envelopes('join').length === 2);
      ada.say({ text: 'hello' });
      for (const client of [ada, ben]) {
        await until('it arrives', () => client.received.some((message) => (message as { text?: string }).text === 'hello'));
      }
    });
  });
}

describe('defects of the reference server', () => {
  test('a stale disconnect deletes the row of the second connection', async () => {
    for (const defective of [true, false]) {
      const server = await start({ defects: { staleDisconnectDeletesRow: defective } });
      const watcher = await enter(server, { user: 'watcher', room: 'r' });
      const first = await enter(server, { user: 'ada', room: 'r' });
      await enter(server, { user: 'ada', room: 'r' });
      await until('both joined', () => watcher.envelopes('join').length >= 3);
      first.close();
      if (defective) await until('the row is gone', () => !server.rows('r').includes('ada'));
      else await until('the socket is gone', () => server.connections === 2);
      watcher.askForRoster();
      await until('a fresh roster', () => watcher.roster.includes('ada') !== defective);
    }
  });

  test('the payload decides who the sender is', async () => {
    for (const defective of [true, false]) {
      const server = await start({ defects: { believesPayloadUser: defective } });
      const ada = await enter(server, { user: 'ada', room: 'r' });
      const eve = await enter(server, { user: 'eve', room: 'r' });
      await until('connected', () => ada.connectedPeers.length === 1);
      eve.socket.emit('call', { userId: 'the director', targetUid: 'ada' });
      const [call] = await until('it arrives', () => (ada.envelopes('call').length > 0 ? ada.envelopes('call') : undefined));
      assert.equal(call!.data!['userId'], defective ? 'the director' : 'eve');
    }
  });

  test('anybody reaches anybody, and what is for nobody vanishes', async () => {
    for (const defective of [true, false]) {
      const server = await start({ defects: { reachesOtherRooms: defective, dropsUnknownTargets: defective } });
      const ada = await enter(server, { user: 'ada', room: 'r' });
      const eve = await enter(server, { user: 'eve', room: 'elsewhere' });
      eve.socket.emit('candidate', { userId: 'eve', targetUid: 'ada', candidate: {} });
      eve.socket.emit('candidate', { userId: 'eve', targetUid: 'nobody', candidate: {} });
      eve.askForRoster();
      await until('the server came to the end of it', () => eve.roster.length > 0);
      if (defective) assert.equal(eve.envelopes('candidate').length, 0);
      else await until('both are told', () => eve.envelopes('candidate').length === 2);
      if (defective) await until('it crossed the rooms', () => ada.envelopes('candidate').length === 1);
      else assert.equal(ada.envelopes('candidate').length, 0);
    }
  });

  test('the first edition loses what is said', async () => {
    const server = await start({ edition: 'first', defects: { losesChat: true } });
    const ada = await enter(server, { user: 'ada', room: 'r' });
    await until('joined', () => ada.envelopes('join').length === 1);
    ada.say({ text: 'hello' });
    await until('an empty one arrives', () => ada.received.includes(undefined));
  });

  test('a crash leaves rows behind for the next server', async () => {
    for (const defective of [true, false]) {
      const defects = { leavesRowsBehind: defective };
      const before = await ClassicServer.start({ defects });
      const ada = new ClassicClient(before.url, { user: 'ada', room: 'r' });
      await ada.connect();
      await until('listed', () => before.rows('r').length === 1);
      await before.crash();
      ada.close();
      const after = await start({ defects, store: before.store });
      assert.deepEqual(after.rows('r'), defective ? ['ada'] : []);
    }
  });

  test('query values are cut and left encoded', async () => {
    for (const defective of [true, false]) {
      const server = await start({ defects: { mangledQuery: defective } });
      await enter(server, { user: 'a b', room: 'one/two' });
      const room = defective ? 'one%2Ftwo' : 'one/two';
      await until('listed', () => server.rows(room).length === 1);
      assert.deepEqual(server.rows(room), [defective ? 'a%20b' : 'a b']);
    }
  });

  test('a connection without an id ends the process', async () => {
    const server = await ClassicServer.start({ edition: 'first', defects: { throwsWithoutUser: true } });
    const ada = new ClassicClient(server.url, { edition: 'first', user: 'ada', room: 'r' });
    await ada.connect();
    const nobody = new ClassicClient(server.url, { edition: 'first', user: '' });
    nobody.socket.connect();
    await until('ada is disconnected', () => !ada.socket.connected);
    nobody.close();
    ada.close();
  });
});
