// How large an element is seen, over a page in memory: as it is moved into another window, and that one is out of sight.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { watchSight } from '../../bindings/browser/sight.ts';
import { FakePage } from '../support/fake-page.ts';
import { tick } from '../support/waiting.ts';

let observed: ((entries: { isIntersecting: boolean }[]) => void)[];
let resized: (() => void)[];

beforeEach(() => {
  observed = [];
  resized = [];
  class Observer {
    constructor(call: () => void) {
      (this instanceof Intersections ? observed : resized).push(call);
    }
    observe(): void {}
    disconnect(): void {}
  }
  class Intersections extends Observer {}
  Object.assign(globalThis, { ResizeObserver: Observer, IntersectionObserver: Intersections });
});
afterEach(() => void Object.assign(globalThis, { ResizeObserver: undefined, IntersectionObserver: undefined }));

test('M5: an element that is moved into another window is seen as long as that one is, and not the page it came from', async () => {
  const [page, window] = [new FakePage(), new FakePage()].map((each) => Object.assign(each, { hidden: false })) as [FakePage & { hidden: boolean }, FakePage & { hidden: boolean }];
  const hide = async (which: typeof page, hidden: boolean): Promise<void> => {
    which.hidden = hidden;
    which.dispatchEvent(new Event('visibilitychange'));
    await tick();
  };
  const element = Object.assign(page.createElement('figure'), { clientWidth: 320 });
  page.body.append(element);
  const told: number[] = [];
  const undo = watchSight(element as unknown as Element, (width) => told.push(width));
  observed[0]!([{ isIntersecting: true }]);
  await hide(page, true);
  await hide(page, false);
  assert.deepEqual(told, [320, 0, 320]);

  window.body.append(element);
  element.clientWidth = 200;
  resized[0]!();
  assert.deepEqual(told.splice(0), [320, 0, 320, 200]);
  await hide(page, true);
  assert.deepEqual(told, []);
  await hide(window, true);
  assert.deepEqual(told, [0]);
  undo();
  assert.deepEqual([page.listeners, window.listeners], [0, 0]);
});
