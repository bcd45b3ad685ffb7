// Our SDK on a plain server as it is published: with the published client, in every order and role, and with its own kind.
// Sockets are real; connections and devices are fakes that insist on what browsers insist on.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { webSocketPort } from '../../bindings/browser/web-socket.ts';
import type { MakeWebSocket } from '../../bindings/browser/web-socket.ts';
import { nodeWebSocket } from '../../bindings/node/web-socket.ts';
import type { JoinOptions } from '../../web/sdk/join.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { FakeWorld } from '../support/fake-world.ts';
import type { Person } from '../support/fake-world.ts';
import { PlainClient } from '../support/plain-client.ts';
import type { PlainClientOptions } from '../support/plain-client.ts';
import { nodeSocket, plainPeerOf } from '../support/plain-peers.ts';
import { PlainServer } from '../support/plain-server.ts';
import type { PlainServerOptions } from '../support/plain-server.ts';
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

async function serve(options: PlainServerOptions = {}): Promise<PlainServer> {
  const server = await PlainServer.start(options);
  cleanUps.push(() => server.stop());
  return server;
}

let seeds = 0;
const make = nodeWebSocket as unknown as MakeWebSocket;

async function join(server: PlainServer, options: JoinOptions = {}, person: Person = world.person()): Promise<Meeting> {
  // By which two of ours tell who gives way.
  person.ports.secrets = { ...person.ports.secrets, seed: () => ++seeds };
  person.ports.transport = webSocketPort(`${server.url}/course/room?pc`, make);
  const meeting = await world.joinAs(person, 'room', { dialect: 'plain', microphone: true, ...options });
  cleanUps.push(() => meeting.leave());
  return meeting;
}

function enter(server: PlainServer, options: Partial<PlainClientOptions> = {}): PlainClient {
  const client = new PlainClient(`${server.url}/course/room?pc`, { peer: plainPeerOf(world.wire), socket: nodeSocket, ...options });
  cleanUps.push(() => client.close());
  return client;
}

const path = '/course/room';

const other = (meeting: Meeting) => [...meeting.participants.values()][0];
const areConnected = (meeting: Meeting, client: PlainClient, msMax = 8_000): Promise<unknown> =>
  until(`both are connected: ${client.faults.join()}`, () => client.connected && other(meeting)?.connection === 'connected', msMax);
const hears = (listener: Meeting, speaker: Meeting): Promise<unknown> =>
  until('is heard', () => {
    const sent = speaker.microphone.track;
    return sent !== undefined && world.wire.sentInto(other(listener)?.microphone.track) === sent;
  }, 8_000);

describe('Meetwire and the published client on a plain server', () => {
  for (const calls of [true, false]) {
    const role = calls ? 'calls' : 'waits to be called';
    test(`ours first, and a page that ${role} second`, async () => {
      const server = await serve();
      const ours = await join(server);
      assert.equal(ours.dialect, 'plain');
      assert.equal(ours.participants.size, 0);
      await until('ours has said all that it says to nobody', () => server.members(path) === 1 && server.texts.some((text) => text.includes('candidate')));
      const page = enter(server, { calls });
      await areConnected(ours, page);
      assert.deepEqual(page.faults, []);
      assert.equal(other(ours)?.microphone.on, true);
      assert.ok(world.wire.sentInto(other(ours)?.microphone.track), 'sound comes in');
    });

    test(`a page that ${role} first, and ours second`, async () => {
      const server = await serve();
      const page = enter(server, { calls });
      await until('the page has said all that it says by itself', () => page.peer !== undefined && (!calls || server.texts.length > 1));
      const ours = await join(server);
      await areConnected(ours, page);
      assert.deepEqual(page.faults, []);
    });
  }

  test('a page whose user takes time to give the microphone drops what comes before, and is offered to again', async () => {
    const server = await serve();
    let give = (_: unknown): void => {};
    const page = enter(server, { media: new Promise((resolve) => (give = resolve)) });
    await until('the page is there', () => server.members(path) === 1);
    const ours = await join(server);
    await until('the page has dropped an offer', () => page.dropped > 0);
    give(undefined);
    await areConnected(ours, page);
    assert.deepEqual(page.faults, []);
  });

  test('sound only by default; a camera where one is wished for', async () => {
    const server = await serve();
    const page = enter(server);
    const ours = await join(server);
    await areConnected(ours, page);
    assert.doesNotMatch(String(page.of('offer')[0]?.['sdp']), /video/);
    await ours.leave();
    page.close();
    await until('the room is empty', () => server.members(path) === 0);
    const next = enter(server);
    await areConnected(await join(server, { camera: true }), next);
    assert.match(String(next.of('offer')[0]?.['sdp']), /video/);
  });

  test('the other end is gone: that shows by the connection alone, and whoever comes next is met', async () => {
    const server = await serve();
    const page = enter(server, { calls: true });
    const ours = await join(server);
    await areConnected(ours, page);
    page.close();
    await until('nobody says so', () => server.members(path) === 1);
    assert.equal(ours.participants.size, 1);
    // What a browser does by itself some seconds after the other end was closed.
    for (const connection of world.wire.open) if (connection.other === undefined) connection.report('failed');
    await until('it has left', () => ours.participants.size === 0, 30_000);
    const next = enter(server);
    await areConnected(ours, next);
  });

  test('what such pages never said is dropped and counted', async () => {
    const server = await serve();
    const page = enter(server, { calls: true });
    const ours = await join(server);
    await areConnected(ours, page);
    page.say({ type: 'news', text: 'x' });
    page.say({ type: 'offer' });
    page.say({ type: 'candidate', candidate: 7 });
    page.say({ type: 'candidate', id: '0', mlineindex: 0, candidate: 'x'.repeat(2_000) });
    page.say({ type: 'answer', sdp: 'v=0' });
    await until('the server has passed it on', () => server.texts.some((text) => text.includes('"v=0"')));
    assert.equal(ours.state, 'joined');
    assert.equal(other(ours)?.connection, 'connected');
  });
});

