// The model of RTCPeerConnection that the core is tried on is like the browsers: some of the scripts of
// `npm run calibrate`, which runs many more and also finds what is listed and never occurs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserNames, openBrowser } from '../calibration/browser.ts';
import { compare } from '../calibration/compare.ts';
import { report } from '../calibration/report.ts';

const seeds = Array.from({ length: 25 }, (_, i) => i + 1);

for (const name of browserNames) {
  test(`the model of RTCPeerConnection does as ${name} does, seeds ${seeds[0]} to ${seeds.at(-1)}`, async () => {
    const runner = await openBrowser(name);
    try {
      const found = await compare(name, runner, seeds);
      const text = report(name, runner.version, found);
      console.log(text);
      assert.equal(found.unlisted.length, 0, text);
      // Most of the scripts must be compared to the end, or the list hides too much.
      assert.ok(found.steps > 0.6 * found.stepsThereAre, text);
      // A model without the browser's quirks is found out.
      const plain = await compare(name, runner, seeds.slice(0, 6), []);
      assert.notEqual(plain.unlisted.length, 0, `Without its quirks the model is still taken for ${name}`);
    } finally {
      await runner.close();
    }
  });
}
