// The simulator, natively and as WebAssembly: building it, and running many seeds on all cores.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildCpp } from '../steps/cmake.mjs';
import { run } from './run.mjs';

/** `wasm`: the shipped compiler at full speed; `wasm-test`: the tests' build, which is there already. */
const builds = {
  native: { preset: 'fast', start: (folder) => [join(folder, 'simulate')] },
  wasm: { preset: 'wasm-fast', start: (folder) => [process.execPath, join(folder, 'simulate.cjs')] },
  'wasm-test': { preset: 'wasm-test', start: (folder) => [process.execPath, join(folder, 'simulate.cjs')] },
};

/** Resolves to the command line that the simulator's own arguments are put after. */
export async function buildSimulator(kind) {
  const { preset, start } = builds[kind];
  return start(await buildCpp(preset, ['simulate']));
}

/** One run, on one core: { code, meetings, events, failures, seconds, lines }, `lines` being all that it printed before its sum. */
export async function runSimulator([command, ...before], args, timeoutMs = 3_600_000) {
  const begun = performance.now();
  const { code, output } = await run(command, [...before, ...args.map(String)], { show: 'never', check: false, timeoutMs });
  const seconds = (performance.now() - begun) / 1000;
  const sum = /^(\d+) meetings, (\d+) events, (\d+) failures$/m.exec(output);
  const [meetings, events, failures] = (sum?.slice(1) ?? [0, 0, 1]).map(Number);
  const text = sum ? output.slice(0, sum.index) : `${output}\nended with exit code ${code}`;
  const lines = text.split('\n').filter((line) => line !== '');
  return { code: sum ? code : 1, meetings, events, failures, seconds, lines };
}

// So many seeds at once: often enough to show that something goes on, seldom enough to cost nothing.
const blockSize = 500;

/**
 * Seeds `first` to `first + count - 1`, in blocks on all cores. `onBlock` gets each block's result as it comes. Resolves
 * to the sum; no new block is begun once `failuresMax` failures were seen.
 */
export async function runSeeds(program, { first, count, args = [], failuresMax = 1, onBlock = () => {} }) {
  const sum = { meetings: 0, events: 0, failures: 0, seconds: 0, lines: [] };
  const blocks = new Map();
  let next = 0;
  const worker = async () => {
    while (next < count && sum.failures < failuresMax) {
      const begin = next;
      next += Math.min(blockSize, count - begin);
      const result = await runSimulator(program, ['--seed', first + begin, '--seeds', next - begin, '--failures', failuresMax, ...args]);
      for (const field of ['meetings', 'events', 'failures', 'seconds']) sum[field] += result[field];
      blocks.set(begin, result.lines);
      onBlock(result, sum);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  // In the order of the seeds, whichever came first.
  sum.lines = [...blocks].sort(([a], [b]) => a - b).flatMap(([, lines]) => lines);
  return sum;
}
