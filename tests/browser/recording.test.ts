// Recordings in Chromium: what is in the file, how long it is, and that it goes on when nobody looks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchChromium } from '../support/browsers.ts';
import { arrange } from '../../web/sdk/record/layout.ts';
import { installFilm, recordMore, type Spot } from './support/film.ts';
import { closeAll, Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

const stage = useStage();

const colours = { red: [220, 30, 30], blue: [30, 30, 220], gold: [220, 180, 20], green: [20, 160, 40] } as const;
const tones = { ada: 440, ben: 1000, cleo: 2600 } as const;
const size = { width: 640, height: 360 };

async function enter(room: string, user: keyof typeof tones, colour: keyof typeof colours, browser = stage.browser): Promise<Guest> {
  const guest = await Guest.arrive(browser, stage.site);
  await guest.page.evaluate(installFilm);
  await guest.join(room, { user, name: user, camera: false, microphone: false });
  await guest.page.evaluate((rgb, hertz) => window.film.appear(`rgb(${rgb})`, hertz), colours[colour].join(), tones[user]);
  return guest;
}

/** The middles of the tiles, a little below: there is no bar there, and no initial's letter. */
const spots = (screens: number, people: number): Spot[] =>
  arrange('screen-first', screens, people, size.width, size.height).map(({ x, y, width, height }) => ({ x: x + width * 0.5, y: y + height * 0.62 }));

function assertColours(found: readonly number[][], wanted: readonly (keyof typeof colours)[], when: string): void {
  const named = found.map((rgb) => {
    const [name] = Object.entries(colours).find(([, each]) => each.every((value, at) => Math.abs(value - (rgb[at] ?? 0)) < 40)) ?? [rgb.join()];
    return name;
  });
  assert.deepEqual(named, wanted, when);
}

/** In seconds: what a busy machine takes from the moment it was asked for the time to the one when it stops. The pause is longer. */
const slack = 1;
const near = (what: string, found: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what}: ${found}, not ${wanted} ± ${tolerance}`);

test('three people, with one who comes, one who leaves and one who mutes: all of it is in the file, at its time', async () => {
  const guests: Guest[] = [];
  try {
    const ada = await enter('film', 'ada', 'red');
    const ben = await enter('film', 'ben', 'blue');
    guests.push(ada, ben);
    await Promise.all([ada.isWith(ben), ada.sees(ben), ben.sees(ada)]);
    await ada.page.evaluate(async (wish) => {
      const asked = performance.now();
      window.film.recording = await window.meeting.record({ ...wish, chunkInterval: 250 });
      Object.assign(window.film.results, { asked, began: performance.now() });
    }, size);
    await ben.until('sees that ada records', () => window.meeting.participants.get('ada')?.attributes['recording'] === 'on');
    const two = await recordMore(ada, 1200);

    const cleo = await enter('film', 'cleo', 'gold');
    guests.push(cleo);
    await Promise.all([ada.isWith(ben, cleo), ada.sees(cleo)]);
    const three = await recordMore(ada, 1200);

    await ben.leave();
    await ada.isWith(cleo);
    const withoutBen = await recordMore(ada, 1200);

    await ada.do((meeting) => meeting.microphone.mute());
    await cleo.do((meeting) => meeting.camera.mute());
    await ada.until('cleo has no camera', () => window.meeting.participants.get('cleo')?.camera.on === false);
    const muted = await recordMore(ada, 1200);

    const { least, most, facts, own } = await ada.page.evaluate(async () => {
      const { asked, began } = window.film.results as Record<string, number>;
      const least = (performance.now() - began!) / 1000;
      const file = await window.film.recording.stop();
      const most = (performance.now() - asked!) / 1000;
      return { least, most, facts: await window.film.open(file!), own: window.film.recording.duration / 1000 };
    });
    // Three frames, and a packet of sound.
    assert.ok(facts.duration > least - 0.2 && facts.duration < most + 0.2, `${facts.duration} s, not between ${least} and ${most} by the clock`);
    near('the duration by the recording itself', facts.duration, own, 0.002);
    near('how far one can seek', facts.seekable, facts.duration, 0.002);
    assert.deepEqual([facts.width, facts.height, facts.name], [size.width, size.height, 'film.webm']);
    assert.match(facts.type, /^video\/webm/);

    const at = (seconds: number, where: Spot[]) => ada.page.evaluate((time, all) => window.film.colours(time, all), seconds - 0.3, where);
    // Back and forth, so that it has to seek.
    assertColours(await at(withoutBen, spots(0, 2)), ['red', 'gold'], 'without ben');
    assertColours(await at(two, spots(0, 2)), ['red', 'blue'], 'two');
    assertColours(await at(three, spots(0, 3)), ['red', 'blue', 'gold'], 'three');
    const [red, initial] = await at(muted, spots(0, 2));
    assertColours([red!], ['red'], 'muted');
    assert.ok(Math.max(...initial!) < 210 && Math.max(...initial!) > 30, `cleo's initial, not her camera: ${initial}`);

    const heard = async (end: number): Promise<boolean[]> => {
      const strengths = await ada.page.evaluate((to, hertz) => window.film.tones(to - 0.8, to - 0.1, hertz), end, Object.values(tones));
      return strengths.map((strength) => strength > 0.03);
    };
    assert.deepEqual(await heard(two), [true, true, false], 'ada and ben are heard');
    assert.deepEqual(await heard(three), [true, true, true], 'cleo too');
    assert.deepEqual(await heard(withoutBen), [true, false, true], 'ben no more');
    assert.deepEqual(await heard(muted), [false, false, true], 'ada has muted');
    await cleo.until('sees that ada records no more', () => window.meeting.participants.get('ada')?.attributes['recording'] === undefined);
    await ada.assertNoErrors();
  } finally {
    await closeAll(guests);
  }
});

