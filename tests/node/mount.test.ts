// `meeting.mount`: who has a tile, what it shows, and the sound that a browser holds back.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { FakePage, type FakeElement } from '../support/fake-page.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { until } from '../support/waiting.ts';

let world: FakeWorld;
let page: FakePage;
let root: FakeElement;
let ada: Meeting;

beforeEach(async () => {
  world = await FakeWorld.make();
  page = new FakePage();
  root = page.createElement('div');
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

  test('sound that the browser refuses is told of once, and played at the next click', async () => {
    page.silenced = true;
    await mounted();
    const told: string[] = [];
    ada.on('audio-blocked', () => told.push('blocked'));
    ada.on('audio-unlocked', () => told.push('unlocked'));
    const { meeting: ben } = await world.join('r', { user: 'ben', microphone: true });
    const { meeting: cem } = await world.join('r', { user: 'cem', microphone: true });
    await until('both are to be heard', () => root.all('audio').filter(({ plays }) => plays > 0).length === 2);
    await until('it is told', () => told.length > 0);
    page.dispatchEvent(new Event('click'));
    page.silenced = false;
    page.dispatchEvent(new Event('click'));
    await until('it is unlocked', () => told.includes('unlocked'));
    assert.deepEqual(told, ['blocked', 'unlocked']);
    assert.equal(page.listeners, 0);
    await Promise.all([ben.leave(), cem.leave()]);
  });
});
