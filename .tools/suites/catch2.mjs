// The C++ suites: the same test sources natively under sanitizers, and as WebAssembly under Node.

import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { run } from '../lib/run.mjs';
import { buildCpp } from '../steps/cmake.mjs';

const timeoutMs = 20 * 60_000;

/** Catch2's last lines, in both of their forms, as { passed, failed }; undefined if there are none. */
export function readCatch2Summary(coloured) {
  const output = stripVTControlCharacters(coloured);
  const all = /^All tests passed \(\d+ assertions? in (\d+) test cases?\)\s*$/m.exec(output);
  if (all) return { passed: Number(all[1]), failed: 0 };
  const line = /^test cases:\s*(\d+)((?:\s*\|\s*\d+ [a-z ]+)*)\s*$/m.exec(output);
  if (!line) return undefined;
  const passed = Number(/\|\s*(\d+) passed/.exec(line[2])?.[1] ?? 0);
  return { passed, failed: Number(line[1]) - passed };
}

/** The names of the test cases that failed: each stands between two lines of dashes, above what went wrong. */
export function readCatch2Failures(coloured) {
  const output = stripVTControlCharacters(coloured);
  return [...new Set([...output.matchAll(/^-{40,}\n(.+)\n(?:  .+\n)*-{40,}$/gm)].map(([, name]) => name))];
}

function suite(preset, start) {
  return async ({ name, quick }) => {
    const folder = await buildCpp(quick ? 'quick' : preset, ['core_tests']);
    // Catch2's own pattern: `*` matches anything, letter case does not count.
    const filter = name ? [`*${name}*`] : [];
    const [command, ...args] = start(folder);
    const { code, output } = await run(command, [...args, ...filter], { check: false, timeoutMs });
    const counts = { ...(readCatch2Summary(output) ?? { passed: 0, failed: 0 }), failures: readCatch2Failures(output) };
    // A sanitizer's finding, a crash or a trap ends the program before or without a summary.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  };
}

export const core = suite('native', (folder) => [join(folder, 'core_tests')]);
export const coreWasm = suite('wasm-test', (folder) => [process.execPath, join(folder, 'core_tests.cjs')]);
