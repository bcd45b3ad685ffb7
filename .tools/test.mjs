// `npm test`: sets up what is missing, builds what changed, runs all tests.
//
//   npm test -- --only core,node     some suites only
//   npm test -- --name PATTERN       tests with that in their name only
//   npm test -- --quick              without browsers, fuzzers, WebAssembly tests, simulator and sanitizers
//
// The last line is `N passed, M failed` over all suites: Catch2's test cases and node:test's tests.

import { build } from './build.mjs';
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

function readArguments(args) {
  const options = { only: undefined, name: undefined, quick: false };
  const rest = [...args];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    if (flag === '--quick') options.quick = true;
    else if (flag === '--only' && rest[0]) options.only = rest.shift().split(',');
    else if (flag === '--name' && rest[0]) options.name = rest.shift();
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

await main(async () => {
  const options = readArguments(process.argv.slice(2));
  const begun = performance.now();
  await setUp('test');
  await build();

  const results = [];
  for (const suite of Object.keys(suites).filter((name) => options.only.includes(name))) {
    results.push(await runSuite(suite, options));
  }

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
