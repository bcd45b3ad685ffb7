// `npm run diagrams`: writes the state diagrams of src/STATES.md anew, from the tables that the machines look up.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withDiagrams } from './lib/diagrams.mjs';
import { writeIfChanged } from './lib/files.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, say } from './lib/say.mjs';
import { setUp } from './setup.mjs';
import { buildCpp } from './steps/cmake.mjs';

await main(async () => {
  await setUp('test');
  const folder = await buildCpp('native', ['diagrams']);
  const diagrams = JSON.parse(execFileSync(join(folder, 'diagrams'), { encoding: 'utf8' }));
  const file = inRoot('src', 'STATES.md');
  writeIfChanged(file, withDiagrams(readFileSync(file, 'utf8'), diagrams));
  say(`src/STATES.md: ${Object.keys(diagrams).join(', ')}`);
});
