// `npm run calibrate`: is the model of RTCPeerConnection like the browsers?
//
//   --seeds N      how many scripts (1200)
//   --seed S       the first one's seed (1)
//   --browser B    chromium or firefox only
//
// Exit code 1: a difference that is not listed; or, in a full run, one that is listed and never occurs.

import { type BrowserName, browserNames, openBrowser } from './browser.ts';
import { compare, neverMet } from './compare.ts';
import { report } from './report.ts';

// So many, from seed 1 on, meet everything that is listed.
const fullRun = 1200;

interface Options {
  seeds: number;
  seed: number;
  browsers: BrowserName[];
}

function readArguments(args: string[]): Options {
  const options: Options = { seeds: fullRun, seed: 1, browsers: [...browserNames] };
  for (let at = 0; at < args.length; at += 2) {
    const value = args[at + 1] ?? '';
    const browser = browserNames.find((name) => name === value);
    if (args[at] === '--seeds' && Number(value) > 0) options.seeds = Number(value);
    else if (args[at] === '--seed' && /^\d+$/.test(value)) options.seed = Number(value);
    else if (args[at] === '--browser' && browser) options.browsers = [browser];
    else throw new Error(`usage: npm run calibrate -- [--seeds N] [--seed S] [--browser ${browserNames.join('|')}]`);
  }
  return options;
}

const { seeds, seed, browsers } = readArguments(process.argv.slice(2));
console.log(`seeds ${seed} to ${seed + seeds - 1}`);
for (const name of browsers) {
  const runner = await openBrowser(name);
  try {
    const found = await compare(name, runner, Array.from({ length: seeds }, (_, i) => seed + i));
    console.log(report(name, runner.version, found));
    if (found.unlisted.length > 0) process.exitCode = 1;
    if (seed > 1 || seeds < fullRun) continue;
    for (const never of neverMet(name, found)) {
      console.log(`  listed, and never met: ${never}`);
      process.exitCode = 1;
    }
  } finally {
    await runner.close();
  }
}
