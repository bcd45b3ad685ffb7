#!/usr/bin/env node
// The `meetwire` command: from words and signals to a server and an exit code.

import { constants } from 'node:os';
import { UsageError, help, inFlags, readArguments } from './arguments.ts';
import { describe } from './log.ts';
import type { ServeOptions } from './options.ts';
import { OptionError } from './options.ts';
import { findPackage } from './package-files.ts';
import { StartError, serve } from './serve.ts';

const exitCode = { done: 0, failed: 1, usage: 2 } as const;

async function main(): Promise<void> {
  try {
    const wish = readArguments(process.argv.slice(2), process.env);
    if (wish.what === 'help') process.stdout.write(help);
    else if (wish.what === 'version') process.stdout.write(`${findPackage().version}\n`);
    else await run(wish.options);
  } catch (error) {
    process.exitCode = complain(error);
  }
}

async function run(options: ServeOptions): Promise<void> {
  const interrupted = firstSignal();
  const server = await serve(options);
  // The state of the core is lost and its clients are disconnected: a supervisor's fresh process is the remedy.
  server.onFailure(() => process.exit(exitCode.failed));
  await interrupted;
  await server.close();
  process.exit(exitCode.done);
}

/** Resolves at the first signal; the second ends the process then and there, as the shell would have it. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let seen = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (seen) process.exit(128 + constants.signals[signal]);
        seen = true;
        resolve();
      });
    }
  });
}

function complain(error: unknown): number {
  if (error instanceof UsageError || error instanceof OptionError) {
    const sentence = error instanceof OptionError ? inFlags(error) : error.message;
    process.stderr.write(`meetwire: ${sentence}\nSee meetwire --help.\n`);
    return exitCode.usage;
  }
  const sentence = error instanceof StartError ? error.message : describe(error).error;
  process.stderr.write(`meetwire: ${sentence}\n`);
  return exitCode.failed;
}

await main();
