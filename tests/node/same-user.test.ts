// The same user once more: from the same page, after its reload, and from a stranger.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { Claims } from '../../bindings/browser/claims.ts';
import { PageMemory, type Storage } from '../../bindings/browser/memory.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { until } from '../support/waiting.ts';

let world: FakeWorld;
const meetings: Meeting[] = [];
let ids = 0;

beforeEach(async () => {
  world = await FakeWorld.make();
});
afterEach(async () => {
  await Promise.all(meetings.splice(0).map((meeting) => meeting.leave()));
  world.close();
});

/** What a tab keeps over reloads; each load of it has a memory of its own. */
function tab(): { load(): Claims } {
  const kept = new Map<string, string>();
  const storage: Storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => void kept.set(key, text) };
  return { load: () => new Claims(new PageMemory('claims', () => storage), () => `claim-${++ids}-abcdefghijklmnopqrstuvwxyz`) };
}

async function enter(page: Claims, user = 'ada', room = 'r'): Promise<Meeting> {
  const person = world.person();
  person.ports.claims = page.at('server');
  const meeting = await world.joinAs(person, room, { user });
  meetings.push(meeting);
  return meeting;
}

const left = (meeting: Meeting) => until(`${meeting.me.id} is out`, () => meeting.state === 'left');

describe('M8: the same user twice', () => {
  test('at once from one page: the second is inside, and the first is told by whom', async () => {
    const page = tab().load();
    const first = enter(page);
    const second = enter(page);
    await assert.rejects(first, { code: 'replaced' });
    assert.equal((await second).state, 'joined');
  });

  for (const [what, again] of [['from one page', (_: unknown, page: Claims) => page], ['after a reload that overtakes the goodbye', ({ load }: ReturnType<typeof tab>) => load()]] as const) {
    test(`${what}, the first inside: it takes the place, with the role, and to the others it is there once`, async () => {
      const own = tab();
      const page = own.load();
      const first = await enter(page);
      const ben = await enter(tab().load(), 'ben');
      assert.equal(first.me.role, 'host');
      await first.chat.send('hello');
      const second = await enter(again(own, page));
      await left(first);
      assert.equal(first.error?.code, 'replaced');
      assert.equal(second.me.role, 'host');
      await until('ben has one ada, and a link to it', () => ben.participants.size === 1 && ben.participants.get('ada')?.connection === 'connected');
      await ben.chat.send('and again');
      await until('it arrives', () => second.chat.history.some(({ text }) => text === 'and again'));
      assert.equal(second.state, 'joined', 'nobody takes it back');
    });
  }

  test('F1, F4: another page is a stranger, and the one inside is not touched', async () => {
    const ada = await enter(tab().load());
    await assert.rejects(enter(tab().load()), { code: 'id-taken' });
    assert.equal(ada.state, 'joined');
  });

  test('what is over is over: after the meeting was ended the same page begins the next one', async () => {
    const page = tab().load();
    const host = await enter(tab().load(), 'host');
    const ada = await enter(page);
    await host.moderation.end();
    await left(ada);
    assert.equal(ada.error?.code, 'meeting-ended');
    assert.equal((await enter(page)).state, 'joined');
  });

  test('a third time at once: it is the second that is taken back, also when the first has been told already', () => {
    const claims = tab().load().at('server');
    const replaced: string[] = [];
    const [first, second] = ['first', 'second'].map((which) => claims.take('r', 'u', () => replaced.push(which)));
    assert.deepEqual(replaced, ['first']);
    first!.settled();
    const third = claims.take('r', 'u', () => replaced.push('third'));
    assert.deepEqual(replaced, ['first', 'second']);
    second!.settled();
    third.settled();
    claims.take('r', 'u', () => undefined);
    assert.deepEqual(replaced, ['first', 'second'], 'who is inside is not under way');
  });

  test('each room, user and server has its own', () => {
    const page = tab().load();
    const secrets = [['a', 'r', 'u'], ['b', 'r', 'u'], ['a', 's', 'u'], ['a', 'r', 'v'], ['a', 'r', 'u']].map(([server, room, user]) => page.at(server!).take(room!, user!, () => {}).secret);
    assert.equal(new Set(secrets).size, 4);
    assert.equal(secrets[0], secrets[4]);
  });
});
