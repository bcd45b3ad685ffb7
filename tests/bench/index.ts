// `npm run bench`: what the core costs, as ratios within one run, since absolute times say more about the machine.
// `npm run bench -- data` runs one of them only; some run only so.

import { benchAttack } from './attack/index.ts';
import { play } from './attack/roles.ts';
import { benchCandidate } from './candidate.ts';
import { benchData } from './data.ts';
import { benchFile } from './file.ts';
import { benchInsight } from './insight.ts';
import { benchSize } from './size.ts';
import { benchStart } from './start.ts';

const benches: Record<string, () => Promise<void>> = { candidate: benchCandidate, size: benchSize, data: benchData, insight: benchInsight, start: () => benchStart([]) };
// Minutes each: only when named.
const long: Record<string, () => Promise<void>> = { file: benchFile };

const words = process.argv.slice(2);
// The names after it are of attacks.
if (words[0] === 'attack') {
  if (words[1] === '--role') await play(words[2]!, words[3]!, words[4]!);
  else await benchAttack(words.slice(1));
} else if (words[0] === 'start') {
  await benchStart(words.slice(1));
} else {
  for (const name of words.length > 0 ? words : Object.keys(benches)) {
    const bench = benches[name] ?? long[name];
    if (!bench) throw new Error(`There is no bench ${name}: ${Object.keys({ ...benches, ...long, attack: 0 }).join(', ')}`);
    await bench();
  }
}
