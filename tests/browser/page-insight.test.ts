// The meeting page tells who speaks, how good the connections are, and that one talks while muted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMeetingPage } from './support/site.ts';
import { useStage } from './support/stage.ts';
import { Visitor } from './support/visitor.ts';

const stage = useStage({ open: openMeetingPage });

/** The page gets a voice in place of the fake device's short beeps. */
async function enter(name: string): Promise<Visitor> {
  const visitor = await Visitor.open(stage.browser, `${stage.site.url}#insight`);
  await visitor.page.evaluate(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      if (!constraints?.audio) return stream;
      const context = new AudioContext();
      const tone = context.createOscillator();
      const volume = context.createGain();
      const mouth = context.createMediaStreamDestination();
      tone.connect(volume).connect(mouth);
      volume.gain.value = 0;
      tone.start();
      Object.assign(window, { say: (loudness: number) => (volume.gain.value = loudness) });
      for (const track of stream.getAudioTracks()) track.stop();
      return new MediaStream([...stream.getVideoTracks(), ...mouth.stream.getAudioTracks()]);
    };
  });
  await visitor.submit(name);
  await visitor.page.waitForSelector('[data-screen="meeting"]');
  return visitor;
}

const say = (visitor: Visitor, loudness: number): Promise<void> =>
  visitor.page.evaluate((value) => (window as unknown as { say(loudness: number): void }).say(value), loudness);

// One's own has none.
const mark = '.quality:not([hidden]) [data-testid="quality"]';

test('a ring around who speaks, a mark for the connection with its figures, and a notice to who talks while muted', async () => {
  const ada = await enter('Ada');
  const ben = await enter('Ben');
  await Promise.all([ada.seesMoving('Ben'), ben.seesMoving('Ada')]);
  await say(ben, 0.3);
  for (const visitor of [ada, ben]) {
    await visitor.sees(1, '.tile.active.speaking');
    await visitor.reads('.tile.active.speaking', 'Ben');
  }
  await ada.sees(1, mark);
  const label = await ada.page.$eval(mark, (button) => button.getAttribute('aria-label') ?? '');
  assert.match(label, /^Connection: /);
  await ada.page.click(mark);
  await ada.reads('[data-testid="quality-words"]', 'host');
  await ada.reads('[data-testid="quality-words"]', 'opus');
  await ada.page.click(mark);
  await ada.sees(0, '[data-testid="quality-words"]');

  await ben.press('toggle-microphone');
  await Promise.all([ada.sees(0, '.tile.speaking'), ben.sees(0, '.tile.speaking')]);
  await ben.reads('[data-testid="notice-muted-talking"]', 'You are muted');
  await ben.page.click('[data-testid="notice-muted-talking-action"]');
  await ben.sees(0, '[data-testid="notice-muted-talking"]');
  await ada.sees(1, '.tile.active.speaking');
  assert.deepEqual([...(await ada.errors()), ...(await ben.errors())], []);
  await Promise.all([ada.close(), ben.close()]);
});
