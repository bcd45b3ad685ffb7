// Chat as an application sees it: what was said before one came, and who is typing; over the real cores.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Meeting } from '../../web/sdk/meeting.ts';
import type { Person } from '../support/fake-world.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { until } from '../support/waiting.ts';

let world: FakeWorld;
let meetings: Meeting[];

beforeEach(async () => {
  world = await FakeWorld.make();
  meetings = [];
});
afterEach(async () => {
  await Promise.all(meetings.map((meeting) => meeting.leave()));
  world.close();
});

async function enter(user: string): Promise<{ meeting: Meeting; person: Person }> {
  const joined = await world.join('standup', { user });
  meetings.push(joined.meeting);
  return joined;
}
const lines = (meeting: Meeting): string[] => meeting.chat.history.map(({ from, text }) => `${from}: ${text}`);

test('history: who comes later has what was said to all when join resolves, and none of it twice after a lost connection', async () => {
  const ada = await enter('ada');
  const ben = await enter('ben');
  await ada.meeting.chat.send('one');
  await ben.meeting.chat.send('two');
  await ada.meeting.chat.send('psst', { to: 'ben' });
  const cyd = await enter('cyd');
  assert.deepEqual(lines(cyd.meeting), ['ada: one', 'ben: two']);
  cyd.person.cutSocket();
  await until('it is noticed', () => cyd.meeting.state === 'reconnecting');
  await ada.meeting.chat.send('three');
  await until('it has come', () => cyd.meeting.chat.history.length >= 3);
  assert.deepEqual(lines(cyd.meeting), ['ada: one', 'ben: two', 'ada: three']);
  // After a reload one's own words are there too.
  await ada.meeting.leave();
  const again = await enter('ada');
  assert.deepEqual(lines(again.meeting), ['ada: one', 'ben: two', 'ada: three']);
  await cyd.meeting.chat.send('four');
  await until('it goes on', () => again.meeting.chat.history.length === 4);
});

test('typing: is shown of the others, and ends with the message, or when it is given up', async () => {
  const ada = await enter('ada');
  const ben = await enter('ben');
  const shown = (): boolean | undefined => ben.meeting.participants.get('ada')?.typing;
  const seen: boolean[] = [];
  ben.meeting.on('participant-changed', ({ typing }) => typing !== seen.at(-1) && seen.push(typing));
  ada.meeting.chat.typing();
  await until('ben sees it', shown);
  assert.equal(ben.meeting.snapshot.participants[0]?.typing, true);
  assert.equal(ada.meeting.me.typing, false);
  await ada.meeting.chat.send('there');
  await until('it is over with the message', () => shown() === false);
  assert.equal(ben.meeting.chat.history.at(-1)?.text, 'there');
  await until('she types again', () => {
    ada.meeting.chat.typing();
    return shown();
  });
  ada.meeting.chat.typing(false);
  await until('and gives it up', () => shown() === false);
  await ada.meeting.leave();
  ada.meeting.chat.typing();
});
