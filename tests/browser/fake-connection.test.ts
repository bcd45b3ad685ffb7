// The fake connections of meetwire/testing beside the model of RTCPeerConnection, which `npm run calibrate` holds to the
// browsers. Here rather than with the tests in Node, since the model is built for these.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference, runModel } from '../calibration/compare.ts';
import { runInFakes, withoutWhatFakesLack } from '../calibration/fake.ts';
import { makeScript } from '../calibration/script.ts';

test('the fake connections do as the model does', async () => {
  const scripts = Array.from({ length: 150 }, (_, at) => withoutWhatFakesLack(makeScript(at + 1))).filter(({ steps }) => steps.length > 0);
  const [models, fakes] = await Promise.all([runModel(scripts, []), runInFakes(scripts)]);
  const differences = scripts.flatMap((script, at) => firstDifference(script, models[at]!, fakes[at]!) ?? []);
  const steps = scripts.reduce((sum, script) => sum + script.steps.length, 0);
  const alike = scripts.reduce((sum, script) => sum + (differences.find(({ seed }) => seed === script.seed)?.step ?? script.steps.length), 0);
  // What is left: credentials after several rollbacks, and whether a track is announced again after one.
  const told = differences.map(({ seed, step, where, model, browser }) => `${seed}/${step} ${where}: ${model.join(', ')} | ${browser.join(', ')}`).join('\n');
  assert.ok(alike >= 0.97 * steps, `${alike} of ${steps} steps, ${differences.length} of ${scripts.length} scripts differ:\n${told}`);
});
