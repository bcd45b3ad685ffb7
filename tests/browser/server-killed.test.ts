// A server that is killed and started again, with nothing or with its rooms kept: real processes, real Chromium.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { serveInProcess } from '../support/server-process.ts';
import type { Run } from '../support/server-process.ts';
import { closeAll, type Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

declare global {
  interface Window {
    /** What a test has seen happen to the meeting. */
    story: string[];
  }
}

const stage = useStage();
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const serving = (port: string, ...words: string[]): Promise<Run> =>
  serveInProcess((end) => void ends.push(end), '--port', port, '--origin', stage.site.url.replace(/\/$/, ''), ...words);

const watch = (guest: Guest): Promise<void> =>
  guest.do((meeting) => {
    window.story = [];
    meeting.on('participant-left', ({ participant }) => window.story.push(`left ${participant.id}`));
    meeting.on('participant-joined', ({ id }) => window.story.push(`joined ${id}`));
    meeting.on('state', ({ state }) => window.story.push(state));
  });

const seesFurther = async (guest: Guest, frames = 40): Promise<void> => {
  const before = await guest.page.evaluate(() => window.fixture.framesDecoded());
  await guest.until('decodes further frames', async (count, more) => (await window.fixture.framesDecoded()) > count + more, before, frames);
};

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const keeping = (): string[] => {
  folders.push(mkdtempSync(join(tmpdir(), 'meetwire-')));
  return ['--data', folders.at(-1)!];
};

for (const [how, words] of [['empty', (): string[] => []], ['with its rooms', keeping]] as const) {
  test(`D10: the server is killed and comes back ${how}: nobody leaves, every connection is the one that it was, pictures never stop`, async () => {
    const options = words();
    const first = await serving('0', ...options);
    const url = first.url;
    const guests: Guest[] = [];
    try {
      for (const user of ['ada', 'ben', 'cid']) guests.push(await stage.join('killed', { user, url }));
      for (const guest of guests) await guest.isWith(...guests.filter((other) => other !== guest));
      for (const guest of guests) await watch(guest);

      first.child.kill('SIGKILL');
      for (const guest of guests) await guest.until('is reconnecting', () => window.meeting.state === 'reconnecting');
      for (const guest of guests) await seesFurther(guest);
      const chat = guests[0]!.do((meeting) => meeting.chat.send('said without a server'));
      await serving(new URL(url).port, ...options);
      for (const guest of guests) {
        await guest.until('is back', () => window.meeting.state === 'joined');
        await guest.isWith(...guests.filter((other) => other !== guest));
      }
      await chat;
      for (const guest of guests) await seesFurther(guest);
      for (const guest of guests) {
        assert.deepEqual(await guest.page.evaluate(() => window.story), ['reconnecting', 'joined']);
        assert.deepEqual(await guest.page.evaluate(() => window.probe.connections.map((each) => each.connectionState)), ['connected', 'connected']);
      }
      // What changes from now on is negotiated over the same connections.
      await guests[1]!.do((meeting) => meeting.camera.stop());
      await guests[0]!.until('sees that the camera is off', () => window.meeting.participants.get('ben')?.camera.on === false);
      await guests[1]!.do((meeting) => meeting.screen.start());
      await guests[2]!.sees(guests[1]!, 'screen');
      assert.deepEqual(await guests[2]!.page.evaluate(() => window.probe.connections.length), 2);
      for (const guest of guests) await guest.assertNoErrors();
    } finally {
      await closeAll(guests);
    }
  });
}
