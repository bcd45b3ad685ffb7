// Runs scripts in the model and in a browser, and compares what is seen.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../support/root.ts';
import type { BrowserName, Runner } from './browser.ts';
import { type Difference, type Listed, quirks, rules } from './differences.ts';
import type { Observation } from './page.ts';
import { type Script, makeScript, sides } from './script.ts';

export interface Comparison {
  scripts: number;
  /** Steps compared, of those there are: after a listed difference the rest of a script is left out. */
  steps: number;
  stepsThereAre: number;
  /** Scripts in which each listed difference was met. */
  listed: Map<string, number>;
  unlisted: Difference[];
  /** Scripts whose difference was not there when they were run again: the browser differs from itself. */
  unsteady: number[];
}

const program = join(root, 'build', 'native', 'browser_model');

/** Of a browser, what is listed: first quirks, then rules. */
export const listedFor = (browser: BrowserName): { quirks: string[]; rules: string[] } => {
  const names = (all: Listed[]): string[] => all.filter(({ browsers }) => browsers.includes(browser)).map(({ name }) => name);
  return { quirks: names(quirks), rules: names(rules) };
};

/** Those of that browser's list that a comparison never met: on enough scripts they are out of date. */
export function neverMet(browser: BrowserName, { listed }: Comparison): string[] {
  const names = listedFor(browser);
  return [...names.quirks, ...names.rules].filter((name) => !listed.has(name));
}

/** The model's observations, with these quirks switched on. */
export function runModel(scripts: Script[], names: string[]): Promise<Observation[]> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, names, { maxBuffer: 1 << 30 }, (error, stdout) => {
      if (error) return reject(error);
      resolve(stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Observation));
    });
    child.stdin?.end(scripts.map((script) => `${JSON.stringify(script)}\n`).join(''));
  });
}

const same = (one: string[], other: string[]): boolean => one.length === other.length && one.every((line, i) => line === other[i]);

/** The first one, or none. */
export function firstDifference(script: Script, model: Observation, browser: Observation): Difference | undefined {
  let number = 0;
  for (const [step, { operations }] of script.steps.entries()) {
    for (const side of sides) {
      for (const where of ['log', 'state'] as const) {
        const ours = model.steps[step]?.[side][where] ?? [];
        const theirs = browser.steps[step]?.[side][where] ?? [];
        if (same(ours, theirs)) continue;
        const asked = operations.flatMap((each, at) => (each.on === side ? [`${number + at} ${JSON.stringify(each)}`] : []));
        const used = (model.quirks ?? []).slice(0, step + 1).flat();
        return { seed: script.seed, step, side, where, model: ours, browser: theirs, asked, script, quirks: used };
      }
    }
    number += operations.length;
  }
  return undefined;
}

/** `names`: the quirks that the model shall have; those of that browser, unless said otherwise. */
export async function compare(name: BrowserName, runner: Runner, seeds: number[], names = listedFor(name).quirks): Promise<Comparison> {
  const scripts = seeds.map(makeScript);
  const models = await runModel(scripts, names);
  const found: Comparison = { scripts: scripts.length, steps: 0, stepsThereAre: 0, listed: new Map(), unlisted: [], unsteady: [] };
  const count = (what: string): void => void found.listed.set(what, (found.listed.get(what) ?? 0) + 1);
  for (const [at, script] of scripts.entries()) {
    const model = models[at] as Observation;
    let difference = firstDifference(script, model, await runner.run(script));
    const rule = difference && rules.find((each) => each.browsers.includes(name) && each.matches(difference as Difference));
    if (difference && !rule) {
      // Only what a browser does each time is how it is.
      for (let again = 0; again < 2 && difference; again++) difference = firstDifference(script, model, await runner.run(script));
      if (!difference) found.unsteady.push(script.seed);
    }
    const compared = difference ? difference.step : script.steps.length;
    found.steps += compared;
    found.stepsThereAre += script.steps.length;
    for (const quirk of new Set(model.quirks?.slice(0, compared + 1).flat())) count(quirk);
    if (difference && rule) count(rule.name);
    else if (difference) found.unlisted.push(difference);
  }
  return found;
}
