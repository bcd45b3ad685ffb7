// `npm run simulate`: many meetings on many bad days, every promise checked after every event.
//
//   npm run simulate -- --seeds 1000              seeds 1 to 1000, from 2 to 6 people each, on all cores
//   npm run simulate -- --seed 4711               that one
//   npm run simulate -- --seeds 1000 --people 6   six people in each
//   npm run simulate -- --seeds 1000 --slow       nothing goes wrong, and everything is as slow as it gets
//   npm run simulate -- --wasm                    the core as WebAssembly, under Node
//   npm run simulate -- --seeds 1000 --compare    both, which must be the same to the last event
//   npm run simulate -- --seed 4711 --trace       all that happens in it
//   npm run simulate -- --failures 10             goes on after a failure
//
// A failure prints its seed, what went wrong, the least that it takes, and the end of its trace.

import { main, Plain, say } from './lib/say.mjs';
import { buildSimulator, runSeeds } from './lib/simulator.mjs';
import { setUp } from './setup.mjs';

const usage = 'usage: npm run simulate [-- --seeds N] [--seed S] [--people P] [--failures N] [--slow] [--wasm] [--compare] [--trace]';

function readArguments(args) {
  const options = { seeds: undefined, seed: undefined, people: 0, failures: 1, slow: false, wasm: false, compare: false, trace: false };
  for (let at = 0; at < args.length; ++at) {
    const name = args[at].replace(/^--/, '');
    if (!args[at].startsWith('--') || !(name in options)) throw new Plain(usage);
    if (typeof options[name] === 'boolean') {
      options[name] = true;
      continue;
    }
    const value = Number(args[++at]);
    if (!Number.isSafeInteger(value) || value < 0) throw new Plain(usage);
    options[name] = value;
  }
  // One seed that is named is wanted alone.
  options.seeds ??= options.seed === undefined ? 1000 : 1;
  options.seed ??= 1;
  return options;
}

const count = (value) => value.toLocaleString('en-GB');

function describe({ meetings, events, failures, seconds }) {
  const perHour = seconds > 0 ? `, ${count(Math.round((meetings / seconds) * 3600))} meetings an hour and core` : '';
  return `${count(meetings)} meetings, ${count(events)} events, ${count(failures)} failures${perHour}`;
}

async function runKind(kind, { seed, seeds, people, failures, slow, trace, compare }) {
  const program = await buildSimulator(kind);
  const args = ['--people', people, ...(slow ? ['--slow'] : []), ...(trace ? ['--trace'] : []), ...(compare ? ['--digest'] : [])];
  const begun = performance.now();
  let told = begun;
  const result = await runSeeds(program, {
    first: seed,
    count: seeds,
    args,
    failuresMax: failures,
    onBlock: (block, sum) => {
      const now = performance.now();
      if (now - told < 10_000) return;
      told = now;
      say(`  ${count(sum.meetings)} of ${count(seeds)}, ${count(sum.failures)} failures`);
    },
  });
  if (!compare) for (const line of result.lines) say(line);
  say(`${kind}: ${describe(result)}, ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  return result;
}

await main(async () => {
  const options = readArguments(process.argv.slice(2));
  await setUp('test');
  const kinds = options.compare ? ['native', 'wasm'] : [options.wasm ? 'wasm' : 'native'];
  const results = [];
  for (const kind of kinds) results.push(await runKind(kind, options));
  if (options.compare) {
    const [native, wasm] = results.map(({ lines }) => lines);
    const at = native.findIndex((line, index) => line !== wasm[index]);
    if (at >= 0 || native.length !== wasm.length) {
      throw new Plain(`Not the same.\n  native: ${native[at]}\n  wasm:   ${wasm[at]}`);
    }
    say(`the same, natively and as WebAssembly: ${count(native.length)} digests`);
  }
  if (results.some(({ failures }) => failures > 0)) process.exitCode = 1;
});
