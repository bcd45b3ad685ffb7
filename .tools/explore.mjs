// `npm run explore`: builds the explorer and lets it search. What follows `--` goes to it.
//
//   npm run explore                             a pair within its full bounds, then the other machines
//   npm run explore -- pair --changes 2 --loss 1    within other bounds: what is not named does not happen
//   npm run explore -- calls                    one of the other machines

import { join } from 'node:path';
import { Plain, main } from './lib/say.mjs';
import { run } from './lib/run.mjs';
import { setUp } from './setup.mjs';
import { buildCpp } from './steps/cmake.mjs';

await main(async () => {
  await setUp('test');
  const folder = await buildCpp('fast', ['explore']);
  const { code } = await run(join(folder, 'explore'), process.argv.slice(2), { check: false });
  if (code === 1) throw new Plain('A bad state.');
  if (code !== 0) throw new Plain(code === 2 ? 'Not complete.' : `The explorer ended with ${code}.`);
});