describe('two of ours on a plain server', () => {
  test('hear each other, whoever comes first', async () => {
    const server = await serve();
    const ada = await join(server, { user: 'ada' });
    await until('ada is a member', () => server.members(path) === 1);
    const ben = await join(server, { user: 'ben' });
    await Promise.all([hears(ada, ben), hears(ben, ada)]);
  });

  test('hear each other when both come at once', async () => {
    const server = await serve();
    const [ada, ben] = await Promise.all([join(server, { user: 'same' }), join(server, { user: 'same' })]);
    await Promise.all([hears(ada, ben), hears(ben, ada)]);
  });

  test('a lost socket comes back, and media is not touched', async () => {
    const server = await serve();
    const ada = await join(server);
    const ben = await join(server);
    await Promise.all([hears(ada, ben), hears(ben, ada)]);
    const made = world.wire.made;
    server.cut();
    await until('both notice', () => ada.state === 'reconnecting' || ben.state === 'reconnecting');
    await until('both are back', () => ada.state === 'joined' && ben.state === 'joined' && server.members(path) === 2, 10_000);
    await Promise.all([hears(ada, ben), hears(ben, ada)]);
    assert.equal(world.wire.made, made);
  });

  test('a server that was gone and is back finds them as they were', async () => {
    const server = await serve();
    const ada = await join(server);
    const ben = await join(server);
    await Promise.all([hears(ada, ben), hears(ben, ada)]);
    const { port } = server;
    await server.stop();
    await until('both notice', () => ada.state === 'reconnecting' && ben.state === 'reconnecting');
    const again = await serve({ port });
    await until('both are back', () => ada.state === 'joined' && ben.state === 'joined' && again.members(path) === 2, 15_000);
    await Promise.all([hears(ada, ben), hears(ben, ada)]);
  });
});

describe('what a plain server makes of ours', () => {
  test('it is never put out for its silence', async () => {
    // As the published one, but four times as fast as ours is wont to speak.
    const server = await serve({ silenceMs: 6_000 });
    await join(server);
    await until('it has said that it lives twice', () => server.texts.filter((text) => text.includes('keepAlive')).length > 1, 15_000);
    assert.equal(server.members(path), 1);
  });

  test('the third one is told that the room is full', async () => {
    const server = await serve();
    await join(server);
    await join(server);
    await until('both are members', () => server.members(path) === 2);
    await assert.rejects(join(server), { code: 'room-full', retryable: true });
    // At once: nobody asks a full room again by himself.
    assert.equal(server.refused, 1);
  });

  test('where nobody listens the join ends with an error that names the possibilities', async () => {
    const server = await serve();
    const { url } = server;
    await server.stop();
    const gone = { url } as PlainServer;
    await assert.rejects(join(gone), { code: 'server-unreachable', message: /the room is full/ });
  });

  test('the path is the namespace and the room', async () => {
    const server = await serve();
    await join(server);
    await until('there', () => server.members('/course/room') === 1);
    assert.equal(server.members('/elsewhere/room'), 0);
    assert.equal(server.thrown, 0);
  });

  test('leaving leaves nothing behind', async () => {
    const server = await serve();
    const person = world.person();
    const meeting = await join(server, {}, person);
    await meeting.leave();
    await until('the server has no socket', () => server.connections === 0);
    assert.deepEqual(person.media.live, []);
    assert.equal(person.timers.size, 0);
  });

  test('chat and hands are refused with the reason', async () => {
    const meeting = await join(await serve());
    await assert.rejects(meeting.chat.send('hello'), { code: 'invalid-argument' });
    await assert.rejects(meeting.raiseHand(), { code: 'invalid-argument' });
  });
});