test('a tab in the background goes on recording, as fast as before', async () => {
  const guests: Guest[] = [];
  // As people have it: for tests it is told to treat all tabs alike.
  const browser = await launchChromium({
    ignoreDefaultArgs: ['--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding'],
  });
  try {
    const ada = await enter('hidden', 'ada', 'red', browser);
    const ben = await enter('hidden', 'ben', 'blue');
    guests.push(ada, ben);
    await Promise.all([ada.isWith(ben), ada.sees(ben)]);
    await ada.page.evaluate(async (wish) => void (window.film.recording = await window.meeting.record(wish)), size);
    const shown = await recordMore(ada, 1200);
    const other = await ada.page.browserContext().newPage();
    await other.bringToFront();
    await ada.until('nobody sees the page', () => document.visibilityState === 'hidden');
    const hidden = await recordMore(ada, 300);
    const slow = await ada.page.evaluate(async () => {
      const begun = performance.now();
      for (let turn = 0; turn < 3; ++turn) await new Promise((resolve) => setTimeout(resolve, 10));
      return performance.now() - begun;
    });
    assert.ok(slow > 500, `timers are not slowed down (${slow} ms): this is no background`);
    await recordMore(ada, 1500);
    await ben.page.evaluate((rgb) => window.film.paint(`rgb(${rgb})`), colours.green.join());
    const later = await recordMore(ada, 2000);
    const file = await ada.page.evaluate(async () => window.film.open((await window.film.recording.stop())!));
    await ada.page.bringToFront();
    near('the duration', file.duration, later, slack);
    const at = (seconds: number) => ada.page.evaluate((time, all) => window.film.colours(time, all), seconds, spots(0, 2));
    assertColours(await at(shown), ['red', 'blue'], 'before');
    assertColours(await at(later - 0.3), ['red', 'green'], 'what changed while it was hidden');
    // Ben's bar wanders twenty times a second, and 25 pictures are drawn in it.
    const pictures = await ada.page.evaluate((from, to) => window.film.pictures(from, to, 20), hidden, hidden + 2);
    assert.ok(pictures >= 14, `${pictures} of 20 pictures differ`);
  } finally {
    await closeAll(guests);
    await browser.close();
  }
});

