// `npm run calibrate`: builds the model, then compares it with the browsers. What follows `--` goes to the comparison.

import { browserEnvironment } from './lib/browsers.mjs';
import { inBuild } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { main } from './lib/say.mjs';
import { setUp } from './setup.mjs';
import { buildCpp } from './steps/cmake.mjs';
import { buildTypes } from './steps/types.mjs';

await main(async () => {
  await setUp('test');
  await buildTypes();
  await buildCpp('native', ['browser_model']);
  const program = inBuild('js', 'tests', 'calibration', 'index.js');
  const { code } = await run(process.execPath, [program, ...process.argv.slice(2)], { check: false, env: browserEnvironment() });
  process.exitCode = code;
});
