// The course's pages and ours, at the course's servers and at ours: the page that comes second, screens to a page that
// negotiates once, viewers that look for a publisher, and what is written over the pages' own data channels.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Meeting } from '../../web/sdk/meeting.ts';
import type { FakePeerConnection } from '../../web/testing/fake-peer-connection.ts';
import type { ClassicEdition } from '../support/classic-client.ts';
import { ClassicCourse } from '../support/classic-course.ts';
import { ClassicServer, asPublished } from '../support/classic-server.ts';
import { Harness } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
let course: ClassicCourse;
beforeEach(async () => (course = await ClassicCourse.begin(harness)));
afterEach(() => harness.close());

const isWith = (meeting: Meeting, user: string): Promise<unknown> =>
  until(`${meeting.me.id} is connected with ${user}`, () => meeting.participants.get(user)?.connection === 'connected');
const lines = (meeting: Meeting): string[] => meeting.chat.history.map(({ from, text }) => `${from}: ${text}`);

const servers: [string, ClassicEdition, () => Promise<string>][] = [];
for (const edition of ['first', 'later'] satisfies ClassicEdition[]) {
  servers.push([`the ${edition} edition's server`, edition, async () => {
    const server = await ClassicServer.start({ edition, defects: asPublished(edition), storeMs: 0 });
    harness.later(() => server.stop());
    return server.url;
  }]);
  servers.push([`our server, with a page of the ${edition} edition`, edition, async () => (await harness.serve()).url]);
}

for (const [where, edition, start] of servers) {
  describe(where, () => {
    test('a page that comes second offers, and is answered; both see each other', async () => {
      const url = await start();
      const ada = await course.join(url, 'course', 'ada');
      const page = await course.enter(url, { edition, user: 'page', room: 'course' });
      await isWith(ada, 'page');
      await until('the page is connected too', () => page.connectedPeers.includes('ada'));
      await until('the camera is on there', () => ada.participants.get('page')?.camera.on === true);
      assert.deepEqual(page.faults, []);
    });

    for (const first of ['ours', 'the page'] as const) {
      test(`a screen goes to a page, which is not negotiated with again, when ${first} was there first`, async () => {
        const url = await start();
        const early = first === 'the page' ? await course.enter(url, { edition, user: 'page', room: 'course' }) : undefined;
        const ada = await course.join(url, 'course', 'ada');
        const page = early ?? (await course.enter(url, { edition, user: 'page', room: 'course' }));
        await isWith(ada, 'page');
        await ada.screen.start();
        const shown = (): MediaStreamTrack | null | undefined => {
          const [connection] = [...course.world.wire.open].filter((one) => one.channels[0]?.label === 'ada-page') as FakePeerConnection[];
          return connection?.transceivers.find(({ kind, sender }) => kind === 'video' && sender.track === ada.screen.track)?.sender.track;
        };
        await until('the screen is sent', () => ada.screen.track !== undefined && shown() === ada.screen.track);
        await ada.screen.stop();
        await until('the camera is sent again', () => shown() === undefined);
        assert.equal(ada.participants.get('page')?.connection, 'connected');
        assert.deepEqual(page.connectedPeers, ['ada']);
        assert.deepEqual(page.faults, []);
      });

      test(`what is written over a page's data channel is shown, and can be answered, when ${first} was there first`, async () => {
        const url = await start();
        const early = first === 'the page' ? await course.enter(url, { edition, user: 'page', room: 'course' }) : undefined;
        const ada = await course.join(url, 'course', 'ada');
        const page = early ?? (await course.enter(url, { edition, user: 'page', room: 'course' }));
        await isWith(ada, 'page');
        await until('the page can write', () => page.write('hello from the page') === 1);
        await until('it is shown', () => lines(ada).includes('page: hello from the page'));
        await ada.chat.send('hello, page');
        await until('the page has it', () => page.texts.length > 0);
        assert.deepEqual(page.texts, ['ada: hello, page']);
        page.write('twice');
        page.write('twice');
        await until('each is shown', () => lines(ada).filter((line) => line === 'page: twice').length === 2);
        assert.equal(new Set(ada.chat.history.map(({ from, id }) => `${from} ${id}`)).size, ada.chat.history.length);
        assert.deepEqual(page.faults, []);
      });
    }

    // The published first edition drops what clients say to all; between ours that is told as an error.
    if (where !== "the first edition's server") test('two of ours write to each other once each, though a page is with them', async () => {
      const url = await start();
      const ada = await course.join(url, 'course', 'ada');
      const ben = await course.join(url, 'course', 'ben');
      const page = await course.enter(url, { edition, user: 'page', room: 'course' });
      await Promise.all([isWith(ada, 'ben'), isWith(ben, 'ada'), isWith(ada, 'page'), isWith(ben, 'page')]);
      await until('the page can write to both', () => page.write('from the page') === 2);
      await ada.chat.send('from ada');
      await until('all have it', () => page.texts.length > 0 && lines(ben).includes('ada: from ada'));
      await ben.chat.send('from ben');
      await until('all have the last', () => page.texts.length > 1 && lines(ada).includes('ben: from ben'));
      for (const meeting of [ada, ben]) {
        for (const said of ['ada: from ada', 'ben: from ben', 'page: from the page']) {
          assert.equal(lines(meeting).filter((line) => line === said).length, 1, `${meeting.me.id}: ${said}`);
        }
      }
      assert.deepEqual([...page.texts].sort(), ['ada: from ada', 'ben: from ben']);
    });
  });
}

for (const [where, start] of [
  ['the later edition\'s server', servers.find(([name]) => name.startsWith('the later'))![2]],
  ['our server', async () => (await harness.serve()).url],
] as const) {
  test(`viewers' pages find ours as the publisher at ${where}`, async () => {
    const url = await start();
    const ada = await course.join(url, 'show', 'ada');
    const viewer = await course.enter(url, { edition: 'later', user: 'viewer', room: 'show', page: 'one2many', patienceMs: 20 });
    await until('the viewer is connected', () => viewer.connectedPeers.includes('ada'));
    await isWith(ada, 'viewer');
    assert.deepEqual(viewer.faults, []);
  });
}
