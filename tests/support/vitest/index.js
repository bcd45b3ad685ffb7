// As much of Vitest as the example uses, on top of node:test: Vitest itself is no dependency of this package.

import assert from 'node:assert/strict';
import { afterEach, test as nodeTest } from 'node:test';

const finishers = [];
afterEach(async () => {
  for (const finish of finishers.splice(0)) await finish();
});

export const onTestFinished = (finish) => void finishers.push(finish);

export const expect = (actual) => ({
  toBe: (expected) => assert.ok(Object.is(actual, expected), `${actual} is not ${expected}`),
  toEqual: (expected) => assert.deepEqual(actual, expected),
});

export const test = Object.assign((name, body) => void nodeTest(name, () => body()), {
  each: (rows) => (name, body) => {
    for (const row of rows) void nodeTest(name.replace('%i', String(row)), () => body(row));
  },
});
