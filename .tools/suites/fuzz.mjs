// The fuzzers' suite: each runs over the whole committed corpus, and then searches for a moment from a fixed seed.

import { buildFuzzers, describeRun, fuzzers, runFuzzer } from '../lib/fuzzers.mjs';
import { red, say } from '../lib/say.mjs';

const seed = 1;
const secondsEach = 2;

export async function fuzz({ name }) {
  const targets = fuzzers.filter((target) => !name || target.includes(name));
  const counts = { passed: 0, failed: 0, failures: [] };
  if (targets.length === 0) return counts;
  await buildFuzzers(targets);
  say(`seed ${seed}, ${secondsEach} s each after the corpus`);
  for (const target of targets) {
    const result = await runFuzzer(target, { seconds: secondsEach, seed, fresh: true });
    say(describeRun(target, result));
    const complaints = result.findings.map(({ words, command }) => `${words}\n  again: ${command}`);
    // A search that executes nothing, or begins at nothing, finds nothing.
    if (result.inputs === 0) complaints.push('the corpus is empty');
    if (complaints.length === 0 && result.executions <= result.inputs) complaints.push('nothing was run beyond the corpus');
    for (const complaint of complaints) say(red(`  ${complaint}`));
    if (complaints.length === 0) {
      ++counts.passed;
    } else {
      ++counts.failed;
      counts.failures.push(`fuzz ${target}: ${complaints[0]}`);
    }
  }
  return counts;
}
