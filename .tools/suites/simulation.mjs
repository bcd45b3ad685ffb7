// The simulator's suite: a short night; the same natively and as WebAssembly; that it finds the mistakes it is there to find,
// and those that it once found.

import { buildAblated, classicMistakes, furtherMistakes, onceFound } from '../lib/ablations.mjs';
import { red, say, seconds } from '../lib/say.mjs';
import { buildSimulator, runSeeds, runSimulator } from '../lib/simulator.mjs';

const night = { first: 1, count: 3000 };
const compared = { first: 1, count: 100 };
const lossy = { first: 1, count: 2000, args: ['--loss', 60] };
const slow = { first: 1, count: 2000, args: ['--slow', '--people', 6] };
const searched = { first: 1, count: 1000 };
const searchedAgain = { first: 1, count: 6000, args: ['--loss', 60] };

const complaintOf = ({ failures, lines }) => (failures > 0 ? lines.join('\n') : undefined);

async function find(mistake, { args = [], ...seeds }) {
  const program = [await buildAblated(mistake)];
  const { failures, lines } = await runSeeds(program, { ...seeds, args: ['--brief', ...args] });
  if (failures === 0) return `not found within ${seeds.count} seeds`;
  say(`  ${lines[0]}`);
  return undefined;
}

async function compare(native) {
  const wasm = await buildSimulator('wasm-test');
  const [first, second] = await Promise.all(
    [native, wasm].map((program) => runSimulator(program, ['--seed', compared.first, '--seeds', compared.count, '--digest'])),
  );
  if (first.lines.length !== compared.count) return `${first.lines.length} digests: ${first.lines.at(-1)}`;
  const at = first.lines.findIndex((line, index) => line !== second.lines[index]);
  return at < 0 ? undefined : `native: ${first.lines[at]}\nwasm:   ${second.lines[at]}`;
}

const tests = [
  {
    title: `seeds ${night.first} to ${night.first + night.count - 1}: no promise is broken`,
    complaint: async (native) => complaintOf(await runSeeds(native, night)),
  },
  {
    title: `seeds ${lossy.first} to ${lossy.first + lossy.count - 1}, with many frames lost: no promise is broken`,
    complaint: async (native) => complaintOf(await runSeeds(native, lossy)),
  },
  {
    title: `seeds ${slow.first} to ${slow.first + slow.count - 1}, as slow as it gets: nobody begins anew where nothing goes wrong`,
    complaint: async (native) => complaintOf(await runSeeds(native, slow)),
  },
  { title: `${compared.count} meetings are the same natively and as WebAssembly`, complaint: compare },
  ...[...classicMistakes, ...furtherMistakes].map((mistake) => ({
    title: `found within ${searched.count} seeds: ${mistake.name}`,
    complaint: () => find(mistake, { ...searched, args: mistake.args }),
  })),
  ...onceFound.map((mistake) => ({
    title: `found again: ${mistake.name}`,
    complaint: () => find(mistake, { ...searchedAgain, args: mistake.args ?? searchedAgain.args }),
  })),
];

export async function simulation({ name }) {
  const native = await buildSimulator('native');
  const counts = { passed: 0, failed: 0, failures: [] };
  for (const { title, complaint } of tests.filter((each) => !name || each.title.includes(name))) {
    const begun = performance.now();
    const words = await complaint(native);
    say(`${words ? red('not ok') : 'ok'} ${title} (${seconds(performance.now() - begun)})`);
    if (words) {
      say(words);
      counts.failures.push(title);
    }
    ++counts[words ? 'failed' : 'passed'];
  }
  return counts;
}
