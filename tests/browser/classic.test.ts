// The classic protocol between real browsers: its clients on our server, and our SDK on its server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClassicEdition } from '../support/classic-client.ts';
import { ClassicServer } from '../support/classic-server.ts';
import { closeAll, type Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

const stage = useStage();

/** A page with a classic client on it, connected to a room; what it receives is shown in <video> elements. */
async function joinClassic(room: string, user: string, edition: ClassicEdition): Promise<Guest> {
  const guest = await stage.arrive();
  guest.id = user;
  await guest.page.evaluate(
    async (to, as, which) => {
      const { browserPeers, ClassicClient } = window.fixture;
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 }, audio: true });
      const show = (from: string, { track, streams }: RTCTrackEvent) => {
        if (track.kind !== 'video') return;
        const video = document.createElement('video');
        video.muted = true;
        video.dataset['from'] = from;
        video.srcObject = streams[0] ?? new MediaStream([track]);
        document.body.append(video);
        void video.play();
      };
      window.classic = new ClassicClient(location.origin, {
        edition: which as 'first' | 'later',
        user: as,
        room: to,
        nickname: `${as}'s nickname`,
        peers: browserPeers(stream, show),
      });
      await window.classic.connect();
    },
    room,
    user,
    edition,
  );
  return guest;
}

async function classicSees(guest: Guest, other: Guest): Promise<void> {
  await guest.page.waitForFunction(
    (from) => {
      const videos = [...document.querySelectorAll<HTMLVideoElement>('video[data-from]')];
      return videos.some((video) => video.dataset['from'] === from && video.getVideoPlaybackQuality().totalVideoFrames > 10);
    },
    { timeout: 30_000, polling: 100 },
    other.id,
  );
}

for (const edition of ['first', 'later'] as const) {
  test(`a classic client of the ${edition} edition and ours see each other on our server, whoever comes first`, async () => {
    const room = `classic ${edition}`;
    const ada = await stage.join(room, { name: 'Ada' });
    const ben = await joinClassic(room, 'ben', edition);
    const cleo = await stage.join(room, { name: 'Cleo' });
    try {
      await Promise.all([ada.isWith(ben, cleo), cleo.isWith(ada, ben)]);
      await Promise.all([ada.sees(ben), cleo.sees(ben), classicSees(ben, ada), classicSees(ben, cleo)]);
      assert.equal(
        await ada.do((meeting) => meeting.participants.get('ben')?.name),
        edition === 'later' ? "ben's nickname" : 'ben',
      );
      assert.deepEqual(await ben.page.evaluate(() => window.classic.faults), []);
      await ben.page.evaluate(() => window.classic.close());
      await Promise.all([ada.isWith(cleo), cleo.isWith(ada)]);
      await ada.assertNoErrors();
    } finally {
      await closeAll([ada, ben, cleo]);
    }
  });

  test(`two of ours find each other on a classic server of the ${edition} edition`, async () => {
    const server = await ClassicServer.start({ edition });
    const options = { url: server.url };
    const ada = await stage.join('course', { user: 'ada', ...options });
    const ben = await stage.join('course', { user: 'ben', ...options });
    try {
      assert.equal(await ada.do((meeting) => meeting.dialect), 'classic');
      await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
      await Promise.all([ada.sees(ben), ben.sees(ada)]);
      await ben.page.evaluate(() => window.meeting.screen.start(window.fixture.drawnTrack()).then(() => undefined));
      await ada.page.evaluate(() => window.meeting.chat.send('hello'));
      await ben.until('has read it', () => window.meeting.chat.history.at(-1)?.text === 'hello');
      await ben.leave();
      await ada.isWith();
    } finally {
      await closeAll([ada, ben]);
      await server.stop();
    }
  });
}