test('one person alone, with the shared screen in the large place; it ends when they leave', async () => {
  const guests: Guest[] = [];
  try {
    const ada = await enter('one', 'ada', 'red');
    const ben = await enter('one', 'ben', 'blue');
    guests.push(ada, ben);
    await Promise.all([ada.isWith(ben), ada.sees(ben)]);
    await ada.page.evaluate(async (wish) => {
      const recording = (window.film.recording = await window.meeting.participants.get('ben')!.record(wish));
      recording.on('stop', ({ reason }) => (window.film.results['reason'] = reason));
    }, size);
    const alone = await recordMore(ada, 1000);
    await ben.page.evaluate(async (rgb) => {
      const canvas = document.createElement('canvas');
      canvas.width = 320;
      canvas.height = 180;
      const pen = canvas.getContext('2d')!;
      let turn = 0;
      setInterval(() => {
        pen.fillStyle = `rgb(${rgb})`;
        pen.fillRect(0, 0, canvas.width, canvas.height);
        pen.fillStyle = '#fff';
        pen.fillRect((turn++ * 8) % canvas.width, 20, 16, 24);
      }, 50);
      await window.meeting.screen.start(canvas.captureStream(20).getVideoTracks()[0]!);
    }, colours.green.join());
    await ada.sees(ben, 'screen');
    const shared = await recordMore(ada, 1200);
    await ben.leave();
    const facts = await ada.page.evaluate(async () => window.film.open((await window.film.recording.finished)!));
    assert.equal(await ada.page.evaluate(() => window.film.results['reason']), 'participant-left');
    assert.equal(await ada.page.evaluate(() => window.film.recording.state), 'stopped');
    assert.equal(facts.name, 'ben.webm');
    const at = (seconds: number, where: Spot[]) => ada.page.evaluate((time, all) => window.film.colours(time, all), seconds - 0.3, where);
    assertColours(await at(alone, spots(0, 1)), ['blue'], 'ben alone');
    assertColours(await at(shared, spots(1, 1)), ['green', 'blue'], 'his screen, and he beside it');
    const [own, his] = await ada.page.evaluate((end, hertz) => window.film.tones(end - 0.8, end - 0.1, hertz), alone, [tones.ada, tones.ben]);
    assert.ok(own! < 0.01 && his! > 0.03, `heard: ${own} and ${his}`);
    const refused = await ada.page.evaluate(() => window.film.results['ben'] ?? window.meeting.me.record({ mimeType: 'video/quicktime' }).catch((error: { code: string; message: string }) => [error.code, error.message]));
    assert.match(String(refused), /^invalid-argument,.*video\/webm;codecs=vp8,opus/);
  } finally {
    await closeAll(guests);
  }
});

test('leaving ends it: the file is whole, and nothing is left open', async () => {
  const ada = await enter('leave', 'ada', 'red');
  try {
    await ada.page.evaluate(async (wish) => {
      const tracks: MediaStreamTrack[] = [];
      const Plain = MediaRecorder;
      window.MediaRecorder = class extends Plain {
        constructor(stream: MediaStream, options?: MediaRecorderOptions) {
          super(stream, options);
          tracks.push(...stream.getTracks());
        }
      };
      window.film.results['tracks'] = tracks;
      window.film.recording = await window.meeting.record(wish);
    }, size);
    const said = await recordMore(ada, 800);
    const facts = await ada.page.evaluate(async () => {
      await window.meeting.leave();
      return window.film.open((await window.film.recording.finished)!);
    });
    near('the duration', facts.duration, said, slack);
    const left = await ada.page.evaluate(() => ({
      contexts: window.film.contexts.map(({ state }) => state),
      tracks: (window.film.results['tracks'] as MediaStreamTrack[]).map(({ readyState }) => readyState),
    }));
    assert.deepEqual(left.contexts, ['closed']);
    assert.deepEqual(left.tracks, ['ended', 'ended']);
    assert.equal(await ada.page.evaluate(() => window.meeting.record().catch((error: { code: string }) => error.code)), 'already-left');
    await ada.assertNoErrors();
  } finally {
    await ada.close();
  }
});

