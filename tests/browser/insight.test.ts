// Who speaks, how good the connection is, and why there is none: with real sound, statistics and candidates; two Chromiums,
// then a Chromium and a Firefox.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import type { Explanation } from '../../web/sdk/index.ts';
import { launchFirefox } from '../support/browsers.ts';
import { startRefusingTurn } from '../support/refusing-turn.ts';
import { closeAll, Guest, smallPicture } from './support/guest.ts';
import { useStage } from './support/stage.ts';

const stage = useStage();
let firefox: Browser;
before(async () => {
  firefox = await launchFirefox();
});
after(() => firefox?.close());

declare global {
  interface Window {
    voice: ReturnType<Window['fixture']['makeVoice']>;
    told: string[];
  }
}

/** Firefox starts no AudioContext on a machine without a sound card: there its fake device speaks, and nobody hears oneself. */
const hearsItself = (guest: Guest): boolean => guest.page.browser() !== firefox;

async function enter(browser: Browser, room: string, user: string): Promise<Guest> {
  const guest = await Guest.join(browser, stage.site, room, { user, camera: smallPicture, microphone: false });
  await guest.page.evaluate(async (hasVoice) => {
    const { meeting } = window;
    window.voice = window.fixture.makeVoice();
    window.told = [];
    await meeting.microphone.start(hasVoice ? window.voice.track : undefined);
    if (!hasVoice) await meeting.microphone.mute();
    meeting.mount(document.body);
    meeting.measure();
    meeting.on('muted-talking', ({ talking }) => window.told.push(`muted talking ${talking}`));
  }, hearsItself(guest));
  return guest;
}

const say = (guest: Guest, loudness: number): Promise<void> =>
  guest.page.evaluate(
    async (value, hasVoice) => {
      window.voice.say(value);
      if (!hasVoice) await (value > 0 ? window.meeting.microphone.unmute() : window.meeting.microphone.mute());
    },
    loudness,
    hearsItself(guest),
  );
const looksAt = (guest: Guest, user: string): Promise<void> =>
  guest.until(`looks at ${user}`, (id) => window.meeting.activeSpeaker?.id === id, user);
const hearsSpeak = (guest: Guest, user: string, speaking: boolean): Promise<void> =>
  guest.until(
    `${user} ${speaking ? 'speaks' : 'is silent'}`,
    (id, wanted) => {
      const person = id === window.meeting.me.id ? window.meeting.me : window.meeting.participants.get(id);
      return person?.speaking === (wanted === 1);
    },
    user,
    speaking ? 1 : 0,
  );

const pairs: [string, () => [Browser, Browser]][] = [
  ['two Chromiums', () => [stage.browser, stage.browser]],
  ['Chromium and Firefox', () => [stage.browser, firefox]],
];

