// Our SDK on the codelab's servers, which are socket.io 2, in all variants and with all their defects: with the codelab's pages
// and with its own kind. Sockets are real; connections are fakes that insist on what browsers insist on.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { socketPort } from '../../bindings/browser/socket.ts';
import type { JoinOptions } from '../../web/sdk/join.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { CodelabDataPage, CodelabPage } from '../support/codelab-page.ts';
import type { CodelabPageOptions } from '../support/codelab-page.ts';
import { peersOn, reportDeadEnds } from '../support/codelab-peers.ts';
import { CodelabServer, codelabVariants } from '../support/codelab-server.ts';
import type { CodelabVariant } from '../support/codelab-server.ts';
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

async function serve(variant: CodelabVariant, port?: number): Promise<CodelabServer> {
  const server = await CodelabServer.start(variant, port);
  harness.later(() => server.stop());
  return server;
}

async function enter(server: CodelabServer, room: string, options: Partial<CodelabPageOptions> = {}): Promise<AnyPage> {
  const Kind = server.variant === 'step 6' ? CodelabDataPage : CodelabPage;
  const page = new Kind(server.url, { room, ...peersOn(world.wire), ...options });
  harness.later(() => page.vanish());
  await page.open();
  await until('it is told something', () => page.count('created') + page.count('joined') + page.count('full') === 1);
  return page;
}

async function join(server: CodelabServer, room: string, user: string, options: Partial<JoinOptions> = {}): Promise<Meeting> {
  const person = world.person();
  person.ports.transport = socketPort(server.url, undefined);
  const meeting = await world.joinAs(person, room, { user, camera: true, dialect: 'codelab', ...options });
  harness.later(() => meeting.leave());
  return meeting;
}

const only = (meeting: Meeting) => (meeting.participants.size === 1 ? [...meeting.participants.values()][0] : undefined);
const isWith = (meeting: Meeting, msMax?: number): Promise<unknown> =>
  until(`${meeting.me.id} is connected`, () => only(meeting)?.connection === 'connected', msMax);
async function meet(meeting: Meeting, page: AnyPage, msMax?: number): Promise<void> {
  await until(`${meeting.me.id} is connected: ${page.faults.join()}`, () => only(meeting)?.connection === 'connected', msMax);
  await until(`the page is connected: ${page.faults.join()}`, () => page.connected);
}
const gone = (meeting: Meeting): Promise<unknown> =>
  until(`${meeting.me.id} is alone`, () => {
    reportDeadEnds(world.wire);
    return meeting.participants.size === 0;
  });
const sees = (viewer: Meeting, sender: Meeting): Promise<unknown> =>
  until(`${viewer.me.id} sees ${sender.me.id}`, () => {
    const sent = sender.camera.track;
    return sent !== undefined && world.wire.sentInto(only(viewer)?.camera.track) === sent;
  });

