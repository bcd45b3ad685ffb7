// `meeting.mount`: who has a tile, what it shows, and that it plays: out of the document and back, and what a browser holds back.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { FakePage, type FakeElement } from '../support/fake-page.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { tick, until } from '../support/waiting.ts';

let world: FakeWorld;
let page: FakePage;
let root: FakeElement;
let ada: Meeting;

beforeEach(async () => {
  world = await FakeWorld.make();
  page = new FakePage();
  root = page.createElement('div');
  page.body.append(root);
  ({ meeting: ada } = await world.join('r', { user: 'ada', name: 'Ada', camera: true, microphone: true }));
  await until('the camera is on', () => ada.camera.state === 'on');
});
afterEach(async () => {
  await ada.leave();
  world.close();
});

/** Mounted, and to be seen. */
async function mounted(): Promise<() => void> {
  const undo = ada.mount(root as unknown as Element);
  await until('it is mounted', () => root.children.length === 1);
  return undo;
}
const names = (): string[] => root.all('meetwire-name').map(({ textContent }) => textContent);
const tile = (user: string, kind = 'meetwire-person'): FakeElement => {
  const found = root.all(kind).find(({ dataset }) => dataset['participant'] === user);
  assert.ok(found, `${user} has no tile`);
  return found;
};

describe('mount', () => {
  test('shows oneself in a mirror, without one\'s own sound', async () => {
    await mounted();
    assert.deepEqual(names(), ['Ada']);
    const [video] = tile('ada').all('video');
    assert.equal(video?.srcObject, ada.me.camera.stream);
    assert.equal(video?.muted, true);
    assert.equal(video?.style['transform'], 'scaleX(-1)');
    assert.deepEqual(tile('ada').all('audio'), []);
  });

  test('shows who comes later, what they share, and takes away who leaves', async () => {
    await mounted();
    const { meeting: ben } = await world.join('r', { user: 'ben', name: '<b>Ben</b>' });
    await until('ben has a tile', () => names().length === 2);
    assert.equal(tile('ben').all('meetwire-name')[0]?.textContent, '<b>Ben</b>');
    assert.equal(tile('ben').all('video')[0]?.hidden, true);
    await ben.microphone.start();
    await ben.screen.start({ audio: true });
    await until('his screen is shown', () => root.all('meetwire-screen').some((each) => each.all('video')[0]?.srcObject != null));
    await until('his sound is played', () => tile('ben').all('audio')[0]?.srcObject != null);
    await until('and his screen\'s', () => tile('ben', 'meetwire-screen').all('audio')[0]?.srcObject != null);
    await ben.leave();
    await until('he is gone', () => names().join() === 'Ada');
    assert.deepEqual(root.all('meetwire-screen'), []);
  });

  test('marks who is muted', async () => {
    await mounted();
    const badge = tile('ada').all('meetwire-muted')[0];
    await until('the microphone is on', () => ada.microphone.state === 'on');
    assert.equal(badge?.hidden, true);
    await ada.microphone.mute();
    assert.equal(badge?.hidden, false);
    await ada.microphone.unmute();
    assert.equal(badge?.hidden, true);
  });

  test('keeps the elements of those who stay', async () => {
    await mounted();
    const own = tile('ada');
    const { meeting: ben } = await world.join('r', { user: 'ben' });
    await until('ben has a tile', () => names().length === 2);
    assert.equal(tile('ada'), own);
    assert.equal(own.all('video')[0]?.plays, 1);
    await ben.leave();
  });

  test('the undo empties the element and stops watching; leaving does so too', async () => {
    const undo = await mounted();
    undo();
    assert.deepEqual(root.children, []);
    const { meeting: ben } = await world.join('r', { user: 'ben' });
    await until('ben is there', () => ada.participants.size === 1);
    assert.deepEqual(root.children, []);
    await mounted();
    await ben.leave();
    await ada.leave();
    assert.deepEqual(root.children, []);
  });

  test('mounted and undone, or mounted after the end, nothing is shown', async () => {
    const other = page.createElement('div');
    ada.mount(root as unknown as Element)();
    const undo = ada.mount(other as unknown as Element);
    await until('the other is', () => other.children.length === 1);
    assert.deepEqual(root.children, []);
    undo();
    await ada.leave();
    ada.mount(root as unknown as Element);
    await import('../../web/sdk/mount.ts');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(root.children, []);
  });
});

