// Codelab pages, unmodified, on our server: among themselves, and in one room with one of ours. Sockets are real, also those of
// socket.io 2; connections are fakes that insist on what browsers insist on.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { socketPort } from '../../bindings/browser/socket.ts';
import type { JoinOptions } from '../../web/sdk/join.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { ClassicClient } from '../support/classic-client.ts';
import { CodelabDataPage, CodelabPage } from '../support/codelab-page.ts';
import type { CodelabPageOptions } from '../support/codelab-page.ts';
import { peersOn } from '../support/codelab-peers.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { Harness } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
let world: FakeWorld;
beforeEach(async () => {
  world = await FakeWorld.make();
  harness.later(() => world.close());
});
afterEach(() => harness.close());

type AnyPage = CodelabPage | CodelabDataPage;

async function open<Kind extends AnyPage>(Kind: new (url: string, options: CodelabPageOptions) => Kind, url: string, room: string, options: Partial<CodelabPageOptions> = {}): Promise<Kind> {
  const page = new Kind(url, { room, ...peersOn(world.wire), ...options });
  harness.later(() => page.vanish());
  await page.open();
  await until('it is told something', () => page.count('created') + page.count('joined') + page.count('full') === 1);
  return page;
}
const enter = (url: string, room: string, options: Partial<CodelabPageOptions> = {}): Promise<CodelabPage> => open(CodelabPage, url, room, options);

async function join(url: string, room: string, user: string, options: Partial<JoinOptions> = {}): Promise<Meeting> {
  const person = world.person();
  person.ports.transport = socketPort(url, undefined);
  const meeting = await world.joinAs(person, room, { user, camera: true, ...options });
  harness.later(() => meeting.leave());
  return meeting;
}

const together = (...pages: AnyPage[]): Promise<unknown> =>
  until(`they are connected: ${pages.map((page) => page.faults.join())}`, () => pages.every((page) => page.connected));

const only = (meeting: Meeting) => (meeting.participants.size === 1 ? [...meeting.participants.values()][0] : undefined);

async function meet(meeting: Meeting, page: AnyPage, msMax?: number): Promise<void> {
  await until(`ours is connected: ${page.faults.join()}`, () => only(meeting)?.connection === 'connected', msMax);
  await until(`the page is connected: ${page.faults.join()}`, () => page.connected);
}

const sees = (meeting: Meeting): Promise<unknown> =>
  until('ours sees the page', () => world.wire.sentInto(only(meeting)?.camera.track)?.kind === 'video');

function gate(): { camera: Promise<void>; allow(): void } {
  let allow = (): void => {};
  const camera = new Promise<void>((resolve) => (allow = resolve));
  return { camera, allow: () => allow() };
}

describe('codelab pages on our server', () => {
  for (const transports of [['websocket'], ['polling']] as ('websocket' | 'polling')[][]) {
    test(`two connect over ${transports[0]}, each word came once, a third one is told full`, async () => {
      const { server, url } = await harness.serve();
      const ada = await enter(url, 'foo', { transports });
      const ben = await enter(url, 'foo', { transports });
      await together(ada, ben);
      assert.deepEqual(['created', 'join', 'ready', 'joined'].map((event) => ada.count(event)), [1, 1, 1, 0]);
      assert.deepEqual(['created', 'join', 'ready', 'joined'].map((event) => ben.count(event)), [0, 0, 1, 1]);
      assert.equal(ada.heard.find(([event]) => event === 'created')![1], 'foo');
      assert.equal(typeof ada.heard.find(([event]) => event === 'created')![2], 'string');
      const cyd = await enter(url, 'foo', { transports });
      assert.ok(cyd.full);
      cyd.sendMessage('bye');
      const dan = await enter(url, 'other', { transports });
      dan.sendMessage('bye');
      cyd.socket.emit('create or join', 'third');
      await until('cyd was heard', () => cyd.count('created') === 1);
      assert.ok(ada.connected && ben.connected, 'what others say ends nothing');
      assert.deepEqual([...ada.faults, ...ben.faults], []);
      assert.equal(server.stats().members, 4);
    });
  }

  test('a goodbye, and a lost socket, free the place', async () => {
    const { url } = await harness.serve();
    const ada = await enter(url, 'foo');
    const ben = await enter(url, 'foo');
    await together(ada, ben);
    ben.vanish();
    await until('ada has heard it', () => ada.state === 'none' && ada.count('bye') === 1);
    const cyd = await enter(url, 'foo');
    assert.equal(cyd.count('joined'), 1);
  });

  test('step 6: two connect without media; the one that is left loads itself anew if it came second', async () => {
    const { url } = await harness.serve();
    const ada = await open(CodelabDataPage, url, 'foo');
    const ben = await open(CodelabDataPage, url, 'foo');
    await together(ada, ben);
    ada.close();
    await until('ben loads itself anew', () => ben.reloads === 1);
    assert.equal(ben.count('ipaddr'), 0);
  });
});

