// The pictures that a recording draws, over a page in memory that plays nothing before a gesture.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Players } from '../../bindings/browser/recording/players.ts';
import { FakePage, type FakeElement } from '../support/fake-page.ts';

test('M6: pictures to be recorded that the browser holds back play with the next gesture, and nothing is left of them', (context) => {
  const page = new FakePage();
  page.still = true;
  const made: FakeElement[] = [];
  const createElement = (tag: string): FakeElement => {
    const element = page.createElement(tag);
    made.push(element);
    return element;
  };
  Object.assign(globalThis, { document: { createElement }, window: page, MediaStream: class {} });
  context.after(() => Object.assign(globalThis, { document: undefined, window: undefined, MediaStream: undefined }));
  const players = new Players();
  players.play(new Set([{} as MediaStreamTrack, {} as MediaStreamTrack]));
  assert.deepEqual(made.map(({ paused }) => paused), [true, true]);
  page.still = false;
  page.dispatchEvent(new Event('touchend'));
  assert.deepEqual(made.map(({ paused }) => paused), [false, false]);
  players.close();
  assert.deepEqual([page.listeners, made.map(({ srcObject }) => srcObject)], [0, [null, null]]);
});