for (const variant of codelabVariants) {
  describe(`Meetwire on the codelab's server of ${variant}`, () => {
    test('two of ours see each other; one leaves, another comes', async () => {
      const server = await serve(variant);
      const ada = await join(server, 'foo', 'ada');
      assert.equal(ada.dialect, 'codelab');
      const ben = await join(server, 'foo', 'ben');
      await Promise.all([sees(ada, ben), sees(ben, ada)]);
      await assert.rejects(join(server, 'foo', 'cyd'), { code: 'room-full' });
      await ben.leave();
      await until('ben is gone', () => ada.participants.size === 0);
      await until('his place is free', () => server.inRoom('foo') === 1);
      const dan = await join(server, 'foo', 'dan');
      await Promise.all([sees(ada, dan), sees(dan, ada)]);
    });

    test('two of ours share screens at the same moment, and both are seen', async () => {
      const server = await serve(variant);
      const ada = await join(server, 'foo', 'ada');
      const ben = await join(server, 'foo', 'ben');
      await Promise.all([sees(ada, ben), sees(ben, ada)]);
      await Promise.all([ada.screen.start(), ben.screen.start()]);
      for (const [viewer, sender] of [[ada, ben], [ben, ada]] as const) {
        await until(`${viewer.me.id} sees the screen`, () => {
          const sent = sender.screen.track;
          return sent !== undefined && world.wire.sentInto(only(viewer)?.screen.track) === sent;
        });
      }
    });

    test('a page and ours, whoever comes first; it closes, and comes again', async () => {
      const server = await serve(variant);
      const page = await enter(server, 'foo');
      const ada = await join(server, 'foo', 'ada');
      await meet(ada, page);
      assert.equal(only(ada)!.id, 'guest');
      page.close();
      await gone(ada);
      await until('its place is free', () => server.inRoom('foo') === 1);
      const again = await enter(server, 'foo');
      assert.equal(again.count('joined'), 1);
      await meet(ada, again);
    });

    test('a page that vanishes is replaced by whoever comes', async () => {
      const server = await serve(variant);
      const ada = await join(server, 'foo', 'ada');
      const page = await enter(server, 'foo');
      await meet(ada, page);
      page.vanish();
      await until('its place is free', () => server.inRoom('foo') === 1);
      const next = await enter(server, 'foo');
      await meet(ada, next);
    });

    test('ours leaves: the page has heard it, or its connection has', async () => {
      const server = await serve(variant);
      const page = await enter(server, 'foo');
      const ada = await join(server, 'foo', 'ada');
      await meet(ada, page);
      await ada.leave();
      if (variant === 'step 6') await until('the page has heard it', () => page.count('bye') === 1);
      else await until('the page has ended its call', () => page.state === 'none');
    });

    test('others on the server are strangers: nothing of theirs ends or confuses a call', async () => {
      const server = await serve(variant);
      const ada = await join(server, 'foo', 'ada');
      const ben = await join(server, 'foo', 'ben');
      await Promise.all([sees(ada, ben), sees(ben, ada)]);
      const eve = await enter(server, 'bar');
      const fay = await join(server, 'bar', 'fay');
      await meet(fay, eve);
      await fay.leave();
      eve.close();
      await until('they are gone', () => server.inRoom('bar') === 0);
      const gil = await enter(server, 'baz');
      gil.sendMessage({ type: 'offer', sdp: ([...world.wire.open][0] as unknown as RTCPeerConnection).localDescription!.sdp.replace(/fingerprint:sha-256 \w+/g, 'fingerprint:sha-256 other') });
      gil.sendMessage('bye');
      await ada.microphone.start();
      await until('ben hears ada', () => world.wire.sentInto(only(ben)?.microphone.track) === ada.microphone.track);
      await Promise.all([isWith(ada), isWith(ben), sees(ada, ben)]);
    });

    test('a lost socket comes back, and the connection has stood meanwhile', async () => {
      const server = await serve(variant);
      const ada = await join(server, 'foo', 'ada');
      const ben = await join(server, 'foo', 'ben');
      await Promise.all([sees(ada, ben), sees(ben, ada)]);
      const made = world.wire.made;
      server.cut('foo');
      await until('it is noticed', () => ada.state === 'reconnecting' && ben.state === 'reconnecting');
      await until('both are back', () => ada.state === 'joined' && ben.state === 'joined', 10_000);
      await until('and in the room', () => server.inRoom('foo') === 2);
      await Promise.all([isWith(ada), isWith(ben)]);
      await ada.microphone.start();
      await until('ben hears ada', () => world.wire.sentInto(only(ben)?.microphone.track) === ada.microphone.track, 15_000);
      assert.ok(world.wire.made <= made + 4, 'no more connections than for one more beginning each');
    });
  });
}

test('a page whose camera is allowed late is met, whoever comes first', async () => {
  for (const first of [true, false]) {
    const server = await serve('step 4');
    let allow = (): void => {};
    const camera = new Promise<void>((resolve) => (allow = resolve));
    const early = first ? await enter(server, 'foo', { camera }) : undefined;
    const ada = await join(server, 'foo', 'ada');
    const page = early ?? (await enter(server, 'foo', { camera }));
    await until('ours has tried, and the page has thrown', () => page.faults.length > 0, 3_000);
    allow();
    await meet(ada, page, 8_000);
  }
});

test('hung up without leaving: the page has left, and is met again only by its own wish', async () => {
  const server = await serve('step 4');
  const ada = await join(server, 'foo', 'ada');
  const page = (await enter(server, 'foo')) as CodelabPage;
  await meet(ada, page);
  page.hangUp();
  await gone(ada);
  assert.equal(page.state, 'none');
});

test('auto finds such a server by what the socket says of it, and goes on with the other library', async () => {
  const server = await serve('step 4');
  const page = await enter(server, 'foo');
  const person = world.person();
  person.ports.transport = socketPort(server.url, undefined);
  const loaded: string[] = [];
  const ada = await world.joinAs(person, 'foo', { user: 'ada', camera: true }, (which) => void loaded.push(which));
  harness.later(() => ada.leave());
  assert.equal(ada.dialect, 'codelab');
  assert.deepEqual(loaded, ['core', 'legacy']);
  await meet(ada, page);
  assert.equal(person.media.asked.length, 1);
});

test('what such servers have no words for is refused with a reason', async () => {
  const server = await serve('text');
  const ada = await join(server, 'foo', 'ada');
  await assert.rejects(ada.chat.send('hello'), { code: 'invalid-argument' });
  await assert.rejects(ada.setName('Ada'), { code: 'invalid-argument' });
  await assert.rejects(join(server, undefined as never, 'ada'), { code: 'invalid-argument' });
});