for (const [name, browsers] of pairs) {
  test(`${name}: who speaks and whom to look at, the same for both; and who talks while muted`, async () => {
    const [one, other] = browsers();
    const ada = await enter(one, `speaking ${name}`, 'ada');
    const ben = await enter(other, `speaking ${name}`, 'ben');
    try {
      await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
      // Both see the same, oneself included where one can hear oneself.
      const all = (what: (guest: Guest) => Promise<unknown>, about: Guest): Promise<unknown> =>
        Promise.all([ada, ben].filter((guest) => guest !== about || hearsItself(guest)).map(what));
      for (const [speaker, other] of [[ben, ada], [ada, ben]] as const) {
        const { id } = speaker;
        await say(speaker, 0.3);
        await all((guest) => Promise.all([hearsSpeak(guest, id, true), looksAt(guest, id)]), speaker);
        // A sine of that amplitude: its effective value is 0.21, at both ends within what codecs and gain controls do.
        await all((guest) => guest.until('it is as loud as it is', (user) => {
          const level = [window.meeting.me, ...window.meeting.participants.values()].find((person) => person.id === user)?.audioLevel ?? 0;
          return level > 0.04 && level < 0.6;
        }, id), speaker);
        await say(speaker, 0);
        await all((guest) => hearsSpeak(guest, id, false), speaker);
        await looksAt(other, id);
      }

      for (const guest of [ada, ben].filter(hearsItself)) {
        await guest.page.evaluate(async () => void (await window.meeting.microphone.mute()));
        await say(guest, 0.3);
        await guest.until('is told', () => window.told.includes('muted talking true'));
        assert.equal(await guest.page.evaluate(() => window.meeting.me.speaking), false);
        await guest.page.evaluate(async () => void (await window.meeting.microphone.unmute()));
        await guest.until('it is over', () => window.told.includes('muted talking false'));
        await hearsSpeak(guest, guest.id, true);
        await say(guest, 0);
      }
      await ada.assertNoErrors();
      await ben.assertNoErrors();
    } finally {
      await closeAll([ada, ben]);
    }
  });

  test(`${name}: the figures of the link, its score, and nothing to explain`, async () => {
    const [one, other] = browsers();
    const ada = await enter(one, `figures ${name}`, 'ada');
    const ben = await enter(other, `figures ${name}`, 'ben');
    try {
      await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
      await Promise.all([ada.sees(ben), ben.sees(ada), say(ben, 0.3)]);
      for (const [guest, user] of [[ada, 'ben'], [ben, 'ada']] as const) {
        await guest.until(
          'all figures are there',
          (id) => {
            const { score = -1, reasons = [], figures } = window.meeting.participants.get(id)?.quality ?? {};
            if (!figures) return false;
            const { up, down, lossUp = -1, lossDown = -1, jitter = -1, roundTripTime = -1, path, sent, received } = figures;
            const stream = (streams: typeof sent, slot: string) => streams.find((each) => each.slot === slot);
            const [soundIn, soundOut, faceIn, faceOut] = [stream(received, 'microphone'), stream(sent, 'microphone'), stream(received, 'camera'), stream(sent, 'camera')];
            const isFraction = (value: number) => value >= 0 && value <= 1;
            return (
              Number.isInteger(score) && (score === 5) === (reasons.length === 0) && (reasons[0]?.score ?? 5) === score && score >= 1 &&
              up > 10_000 && up < 5e6 && down > 10_000 && down < 5e6 && isFraction(lossUp) && isFraction(lossDown) &&
              jitter >= 0 && jitter < 2 && roundTripTime >= 0 && roundTripTime < 2 &&
              /host|prflx/.test(`${path?.local} ${path?.remote}`) && path?.protocol === 'udp' &&
              soundIn?.codec === 'opus' && soundOut?.codec === 'opus' && soundIn.bitrate > 1_000 && soundOut.bitrate > 1_000 &&
              /^(VP8|VP9|H264|AV1)$/.test(`${faceIn?.codec}`) && faceIn?.codec === faceOut?.codec &&
              (faceIn?.width ?? 0) > 0 && (faceOut?.height ?? 0) > 0 && (faceIn?.frameRate ?? 0) > 0 && (faceOut?.frameRate ?? 0) > 0
            );
          },
          user,
        );
        assert.deepEqual(await guest.page.evaluate((id) => window.meeting.participants.get(id)!.explain(), user), []);
      }
    } finally {
      await closeAll([ada, ben]);
    }
  });
}

test('a page in the background goes on measuring', async () => {
  const ada = await enter(stage.browser, 'background', 'ada');
  const ben = await enter(stage.browser, 'background', 'ben');
  try {
    await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
    const front = await ada.page.browserContext().newPage();
    await front.bringToFront();
    await ada.until('is in the background', () => document.hidden);
    await say(ben, 0.3);
    await hearsSpeak(ada, 'ben', true);
    await say(ben, 0);
    await hearsSpeak(ada, 'ben', false);
  } finally {
    await closeAll([ada, ben]);
  }
});

test('why there is no connection: relays only, and a TURN server that refuses an expired credential', async () => {
  const turn = await startRefusingTurn();
  const guests: Guest[] = [];
  try {
    for (const [browser, user] of [[stage.browser, 'ada'], [firefox, 'ben']] as const) {
      const guest = await Guest.arrive(browser, stage.site);
      guests.push(guest);
      const iceServers = [{ urls: turn.url, username: '1700000000:somebody', credential: 'old' }];
      await guest.join('refused', { user, camera: false, microphone: false, iceServers, iceTransportPolicy: 'relay' });
    }
    const chains: Explanation[][] = [];
    for (const [guest, user] of [[guests[0]!, 'ben'], [guests[1]!, 'ada']] as const) {
      await guest.until(
        'the last cause is found',
        async (id) => (await window.meeting.participants.get(id)?.explain())?.at(-1)?.cause === 'credential-expired',
        user,
      );
      chains.push(await guest.page.evaluate(async (id) => [...(await window.meeting.participants.get(id)!.explain())], user));
    }
    const [fromChromium, fromFirefox] = chains.map((chain) => chain.map(({ cause }) => cause).filter((cause) => !['connecting', 'interrupted', 'no-connection', 'no-remote-candidates'].includes(cause)));
    assert.deepEqual(fromChromium, ['relay-only', 'no-relay-candidates', 'turn-refused', 'credential-expired']);
    assert.equal(chains[0]!.find(({ cause }) => cause === 'turn-refused')?.detail, 'STUN error 401');
    // Where the browser has no icecandidateerror, the reason is missing and the rest is there.
    assert.deepEqual(fromFirefox?.filter((cause) => cause !== 'turn-refused'), ['relay-only', 'no-relay-candidates', 'credential-expired']);
  } finally {
    await closeAll(guests);
    turn.close();
  }
});
