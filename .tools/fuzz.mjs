// `npm run fuzz`: builds the fuzzers and lets each search for its share of the time.
//
//   npm run fuzz -- --seconds 600                   all targets, a share of 600 s each
//   npm run fuzz -- --target envelope --runs 1e8    one target, so many inputs
//   npm run fuzz -- --seed 7                        another beginning
//   npm run fuzz -- --merge                         afterwards: the committed corpus made anew, and small
//
// Whatever breaks a promise is written to build/fuzz-findings/, with the command that shows it again.

import { mkdirSync } from 'node:fs';
import { relative } from 'node:path';
import { buildFuzzers, corpusOf, describeRun, fuzzers, mergeCorpus, runFuzzer, scratchOf } from './lib/fuzzers.mjs';
import { root } from './lib/paths.mjs';
import { Plain, main, red, say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

const usage = 'usage: npm run fuzz [-- --seconds N] [--target NAME,NAME] [--runs N] [--seed N] [--merge]';

function readArguments(args) {
  const options = { seconds: 60, targets: fuzzers, runs: undefined, seed: 1, merge: false };
  for (let at = 0; at < args.length; ++at) {
    const option = args[at];
    if (option === '--merge') {
      options.merge = true;
      continue;
    }
    const value = args[++at];
    const number = Number(value);
    if (option === '--target' && value) options.targets = value.split(',');
    else if (['--seconds', '--runs', '--seed'].includes(option) && Number.isInteger(number) && number > 0) {
      options[option.slice(2)] = number;
    } else throw new Plain(usage);
  }
  const unknown = options.targets.filter((name) => !fuzzers.includes(name));
  if (unknown.length > 0) throw new Plain(`No such target: ${unknown.join(', ')}. There are: ${fuzzers.join(', ')}`);
  return options;
}

await main(async () => {
  const { seconds, targets, runs, seed, merge } = readArguments(process.argv.slice(2));
  await setUp('test');
  await buildFuzzers(targets);
  for (const name of targets) mkdirSync(corpusOf(name), { recursive: true });

  const share = Math.max(1, Math.floor(seconds / targets.length));
  const each = runs === undefined ? `${share} s each` : `${runs.toLocaleString('en-GB')} runs each`;
  say(`\nseed ${seed}, ${each}; what reaches something new: ${relative(root, scratchOf(''))}`);
  let findings = 0;
  for (const name of targets) {
    const result = await runFuzzer(name, { seconds: share, runs, seed });
    say(describeRun(name, result));
    for (const { words, command } of result.findings) {
      say(red(`  ${words}`));
      say(`  again: ${command}`);
    }
    findings += result.findings.length;
  }
  if (findings > 0) throw new Plain(`${findings} ${findings === 1 ? 'finding' : 'findings'}`);
  for (const name of merge ? targets : []) {
    const { before, after } = await mergeCorpus(name);
    say(`corpus of ${name}: ${before} inputs before, ${after} now`);
  }
  say('no finding');
});
