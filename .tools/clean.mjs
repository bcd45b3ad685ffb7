// `npm run clean`: removes all that a build made. The npm packages and downloaded browsers stay.

import { rmSync } from 'node:fs';
import { inBuild, inDist } from './lib/paths.mjs';
import { main } from './lib/say.mjs';

await main(() => {
  for (const folder of [inBuild(), inDist()]) rmSync(folder, { recursive: true, force: true });
});
