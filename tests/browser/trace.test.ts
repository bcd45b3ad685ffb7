// The flight recorder in a real call: what two pages in Chromium and their server have recorded holds no secret, and
// replays under Node without a difference.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../support/browsers.ts';
import { replayFile } from '../support/traces.ts';
import { closeAll, Guest } from './support/guest.ts';
import { openFixture, type Site } from './support/site.ts';

const said = 'the words of a message 😀 that nobody else may read';
const credential = 'a-credential-of-the-relay';

let browser: Browser;
let site: Site;
let guests: Guest[] = [];
const traces: Record<string, string> = {};
const secrets: string[] = [];

/** What of the connections' descriptions is nobody's business. */
const secretsOf = (guest: Guest): Promise<string[]> =>
  guest.page.evaluate(() =>
    window.probe.connections.flatMap(({ localDescription, remoteDescription }) =>
      [localDescription, remoteDescription].flatMap((description) => {
        const sdp = description?.sdp ?? '';
        const found = [/a=ice-pwd:(\S+)/g, /a=fingerprint:\S+ (\S+)/g, /a=candidate:\S+ \d+ \w+ \d+ (\S+)/g];
        return found.flatMap((pattern) => [...sdp.matchAll(pattern)].map(([, secret]) => secret ?? ''));
      }),
    ),
  );

before(async () => {
  const iceServers = [{ urls: 'turn:127.0.0.1:9', username: 'user-of-the-relay', credential }];
  site = await openFixture({ trace: true, iceServers });
  browser = await launchChromium();
  const [ada, ben] = (guests = await Promise.all(['Ada', 'Ben'].map((name) => Guest.join(browser, site, 'flight', { name })))) as [Guest, Guest];
  await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
  await Promise.all([ada.sees(ben), ben.sees(ada)]);
  // Both at once, so that their offers may collide.
  await Promise.all(guests.map((guest) => guest.page.evaluate(() => window.meeting.screen.start())));
  await Promise.all([ada.sees(ben, 'screen'), ben.sees(ada, 'screen')]);
  await ada.page.evaluate(() => window.meeting.microphone.mute());
  await ada.page.evaluate(() => window.meeting.camera.mute());
  await ben.until('sees both muted', (id) => window.meeting.participants.get(id)?.camera.on === false, ada.id);
  await ada.page.evaluate(async () => {
    await window.meeting.microphone.unmute();
    await window.meeting.camera.unmute();
  });
  await ada.page.evaluate((text) => window.meeting.chat.send(text), said);
  await ben.until('has the message', (text) => window.meeting.chat.history.some((each) => each.text === text), said);
  for (const guest of guests) secrets.push(...(await secretsOf(guest)));
  await ben.leave();
  await ada.isWith();
  for (const guest of guests) traces[guest.id] = await guest.page.evaluate(() => window.meeting.trace());
  traces['the server'] = site.trace();
});
after(async () => {
  await closeAll(guests);
  await browser?.close();
  await site?.close();
});

test('the traces of both pages and of the server replay without a difference', () => {
  assert.equal(Object.keys(traces).length, 3);
  for (const [who, trace] of Object.entries(traces)) {
    const { code, out, err } = replayFile(trace, '--quiet');
    assert.deepEqual([code, err], [0, ''], who);
    assert.match(out, /^The same: \d{2,} events, \d{2,} commands\.$/m, who);
    console.log(`${who}: ${trace.length} characters; ${out.trim()}`);
  }
});

test('they hold no message, password, fingerprint, address or credential', () => {
  const all = [...new Set([...secrets, said, credential, 'user-of-the-relay'])];
  assert.ok(all.length >= 9, `only ${all.length} secrets were found to look for`);
  for (const [who, trace] of Object.entries(traces)) {
    for (const secret of all) assert.ok(!trace.includes(secret), `${secret} stands in the trace of ${who}`);
  }
});

test('the story tells of the offers, the screens and the message', () => {
  for (const guest of guests) {
    const { out } = replayFile(traces[guest.id] ?? '');
    for (const sentence of [/asks to join flight/, /offers/, /The connection to \w+ is connected/, /The screen is on/, /message|writes to all/, /\w+ (leaves|is gone)/]) {
      assert.match(out, sentence);
    }
  }
});

test('one altered character of a description is found', () => {
  const trace = traces[guests[0]?.id ?? ''] ?? '';
  const altered = trace.replace(/("type":"set_remote_description".*?a=ice-pwd:)./, '$1!');
  assert.notEqual(altered, trace);
  const { code, err } = replayFile(altered, '--quiet');
  assert.equal(code, 1);
  assert.match(err, /a difference in line \d+/);
});
