// `npm test`: sets up what is missing, builds what changed, runs all tests.
//
//   npm test -- --only core,node     some suites only
//   npm test -- --name PATTERN       tests with that in their name only
//   npm test -- --quick              without browsers, fuzzers, WebAssembly tests, simulator and sanitizers
//
// The last line is `N passed, M failed` over all suites: Catch2's test cases and node:test's tests.
//
// Browsers wait for most of their time. What compiles and computes runs beside them, with the lowest priority, as a process
// of its own; what that prints is shown when it ends.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { inBuild } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { Plain, bold, green, main, red, say, seconds } from './lib/say.mjs';
import { setUp } from './setup.mjs';
import * as catch2 from './suites/catch2.mjs';
import { fuzz } from './suites/fuzz.mjs';
import * as nodeTest from './suites/node-test.mjs';
import { simulation } from './suites/simulation.mjs';

const suites = {
  core: catch2.core,
  'core-wasm': catch2.coreWasm,
  simulation,
  fuzz,
  node: nodeTest.node,
  browser: nodeTest.browser,
};

const quickSuites = ['core', 'node'];
/** Those that run beside the others. */
const computing = ['core', 'core-wasm', 'simulation', 'fuzz'];

function readArguments(args) {
  const options = { only: undefined, name: undefined, quick: false, beside: undefined };
  const rest = [...args];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    if (flag === '--quick') options.quick = true;
    else if (flag === '--only' && rest[0]) options.only = rest.shift().split(',');
    else if (flag === '--name' && rest[0]) options.name = rest.shift();
    // Of this script itself: it is the process beside, and writes its results there.
    else if (flag === '--beside' && rest[0]) options.beside = rest.shift();
    else throw new Plain('usage: npm test [-- --quick] [--only SUITE,SUITE] [--name PATTERN]');
  }
  options.only ??= options.quick ? quickSuites : Object.keys(suites);
  const unknown = options.only.filter((suite) => !(suite in suites));
  if (unknown.length > 0) {
    throw new Plain(`No such suite: ${unknown.join(', ')}. There are: ${Object.keys(suites).join(', ')}`);
  }
  return options;
}

async function runSuite(suite, options) {
  say(`\n${bold(`== ${suite}`)}`);
  const begun = performance.now();
  let counts;
  try {
    counts = await suites[suite](options);
  } catch (error) {
    // Could not be built or started: the other suites may still tell something.
    if (!(error instanceof Plain)) throw error;
    say(red(error.message));
    counts = { passed: 0, failed: 1 };
  }
  if (counts.passed + counts.failed === 0 && !options.name) {
    say(red(`The suite "${suite}" is empty.`));
    counts.failed = 1;
  }
  return { suite, ...counts, took: performance.now() - begun };
}

async function runSuites(names, options) {
  const results = [];
  for (const suite of Object.keys(suites).filter((name) => names.includes(name))) results.push(await runSuite(suite, options));
  return results;
}

/** The computing suites in a process of their own. */
async function runBeside(names, { name, quick }) {
  const file = inBuild('reports', 'beside.json');
  mkdirSync(inBuild('reports'), { recursive: true });
  rmSync(file, { force: true });
  const args = ['--only', names.join(), '--beside', file, ...(name ? ['--name', name] : []), ...(quick ? ['--quick'] : [])];
  const { code, output } = await run(process.execPath, [fileURLToPath(import.meta.url), ...args], { show: 'never', check: false });
  say(output);
  if (code !== 0) throw new Plain(`The suites ${names.join(', ')} could not be run.`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function runAll(options) {
  const beside = options.only.filter((name) => computing.includes(name));
  const others = options.only.filter((name) => !computing.includes(name));
  if (beside.length === 0 || others.length === 0 || availableParallelism() < 2) return runSuites(options.only, options);
  // Two builds in one folder would disturb each other.
  for (const name of others) await suites[name].ready(options);
  const [first, second] = await Promise.all([runBeside(beside, options), runSuites(others, options)]);
  return [...first, ...second];
}

await main(async () => {
  const options = readArguments(process.argv.slice(2));
  if (options.beside) {
    setPriority(constants.priority.PRIORITY_LOW);
    writeFileSync(options.beside, JSON.stringify(await runSuites(options.only, options)));
    return;
  }
  const begun = performance.now();
  await setUp('test');
  await build();
  const results = await runAll(options);

  say(`\n${bold('== summary')}`);
  for (const { suite, passed, failed, failures = [], took } of results) {
    const mark = failed === 0 ? green('ok  ') : red('FAIL');
    say(`${mark} ${suite.padEnd(10)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed  ${seconds(took)}`);
    for (const name of failures) say(`       ${red(name)}`);
  }
  say(`in ${seconds(performance.now() - begun)}, set-up and build included\n`);

  const sum = (field) => results.reduce((total, result) => total + result[field], 0);
  const [passed, failed] = [sum('passed'), sum('failed')];
  if (passed + failed === 0) throw new Plain(`No test has "${options.name}" in its name.`);
  if (failed > 0) process.exitCode = 1;
  say(`${passed} passed, ${failed} failed`);
});