describe('a codelab page and one of ours on our server', () => {
  test('the page comes first', async () => {
    const { url } = await harness.serve();
    const page = await enter(url, 'foo');
    const ada = await join(url, 'foo', 'ada');
    await meet(ada, page);
    await sees(ada);
    assert.equal(only(ada)!.name, 'Guest');
    assert.deepEqual(page.faults, []);
  });

  test('the page comes second', async () => {
    const { url } = await harness.serve();
    const ada = await join(url, 'foo', 'ada');
    const page = await enter(url, 'foo');
    await meet(ada, page);
    assert.deepEqual(page.faults, []);
  });

  for (const first of [true, false]) {
    test(`the page's camera is allowed late, and it came ${first ? 'first' : 'second'}`, async () => {
      const { url } = await harness.serve();
      const { camera, allow } = gate();
      const early = first ? await enter(url, 'foo', { camera }) : undefined;
      const ada = await join(url, 'foo', 'ada');
      const page = early ?? (await enter(url, 'foo', { camera }));
      // Longer than ours waits for a page to offer.
      await until('ours has tried', () => [...world.wire.open].some(({ signalingState }) => signalingState === 'have-local-offer'));
      allow();
      await meet(ada, page, 8_000);
    });
  }

  test('sources that come and go, and a screen, never kill the page', async () => {
    const { url } = await harness.serve();
    const ada = await join(url, 'foo', 'ada', { camera: false });
    const page = await enter(url, 'foo');
    await meet(ada, page);
    await ada.camera.start();
    await ada.microphone.start();
    await ada.screen.start();
    const shown = ada.screen.track;
    await until('the page receives the screen', () => [...world.wire.open].some((connection) => connection.transceivers.some(({ receiver }) => world.wire.sentInto(receiver.track as unknown as MediaStreamTrack) === shown)));
    await ada.screen.stop();
    await ada.camera.stop();
    await meet(ada, page);
    assert.deepEqual(page.faults, []);
    assert.equal(ada.participants.size, 1);
  });

  test('hung up, reloaded, closed: ours sees it leave and come', async () => {
    const { url } = await harness.serve();
    const ada = await join(url, 'foo', 'ada');
    const page = await enter(url, 'foo');
    await meet(ada, page);
    page.hangUp();
    await until('it has left', () => ada.participants.size === 0);
    page.close();
    const again = await enter(url, 'foo');
    assert.equal(again.count('joined'), 1);
    await meet(ada, again);
    again.vanish();
    await until('it has left', () => ada.participants.size === 0);
  });

  test('ours leaves and another one comes: the page goes on', async () => {
    const { url } = await harness.serve();
    const page = await enter(url, 'foo');
    const ada = await join(url, 'foo', 'ada');
    await meet(ada, page);
    await ada.leave();
    await until('the page has heard it', () => page.state === 'none');
    const ben = await join(url, 'foo', 'ben');
    await meet(ben, page);
  });

  test('a page that hung up is back when another one of ours comes', async () => {
    const { url } = await harness.serve();
    const page = await enter(url, 'foo');
    const ada = await join(url, 'foo', 'ada');
    await meet(ada, page);
    page.hangUp();
    await until('it has left', () => ada.participants.size === 0);
    await assert.rejects(join(url, 'foo', 'cyd'), { code: 'room-full' });
    await ada.leave();
    const ben = await join(url, 'foo', 'ben');
    await meet(ben, page);
  });

  test('a lost socket of ours changes nothing', async () => {
    const { url } = await harness.serve();
    const page = await enter(url, 'foo');
    const person = world.person();
    const port = socketPort(url, undefined);
    let cut = (): void => {};
    person.ports.transport = {
      open(command, events) {
        const transport = port.open(command, events);
        cut = () => {
          transport.close();
          events.closed('cut');
        };
        return transport;
      },
    };
    const ada = await world.joinAs(person, 'foo', { user: 'ada', camera: true });
    harness.later(() => ada.leave());
    await meet(ada, page);
    cut();
    await until('it is back', () => ada.state === 'joined', 10_000);
    assert.ok(page.connected);
    assert.equal(page.count('bye'), 0);
    await ada.microphone.start();
    await meet(ada, page);
    assert.deepEqual(page.faults, []);
  });

  test('three are too many: ours is refused, and so is the page', async () => {
    const { url } = await harness.serve();
    const page = await enter(url, 'foo');
    const ada = await join(url, 'foo', 'ada');
    await meet(ada, page);
    await assert.rejects(join(url, 'foo', 'ben'), { code: 'room-full' });
    for (const user of ['ada', 'ben']) await join(url, 'bar', user);
    assert.ok((await enter(url, 'bar')).full);
  });

  test('step 6: a page without media and ours are connected, whoever comes first', async () => {
    const { url } = await harness.serve();
    const page = await open(CodelabDataPage, url, 'foo');
    const ada = await join(url, 'foo', 'ada');
    await meet(ada, page);
    const ben = await join(url, 'bar', 'ben');
    const other = await open(CodelabDataPage, url, 'bar');
    await meet(ben, other);
    assert.deepEqual([...page.faults, ...other.faults], []);
  });

  test('a classic client and a codelab page in one room', async () => {
    const { url } = await harness.serve();
    const page = await enter(url, 'foo');
    const kit = new ClassicClient(url, { user: 'kit', room: 'foo' });
    harness.later(() => kit.close());
    await kit.connect();
    await until('the classic client sees it', () => kit.roster.length === 2);
    await until('the page is told', () => page.count('join') === 1);
  });
});
