#!/usr/bin/env node
// The `meetwire` command: from words and signals to a server and an exit code.

import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { UsageError, help, inFlags, readArguments } from './arguments.ts';
import { describe } from './log.ts';
import type { ServeOptions } from './options.ts';
import { OptionError } from './options.ts';
import { findPackage } from './package-files.ts';
import { StartError, serve } from './serve.ts';
import type { MeetwireServer } from './serve.ts';

const exitCode = { done: 0, failed: 1, usage: 2 } as const;

async function main(): Promise<void> {
  try {
    const wish = readArguments(process.argv.slice(2), process.env);
    if (wish.what === 'help') process.stdout.write(help);
    else if (wish.what === 'version') process.stdout.write(`${findPackage().version}\n`);
    else if (wish.what === 'serve') await run(wish.options, wish.traceFile);
    else if (wish.what === 'token') process.stdout.write(await tokenWith(wish.words));
    else if (wish.what === 'doctor') process.exitCode = await doctorWith(wish.words);
    else process.exitCode = await replayWith(wish.words);
  } catch (error) {
    process.exitCode = complain(error);
  }
}

async function run(options: ServeOptions, traceFile: string | undefined): Promise<void> {
  const interrupted = firstSignal();
  const server = await serve(options);
  const keepTrace = (): void => writeTrace(traceFile, server);
  if (traceFile !== undefined) process.on('SIGUSR2', keepTrace);
  // The state of the core is lost and its clients are disconnected: a supervisor's fresh process is the remedy.
  server.onFailure(() => {
    keepTrace();
    process.exit(exitCode.failed);
  });
  await interrupted;
  await server.close();
  keepTrace();
  process.exit(exitCode.done);
}

// A full disk must not end the meetings.
function writeTrace(file: string | undefined, server: MeetwireServer): void {
  if (file === undefined) return;
  try {
    writeFileSync(file, server.trace(), { mode: 0o600 });
  } catch (error) {
    process.stderr.write(`meetwire: the trace was not written: ${describe(error).error}\n`);
  }
}

async function replayWith(words: readonly string[]): Promise<number> {
  const { replayCommand } = await import('./replay/command.ts');
  return replayCommand(words);
}

async function tokenWith(words: readonly string[]): Promise<string> {
  const { tokenCommand } = await import('./token-command.ts');
  return tokenCommand(words, process.env);
}

async function doctorWith(words: readonly string[]): Promise<number> {
  const { doctorCommand } = await import('./doctor/command.ts');
  const { text, exitCode: code } = await doctorCommand(words, process.env);
  process.stdout.write(text);
  return code;
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