describe('what is mounted plays', () => {
  const everything = (): FakeElement[] => [...root.all('video'), ...root.all('audio')].filter(({ srcObject }) => srcObject !== null);
  const stopped = (): FakeElement[] => everything().filter(({ paused }) => paused);
  const told: string[] = [];
  let unlock: () => void;

  beforeEach(() => {
    told.length = 0;
    ada.on('audio-blocked', (event) => {
      told.push('blocked');
      unlock = event.unlock;
    });
    ada.on('audio-unlocked', () => told.push('unlocked'));
  });
  const gesture = (): boolean => page.dispatchEvent(new Event('pointerup'));
  const heard = async (user: string): Promise<Meeting> => {
    const { meeting } = await world.join('r', { user, camera: true, microphone: true });
    await until(`${user} is to be seen and heard`, () => tile(user).all('video')[0]?.srcObject && tile(user).all('audio')[0]?.srcObject);
    return meeting;
  };

  test('M5: an element that leaves the document and comes back plays again, as often as that happens', async () => {
    await mounted();
    const ben = await heard('ben');
    const other = page.createElement('section');
    for (let turn = 0; turn < 3; ++turn) {
      const playsBefore = everything().reduce((sum, { plays }) => sum + plays, 0);
      root.remove();
      await until('it was stopped and plays on', () => everything().reduce((sum, { plays }) => sum + plays, 0) >= playsBefore + 3);
      (turn % 2 === 0 ? other : page.body).append(root);
      page.body.append(other);
      await tick();
      assert.deepEqual(stopped(), []);
    }
    assert.deepEqual(told, []);
    await ben.leave();
  });

  test('M5: put back before it was told that it is stopped, in another window\'s document too, it plays again', async () => {
    await mounted();
    const ben = await heard('ben');
    for (const element of everything()) element.pause();
    const window = new FakePage();
    window.body.append(root);
    await until('all of it plays', () => stopped().length === 0);
    window.silenced = window.still = true;
    for (const element of everything()) {
      element.currentTime += 10;
      element.pause();
    }
    await until('it is told', () => told.length === 1);
    window.silenced = window.still = false;
    gesture();
    assert.ok(stopped().length > 0, 'a gesture in a window where it is not');
    window.dispatchEvent(new Event('click'));
    assert.deepEqual(stopped(), []);
    await until('it is told', () => told.length === 2);
    assert.equal(window.listeners, 0);
    await ben.leave();
  });

  test('M5: a script that pauses it again and again is not fought with, and the next gesture plays it', async () => {
    await mounted();
    const ben = await heard('ben');
    const audio = tile('ben').all('audio')[0]!;
    const { plays } = audio;
    audio.addEventListener('play', () => audio.pause());
    audio.pause();
    await until('it is given up', () => told.length === 1);
    assert.equal(audio.plays, plays + 1);
    await ben.leave();
  });

  test('M6: sound that the browser refuses is told of once, and played at the next gesture that counts', async () => {
    page.silenced = true;
    await mounted();
    const [ben, cem] = await Promise.all([heard('ben'), heard('cem')]);
    await until('it is told', () => told.length > 0);
    gesture();
    await tick();
    assert.deepEqual(told, ['blocked']);
    page.silenced = false;
    gesture();
    assert.deepEqual(stopped(), []);
    await until('it is unlocked', () => told.includes('unlocked'));
    assert.deepEqual(told, ['blocked', 'unlocked']);
    assert.equal(page.listeners, 0);
    await Promise.all([ben.leave(), cem.leave()]);
  });

  test('M6: silent pictures that the browser holds back, one\'s own too, are played at the next gesture', async () => {
    page.still = true;
    await mounted();
    const ben = await heard('ben');
    await until('it is told', () => told.length === 1);
    assert.deepEqual(stopped().map(({ tag }) => tag), ['video', 'video']);
    page.still = false;
    unlock();
    assert.deepEqual(stopped(), []);
    await until('it is unlocked', () => told.length === 2);
    assert.deepEqual(told, ['blocked', 'unlocked']);
    await ben.leave();
  });

  test('M6: a click, a key, the end of a touch, and the page that can be seen again: each lets it through', async () => {
    await mounted();
    const ben = await heard('ben');
    const audio = tile('ben').all('audio')[0]!;
    for (const [turn, type] of ['click', 'keydown', 'pointerup', 'touchend', 'visibilitychange'].entries()) {
      page.silenced = true;
      audio.currentTime += 10;
      audio.pause();
      await until('it is held back', () => told.length === 2 * turn + 1);
      page.silenced = false;
      page.dispatchEvent(new Event(type));
      await until(`${type} lets it through`, () => told.length === 2 * turn + 2);
    }
    assert.equal(page.listeners, 0);
    await ben.leave();
  });

  test('M6: what is let through before there is something to play counts as let through', async () => {
    page.silenced = true;
    await mounted();
    const ben = await heard('ben');
    await until('it is told', () => told.length === 1);
    page.silenced = false;
    page.stalled = true;
    gesture();
    await until('it is unlocked', () => told.length === 2);
    await ben.leave();
  });

  for (const [what, goes] of [
    ['has left', (ben: Meeting) => ben.leave()],
    ['has muted', (ben: Meeting) => ben.microphone.mute()],
  ] as const) {
    test(`M6: the word that nothing is held back comes when the last one who was ${what}`, async () => {
      page.silenced = true;
      await mounted();
      const [ben, cem] = await Promise.all([heard('ben'), heard('cem')]);
      await until('both are held back', () => stopped().length === 2 && told.length === 1);
      await goes(ben);
      await until('he is not held back', () => stopped().length === 1);
      await tick();
      assert.deepEqual(told, ['blocked']);
      await goes(cem);
      await until('it is told', () => told.length === 2);
      assert.deepEqual([told, page.listeners], [['blocked', 'unlocked'], 0]);
      await Promise.all([ben.leave(), cem.leave()]);
    });
  }

  test('M6: who comes while others are let through is waited for; the next word is a new one', async () => {
    page.silenced = true;
    await mounted();
    const ben = await heard('ben');
    await until('it is told', () => told.length === 1);
    const cem = await heard('cem');
    const cems = tile('cem').all('audio')[0]!;
    await until('cem is refused too', () => cems.plays === 1);
    await tick();
    cems.play = () => Promise.reject(new DOMException('not yet', 'NotAllowedError'));
    page.silenced = false;
    gesture();
    await until('ben is let through', () => stopped().length === 1);
    await tick();
    assert.deepEqual(told, ['blocked']);
    Reflect.deleteProperty(cems, 'play');
    gesture();
    await until('it is unlocked', () => told.length === 2);
    page.silenced = true;
    const dan = await heard('dan');
    await until('dan is held back', () => told.length === 3);
    await dan.leave();
    await until('it is told', () => told.length === 4);
    assert.deepEqual(told, ['blocked', 'unlocked', 'blocked', 'unlocked']);
    await Promise.all([ben.leave(), cem.leave()]);
  });

  test('M6: shown in two elements it is told once for both, and again when the last one is undone', async () => {
    page.silenced = true;
    const undo = await mounted();
    const second = page.createElement('div');
    page.body.append(second);
    const undoToo = ada.mount(second as unknown as Element);
    const ben = await heard('ben');
    await until('both are held back', () => second.all('audio')[0]?.plays === 1 && told.length === 1);
    await tick();
    undo();
    assert.deepEqual(told, ['blocked']);
    undoToo();
    assert.deepEqual([told, page.listeners], [['blocked', 'unlocked'], 0]);
    await ben.leave();
  });

  test('a stream that is replaced while it begins is no refusal', async () => {
    page.stalled = true;
    await mounted();
    const ben = await heard('ben');
    await ben.microphone.mute();
    await until('he is silent', () => tile('ben').all('audio')[0]?.srcObject === null);
    await ben.microphone.unmute();
    await until('he is heard', () => tile('ben').all('audio')[0]?.srcObject !== null);
    assert.deepEqual([stopped(), told], [[], []]);
    await ben.leave();
  });
});
