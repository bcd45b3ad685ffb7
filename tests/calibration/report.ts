// What a comparison found, for people to read.

import type { Comparison } from './compare.ts';
import { quirks, rules } from './differences.ts';

const indent = (lines: string[]): string => lines.map((line) => `        ${line}\n`).join('') || '        nothing\n';

export function report(name: string, version: string, found: Comparison): string {
  let text = `${name} (${version}): ${found.scripts} scripts, ${found.steps} of ${found.stepsThereAre} steps compared\n`;
  for (const { name: listed, reason } of [...quirks, ...rules]) {
    const times = found.listed.get(listed);
    if (times) text += `  ${String(times).padStart(5)} scripts: ${listed}: ${reason}\n`;
  }
  if (found.unsteady.length > 0) text += `  not the same each time, seeds ${found.unsteady.join(', ')}\n`;
  text += `  ${found.unlisted.length} unlisted differences\n`;
  for (const { seed, step, side, where, asked, model, browser } of found.unlisted) {
    text += `    seed ${seed}, step ${step}, side ${side}, ${where}\n      asked:\n${indent(asked)}`;
    text += `      model:\n${indent(model)}      ${name}:\n${indent(browser)}`;
  }
  return text;
}