for (const mimeType of ['video/webm;codecs=vp8,opus', 'video/mp4;codecs=avc1.42E01F,opus']) {
  test(`${mimeType}: streamed, to disk and to a function; with a pause, which is not in the file`, async () => {
    const ada = await enter('stream', 'ada', 'red');
    try {
      await ada.page.evaluate(
        async (wish) => {
          const folder = await navigator.storage.getDirectory();
          const handle = await folder.getFileHandle('film', { create: true });
          const onDisk = await window.meeting.record({ ...wish, writable: await handle.createWritable() });
          const pieces: { data: Uint8Array<ArrayBuffer>; position: number }[] = [];
          let calls = 0;
          const streamed = (window.film.recording = await window.meeting.record({
            ...wish,
            async onChunk(data, position) {
              calls += 1;
              if (calls > 1) throw new Error('called again while it was busy');
              await new Promise((resolve) => setTimeout(resolve, 50));
              calls -= 1;
              pieces.push({ data, position });
            },
          }));
          Object.assign(window.film.results, { handle, onDisk, streamed, pieces });
        },
        { ...size, mimeType, chunkInterval: 200 },
      );
      await recordMore(ada, 1000);
      await ada.page.evaluate(() => {
        window.film.recording.pause();
        window.film.results['paused'] = performance.now();
      });
      await ada.until('the pause is long', () => performance.now() - (window.film.results['paused'] as number) > 1500);
      await ada.page.evaluate(() => window.film.recording.resume());
      const said = await recordMore(ada, 1000);
      const found = await ada.page.evaluate(async () => {
        const { handle, onDisk, streamed, pieces } = window.film.results as {
          handle: FileSystemFileHandle;
          onDisk: typeof window.film.recording;
          streamed: typeof window.film.recording;
          pieces: { data: Uint8Array<ArrayBuffer>; position: number }[];
        };
        const clock = onDisk.duration / 1000;
        const nothing = await Promise.all([onDisk.stop(), streamed.stop()]);
        const file = await handle.getFile();
        const disk = await window.film.open(new Blob([file], { type: onDisk.mimeType }));
        const end = pieces.reduce((most, { data, position }) => Math.max(most, position + data.length), 0);
        const whole = new Uint8Array(end);
        for (const { data, position } of pieces) whole.set(data, position);
        const last = pieces.at(-1)!;
        const patched = last.position === 0 && last.data.length <= pieces[0]!.data.length;
        const called = await window.film.open(new Blob([whole], { type: streamed.mimeType }));
        return { clock, nothing, disk, called, patched, bytes: streamed.bytes, kind: streamed.mimeType };
      });
      near('the file on disk', found.disk.duration, found.clock, slack);
      near('the pieces together', found.called.duration, said, slack);
      near('how far one can seek', found.called.seekable, found.called.duration, 0.002);
      assert.ok(found.patched, 'the last piece goes over the beginning');
      assert.equal(found.bytes, found.called.bytes);
      assert.ok(found.kind.startsWith(mimeType.slice(0, 9)));
      assert.deepEqual(found.nothing.map((each) => each ?? null), [null, null]);
      assertColours(await ada.page.evaluate((all) => window.film.colours(0.5, all), spots(0, 1)), ['red'], mimeType);
    } finally {
      await ada.close();
    }
  });
}
