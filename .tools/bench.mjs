// `npm run bench`: builds, then runs the measurements of tests/bench/. What follows `--` goes to them.

import { build } from './build.mjs';
import { inBuild } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { main } from './lib/say.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  await setUp('start');
  await build();
  await run(process.execPath, [inBuild('js', 'tests', 'bench', 'index.js'), ...process.argv.slice(2)]);
});
