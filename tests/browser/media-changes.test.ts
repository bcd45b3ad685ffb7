// Media changed at awkward moments, between two real browsers' engines: collisions, bursts, many rounds.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { closeAll, type Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

const stage = useStage();
let ada: Guest;
let ben: Guest;
let rooms = 0;

beforeEach(async () => {
  await closeAll([ada, ben]);
  const room = `changes ${(rooms += 1)}`;
  ada = await stage.join(room, { name: 'Ada' });
  ben = await stage.join(room, { name: 'Ben' });
  await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
});

const offers = (guest: Guest) =>
  guest.page.evaluate(() => window.probe.localDescriptions.filter((type) => type === 'offer').length);
const mediaLines = (guest: Guest) => guest.page.evaluate(() => window.fixture.mediaLines());

test('A1: both share a screen at the same moment: both shares arrive, and nothing else is lost', async () => {
  // Which of the two gives way is decided by random ids: in ten meetings the newcomer and the other each have to.
  // A link that has carried a share negotiates no other, so that each needs a meeting of its own.
  let takenBack = 0;
  for (let round = 0; round < 10; round += 1) {
    if (round > 0) {
      for (const guest of [ada, ben]) await guest.leave();
      for (const guest of [ada, ben]) await guest.join(`collision ${round}`);
      await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
    }
    await Promise.all([ada.sees(ben), ben.sees(ada)]);
    const both = await Promise.all(
      [ada, ben].map(async ({ page }) => ({ page, track: await page.evaluateHandle(() => window.fixture.drawnTrack()) })),
    );
    await Promise.all(both.map(({ page, track }) => page.evaluate((given) => window.meeting.screen.start(given).then(() => undefined), track)));
    await Promise.all([ada.sees(ben, 'screen'), ben.sees(ada, 'screen')]);
    await Promise.all([ada.sees(ben), ben.sees(ada), ada.hears(ben), ben.hears(ada)]);
    assert.equal((await mediaLines(ada)).length, 1, 'still the one connection');
    for (const { page } of [ada, ben]) {
      takenBack += await page.evaluate(() => window.probe.localDescriptions.filter((type) => type === 'rollback').length);
      await page.evaluate(() => (window.probe.localDescriptions.length = 0));
    }
    await Promise.all([ada, ben].map((guest) => guest.page.evaluate(() => window.meeting.screen.stop())));
    for (const [guest, other] of [[ada, ben], [ben, ada]] as const) {
      await guest.until('the share is gone', (id) => window.meeting.participants.get(id)?.screen.on === false, other.id);
    }
  }
  assert.ok(takenBack > 0, 'the offers never met');
  await ada.assertNoErrors();
  await ben.assertNoErrors();
});

test('A11: fifty changes at once: at most three offers, and the last wish stands', async () => {
  const before = await offers(ada);
  await ada.page.evaluate(async () => {
    const track = window.fixture.drawnTrack();
    const wishes: Promise<unknown>[] = [];
    for (let turn = 0; turn < 25; turn += 1) {
      wishes.push(window.meeting.screen.start(track), window.meeting.screen.stop());
    }
    wishes.push(window.meeting.screen.start(track));
    await Promise.allSettled(wishes);
  });
  await ben.sees(ada, 'screen');
  assert.equal(await ada.do((meeting) => meeting.screen.state), 'on');
  const made = (await offers(ada)) - before;
  assert.ok(made <= 3, `${made} offers`);
  await ada.assertNoErrors();
  await ben.assertNoErrors();
});

test('twenty shares use the m-lines of the first', async () => {
  const share = () => ada.page.evaluate(() => window.meeting.screen.start(window.fixture.drawnTrack()));
  const stop = () => ada.page.evaluate(() => window.meeting.screen.stop());
  await share();
  await ben.sees(ada, 'screen');
  const first = await mediaLines(ada);
  const described = await offers(ada);
  for (let turn = 0; turn < 20; turn += 1) {
    await stop();
    await share();
  }
  await ben.sees(ada, 'screen');
  assert.deepEqual(await mediaLines(ada), first);
  assert.equal(await offers(ada), described, 'nothing was negotiated again');
});

test('H10: of two camera switches in a row the last wins, with one live track', async () => {
  const devices = await ada.page.evaluate(async () => (await window.fixture.devices.list()).filter(({ kind }) => kind === 'camera').map(({ id }) => id));
  assert.ok(devices.length > 0);
  await ada.page.evaluate(async (ids) => {
    const [first = '', second = first] = ids;
    await Promise.allSettled([window.meeting.camera.switchTo(first), window.meeting.camera.switchTo(second)]);
  }, devices);
  const live = await ada.page.evaluate(() => window.probe.captured.filter((track) => track.kind === 'video' && track.readyState === 'live').length);
  assert.equal(live, 1);
  await ben.sees(ada);
});

test('F5: a socket that is cut comes back by itself, and nobody leaves', async () => {
  await ben.page.evaluate(() => {
    const happened: string[] = [];
    Object.assign(window, { happened });
    window.meeting.on('participant-left', () => happened.push('left'));
    window.meeting.on('participant-joined', () => happened.push('joined'));
  });
  await ada.page.evaluate(() => window.probe.sockets.at(-1)?.close());
  await ada.until('is reconnecting', () => window.meeting.state === 'reconnecting');
  // Written while away: sent when it is back.
  const said = ada.page.evaluate(() => window.meeting.chat.send('from the tunnel'));
  await ada.until('is back', () => window.meeting.state === 'joined');
  await said;
  await ben.until('has read it', () => window.meeting.chat.history.at(-1)?.text === 'from the tunnel');
  assert.deepEqual(await ben.page.evaluate(() => (window as unknown as { happened: string[] }).happened), []);
  await ben.sees(ada);
  assert.equal(await ada.page.evaluate(() => window.probe.connections.length), 1, 'the same connection');
});

test('J4: a reload leaves no ghost, and the newcomer is seen', async () => {
  const before = ben.id;
  await ben.page.reload();
  await ada.isWith();
  await ben.page.waitForFunction(() => 'fixture' in window);
  await ben.join(await ada.do((meeting) => meeting.id));
  assert.notEqual(ben.id, before);
  await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
  await Promise.all([ada.sees(ben), ben.sees(ada)]);
  const open = await ada.page.evaluate(() => window.probe.connections.filter(({ signalingState }) => signalingState !== 'closed').length);
  assert.equal(open, 1);
});
