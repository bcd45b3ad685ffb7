// `npm run bench`: what the core costs, as ratios within one run, since absolute times say more about the machine.
// `npm run bench -- data` runs one of them only; some run only so.

import { benchCandidate } from './candidate.ts';
import { benchData } from './data.ts';
import { benchFile } from './file.ts';
import { benchSize } from './size.ts';

const benches: Record<string, () => Promise<void>> = { candidate: benchCandidate, size: benchSize, data: benchData };
// Minutes each: only when named.
const long: Record<string, () => Promise<void>> = { file: benchFile };

for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches)) {
  const bench = benches[name] ?? long[name];
  if (!bench) throw new Error(`There is no bench ${name}: ${Object.keys({ ...benches, ...long }).join(', ')}`);
  await bench();
}
