// `meetwire serve` as a process of its own, for tests that kill it.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './waiting.ts';

const cli = fileURLToPath(new URL('../../web/server/cli.js', import.meta.url));

export interface Run {
  readonly child: ChildProcess;
  readonly url: string;
  /** The exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals | null>;
  /** All that it has logged so far. */
  readonly log: () => string;
}

/** Resolves when it listens. `later` is told how to end it. */
export async function serveInProcess(later: (end: () => unknown) => void, ...words: string[]): Promise<Run> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...environment } = process.env;
  const child = spawn(process.execPath, [cli, 'serve', '--no-page', ...words], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  later(() => {
    child.kill('SIGKILL');
    return exit;
  });
  let out = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  const url = await until('it listens', () => /"url":"([^"]+)"/.exec(out)?.[1], 15_000);
  return { child, url, exit, log: () => out };
}
