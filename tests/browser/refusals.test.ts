// What is refused, and how the SDK says so: devices, pages, servers, rooms.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeAll, Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

const stage = useStage({
  server: { participantsMax: 2 },
  // The later of two flags counts: here the prompt is answered with no.
  chromium: { args: ['--use-fake-ui-for-media-stream=deny', '--host-resolver-rules=MAP meet.test 127.0.0.1'] },
});

const deviceErrors = (guest: Guest) =>
  guest.do(({ camera, microphone }) => [camera, microphone].map(({ state, error }) => [state, error?.code, error?.blame]));

test('H1: devices that are denied fail the sources, not the join', async () => {
  const ada = await stage.join('denied', { camera: true });
  try {
    await ada.until('both have failed', () => window.meeting.camera.state === 'failed' && window.meeting.microphone.state === 'failed');
    assert.deepEqual(await deviceErrors(ada), [
      ['failed', 'permission-denied', 'device'],
      ['failed', 'permission-denied', 'device'],
    ]);
    assert.equal(await ada.do((meeting) => meeting.state), 'joined');
    const again = await ada.page.evaluate(() => window.meeting.camera.start().catch((error: { code: string }) => error.code));
    assert.equal(again, 'permission-denied');
    await ada.assertNoErrors();
  } finally {
    await closeAll([ada]);
  }
});

test('on an insecure page one can join, and the devices say why they are not there', async () => {
  const ada = await Guest.join(stage.browser, { url: `http://meet.test:${stage.site.port}/` }, 'insecure', { camera: true });
  try {
    assert.equal(await ada.page.evaluate(() => window.isSecureContext), false);
    await ada.until('both have failed', () => window.meeting.camera.state === 'failed' && window.meeting.microphone.state === 'failed');
    assert.deepEqual(await deviceErrors(ada), [
      ['failed', 'insecure-context', 'local'],
      ['failed', 'insecure-context', 'local'],
    ]);
  } finally {
    await closeAll([ada]);
  }
});

test('a server that is not there: server-unreachable, and nothing is left open', async () => {
  const ada = await stage.arrive();
  try {
    const { code, blame } = await ada.joinRefused('anywhere', { url: 'http://localhost:9/' });
    assert.deepEqual([code, blame], ['server-unreachable', 'network']);
    await ada.until('no socket is open', () => window.probe.sockets.every(({ readyState }) => readyState === WebSocket.CLOSED));
  } finally {
    await closeAll([ada]);
  }
});

test('a room that is full: room-full', async () => {
  const seated = await Promise.all(['Ada', 'Ben'].map((name) => stage.join('full', { name, camera: false, microphone: false })));
  const cleo = await stage.arrive();
  try {
    const { code, blame } = await cleo.joinRefused('full');
    assert.deepEqual([code, blame], ['room-full', 'server']);
    await seated[0]?.isWith(...seated.slice(1));
    await seated[1]?.leave();
    await cleo.join('full', { camera: false, microphone: false });
  } finally {
    await closeAll([...seated, cleo]);
  }
});

test('F4: an id that somebody has in the room: id-taken, the sitting one unharmed', async () => {
  const ada = await stage.join('ids', { user: 'ada', camera: false, microphone: false });
  const other = await stage.arrive();
  try {
    const { code, blame } = await other.joinRefused('ids', { user: 'ada' });
    assert.deepEqual([code, blame], ['id-taken', 'local']);
    await ada.page.evaluate(() => window.meeting.chat.send('still here'));
    assert.equal(await ada.do((meeting) => meeting.state), 'joined');
  } finally {
    await closeAll([ada, other]);
  }
});

test('names that cannot be: typed, and nothing is opened', async () => {
  const ada = await stage.arrive();
  try {
    assert.equal((await ada.joinRefused('')).code, 'invalid-room');
    assert.equal((await ada.joinRefused('room', { user: '__proto__' })).code, 'invalid-user');
    assert.equal((await ada.joinRefused('room', { name: 'x'.repeat(500) })).code, 'invalid-name');
    assert.equal((await ada.joinRefused('room', { url: 'ftp://example.org/' })).code, 'invalid-argument');
    assert.equal(await ada.page.evaluate(() => window.probe.sockets.length), 0);
  } finally {
    await closeAll([ada]);
  }
});
