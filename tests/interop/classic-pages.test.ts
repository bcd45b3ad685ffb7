// Our SDK with the course's pages on a classic server with all its defects: late listening, encoded ids, pages that
// negotiate once, that wait for a call, that only watch or only publish. Sockets are real; connections are fakes that insist
// on what browsers insist on.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Meeting } from '../../web/sdk/meeting.ts';
import type { ClassicEdition } from '../support/classic-client.ts';
import { ClassicCourse } from '../support/classic-course.ts';
import { ClassicServer, asPublished } from '../support/classic-server.ts';
import { Harness } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
let course: ClassicCourse;
beforeEach(async () => (course = await ClassicCourse.begin(harness)));
afterEach(() => harness.close());

async function serve(edition: ClassicEdition, storeMs = 0): Promise<ClassicServer> {
  const server = await ClassicServer.start({ edition, defects: asPublished(edition), storeMs });
  harness.later(() => server.stop());
  return server;
}

const connected = (meeting: Meeting): string =>
  [...meeting.participants.values()].filter((one) => one.connection === 'connected').map((one) => one.id).sort().join();
const isWith = (meeting: Meeting, users: string, msMax?: number): Promise<unknown> =>
  until(`${meeting.me.id} is connected with ${users}`, () => connected(meeting) === users, msMax);

for (const edition of ['first', 'later'] satisfies ClassicEdition[]) {
  describe(`the ${edition} edition's server`, () => {
    for (const dialect of ['auto', 'classic'] as const) {
      test(`rooms and users with special names meet, each once (${dialect})`, async () => {
        const server = await serve(edition);
        const room = 'team/a:b=c&d+e %?#会';
        const ada = await course.join(server.url, room, 'a/d=a&1+', { dialect });
        const ben = await course.join(server.url, room, "b:e'n %41", { dialect });
        await Promise.all([isWith(ada, "b:e'n %41"), isWith(ben, 'a/d=a&1+')]);
        assert.deepEqual([ada.participants.size, ben.participants.size], [1, 1]);
        await ben.leave();
        await until('ben is gone', () => ada.participants.size === 0);
      });

      test(`it listens late: ours get in, and back in, and meet (${dialect})`, async () => {
        const server = await serve(edition, 60);
        const ada = await course.join(server.url, 'course', 'ada', { dialect });
        const ben = await course.join(server.url, 'course', 'ben', { dialect });
        await Promise.all([isWith(ada, 'ben'), isWith(ben, 'ada')]);
        server.cut('ben');
        await until('it is noticed', () => ben.state === 'reconnecting');
        await until('it is back', () => ben.state === 'joined', 10_000);
        await Promise.all([isWith(ada, 'ben', 15_000), isWith(ben, 'ada', 15_000)]);
      });
    }

    test('A1: two of ours share screens at the same moment, and both are seen', async () => {
      const server = await serve(edition);
      const ada = await course.join(server.url, 'course', 'ada');
      const ben = await course.join(server.url, 'course', 'ben');
      await Promise.all([isWith(ada, 'ben'), isWith(ben, 'ada')]);
      await Promise.all([ada.screen.start(), ben.screen.start()]);
      for (const [viewer, sender] of [[ada, ben], [ben, ada]] as const) {
        await until(`${viewer.me.id} sees the screen`, () => {
          const sent = sender.screen.track;
          return sent !== undefined && course.world.wire.sentInto(viewer.participants.get(sender.me.id)?.screen.track) === sent;
        });
      }
      assert.deepEqual([connected(ada), connected(ben)], ['ben', 'ada']);
    });

    test('a page that has a connection only once it is called is called', async () => {
      const server = await serve(edition);
      const page = await course.enter(server.url, { edition, user: 'page', room: 'course', page: 'one2one' });
      const ada = await course.join(server.url, 'course', 'ada', { connect: 'everyone' });
      await isWith(ada, 'page');
      assert.deepEqual(page.faults, []);
      assert.equal(page.envelopes('call').length, 1);
    });
  });
}

for (const [where, url] of [
  ['a classic server', async () => (await serve('later')).url],
  ['our server', async () => (await harness.serve()).url],
] as const) {
  test(`a publisher that never offers is seen soon at ${where}`, async () => {
    const at = await url();
    const ada = await course.join(at, 'show', 'ada');
    const publisher = await course.enter(at, { edition: 'later', user: 'star', room: 'show', page: 'one2many', publisher: true });
    await isWith(ada, 'star', 4_000);
    assert.deepEqual(publisher.faults, []);
  });
}
