// Three and four people in Chromium: everybody sees and hears everybody, shares, mutes, writes, leaves.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeAll, type Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

let ada: Guest;
let ben: Guest;
let cleo: Guest;

const stage = useStage({
  ready: async () => {
    // All at once, so that they are each other's newcomers.
    [ada, ben, cleo] = await Promise.all(['Ada', 'Ben', 'Cleo'].map((name) => stage.join('three', { name }))) as [Guest, Guest, Guest];
  },
});

test('G9: three who join at once all see and hear each other', async () => {
  await Promise.all([ada.isWith(ben, cleo), ben.isWith(ada, cleo), cleo.isWith(ada, ben)]);
  const pairs = [[ada, ben], [ada, cleo], [ben, ada], [ben, cleo], [cleo, ada], [cleo, ben]] as const;
  await Promise.all(pairs.map(([one, other]) => one.sees(other)));
  await Promise.all(pairs.map(([one, other]) => one.hears(other)));
  for (const guest of [ada, ben, cleo]) {
    const open = await guest.page.evaluate(() => window.probe.connections.filter((each) => each.connectionState !== 'closed').length);
    assert.equal(open, 2, 'one connection a pair');
    await guest.assertNoErrors();
  }
});

test('a screen share goes on, reaches a late joiner, and off again', async () => {
  await ada.page.evaluate(() => window.meeting.screen.start());
  await Promise.all([ben.sees(ada, 'screen'), cleo.sees(ada, 'screen')]);

  const dora = await stage.join('three', { name: 'Dora', camera: false });
  try {
    await dora.isWith(ada, ben, cleo);
    await Promise.all([dora.sees(ada, 'screen'), dora.sees(ada, 'camera'), dora.sees(ben)]);
    await ada.page.evaluate(() => window.meeting.screen.stop());
    for (const guest of [ben, cleo, dora]) {
      await guest.until('the share is gone', (id) => window.meeting.participants.get(id)?.screen.on === false, ada.id);
    }
    assert.equal(await ada.do((meeting) => meeting.screen.state), 'off');
    // The camera went on all the while.
    await ben.sees(ada);
  } finally {
    await dora.leave();
    await closeAll([dora]);
  }
  await ada.isWith(ben, cleo);
});

test('H6: a share that the browser itself ends is off for all', async () => {
  await ada.page.evaluate(() => window.meeting.screen.start());
  await ben.sees(ada, 'screen');
  await ada.page.evaluate(() => {
    const shared = window.meeting.screen.track;
    shared?.stop();
    shared?.dispatchEvent(new Event('ended')); // what the browser's own button brings about, and stop() does not
  });
  await ada.until('is off', () => window.meeting.screen.state === 'off');
  await ben.until('the share is gone', (id) => window.meeting.participants.get(id)?.screen.on === false, ada.id);
});

test('H9: muting a camera releases it, is shown to the others, and negotiates nothing', async () => {
  const before = await Promise.all([ada, ben].map((guest) => guest.page.evaluate(() => window.probe.localDescriptions)));
  await ada.page.evaluate(() => window.meeting.camera.mute());
  const live = await ada.page.evaluate(() => window.probe.captured.filter((track) => track.kind === 'video' && track.readyState === 'live').length);
  assert.equal(live, 0, 'the camera is released');
  for (const guest of [ben, cleo]) {
    await guest.until('the camera shows as muted', (id) => window.meeting.participants.get(id)?.camera.on === false, ada.id);
  }
  await ada.page.evaluate(() => window.meeting.camera.unmute());
  await Promise.all([ben.sees(ada), cleo.sees(ada)]);

  await ada.page.evaluate(() => window.meeting.microphone.mute());
  await ben.until('the microphone shows as muted', (id) => window.meeting.participants.get(id)?.microphone.on === false, ada.id);
  await ada.page.evaluate(() => window.meeting.microphone.unmute());
  await ben.until('the microphone is back', (id) => window.meeting.participants.get(id)?.microphone.on === true, ada.id);
  await ben.hears(ada);
  const after = await Promise.all([ada, ben].map((guest) => guest.page.evaluate(() => window.probe.localDescriptions)));
  assert.deepEqual(after, before, 'no description was made');
});

test('chat: each sees all messages of each sender, in order and exactly once', async () => {
  const count = 15;
  const guests = [ada, ben, cleo];
  const send = (guest: Guest) =>
    guest.page.evaluate(async (many) => {
      const texts = Array.from({ length: many }, (_, index) => `${index} <b>&amp;</b> ${'é🙂'.repeat(index)}`);
      await Promise.all(texts.map((text) => window.meeting.chat.send(text)));
      return texts;
    }, count);
  const sent = await Promise.all(guests.map(send));
  for (const guest of guests) {
    await guest.until('has all of them', (all) => window.meeting.chat.history.length >= all, count * guests.length);
    const history = await guest.do((meeting) => meeting.chat.history.map(({ from, text }) => ({ from, text })));
    assert.equal(history.length, count * guests.length);
    for (const [index, sender] of guests.entries()) {
      const theirs = history.filter(({ from }) => from === sender.id).map(({ text }) => text);
      assert.deepEqual(theirs, sent[index], `${guest.id} about ${sender.id}`);
    }
  }
  const ids = await ada.do((meeting) => meeting.chat.history.map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length);
});

test('G12: who closes the page is gone at the others', async () => {
  await cleo.page.close({ runBeforeUnload: false });
  await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
});

test('leaving frees everything: devices, connections, the socket, the place', async () => {
  await ben.leave();
  const left = await ben.page.evaluate(() => ({
    live: window.probe.captured.filter((track) => track.readyState === 'live').length,
    connections: window.probe.connections.map((each) => each.signalingState),
    state: window.meeting.state,
    camera: window.meeting.camera.state,
    participants: window.meeting.participants.size,
  }));
  assert.equal(left.live, 0);
  assert.deepEqual([...new Set(left.connections)], ['closed']);
  assert.deepEqual([left.state, left.camera, left.participants], ['left', 'off', 0]);
  await ben.until('all sockets are closed', () => window.probe.sockets.every(({ readyState }) => readyState === WebSocket.CLOSED));
  await ada.isWith();
  await ada.until('its connections are closed', () => window.probe.connections.every(({ signalingState }) => signalingState === 'closed'));
  await ben.assertNoErrors();

  // And again, in the same page.
  await ben.join('three', { name: 'Ben' });
  await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
  await Promise.all([ada.sees(ben), ben.sees(ada)]);
});
