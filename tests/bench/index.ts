// `npm run bench`: what the core costs, as ratios within one run, since absolute times say more about the machine.

import { benchCandidate } from './candidate.ts';
import { benchSize } from './size.ts';

await benchCandidate();
await benchSize();
