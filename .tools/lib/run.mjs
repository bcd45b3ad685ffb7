// Starting other programs.

import { spawn, spawnSync } from 'node:child_process';
import { constants, accessSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Plain } from './say.mjs';
import { root } from './paths.mjs';

/**
 * Runs a program and resolves to { code, output }.
 *
 * - `show: 'always'` passes the output through as it comes (default); `'on-failure'` keeps it back and prints
 *   it in full if the program fails; `'never'` only collects it. A function gets each line of both streams.
 * - `check` (default true) makes a failing program an error.
 * - `timeoutMs` ends the program and all it started; that counts as a failure.
 */
export function run(command, args, { show = 'always', check = true, timeoutMs, cwd = root, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    // A group of its own when there is a time limit: a test runner's browsers have to end with it.
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: timeoutMs !== undefined,
    });
    const chunks = [];
    for (const name of ['stdout', 'stderr']) {
      child[name].on('data', (chunk) => {
        chunks.push(chunk);
        if (show === 'always') process[name].write(chunk);
      });
      if (typeof show === 'function') createInterface({ input: child[name] }).on('line', show);
    }

    const endGroup = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    };
    let timedOut = false;
    const timer =
      timeoutMs !== undefined &&
      setTimeout(() => {
        timedOut = true;
        endGroup();
      }, timeoutMs);
    const forward = (signal) => {
      endGroup();
      process.exit(signal === 'SIGINT' ? 130 : 143);
    };
    const signals = timeoutMs !== undefined ? ['SIGINT', 'SIGTERM'] : [];
    for (const signal of signals) process.on(signal, forward);

    const finish = () => {
      if (timer) clearTimeout(timer);
      for (const signal of signals) process.off(signal, forward);
    };
    child.on('error', (error) => {
      finish();
      reject(new Plain(`Cannot start ${command}: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      finish();
      const output = Buffer.concat(chunks).toString('utf8');
      const failed = code !== 0;
      if (failed && show === 'on-failure') process.stdout.write(output);
      const why = timedOut ? `was stopped after ${timeoutMs / 1000} s` : `failed (${signal ?? `exit code ${code}`})`;
      if (failed && timedOut) process.stdout.write(`\n${command} ${why}\n`);
      if (failed && check) reject(new Plain(`${[command, ...args].join(' ')}\n${why}`));
      else resolve({ code: code ?? 1, output });
    });
  });
}

/** A short question to a program: its standard output, or undefined if it is missing or fails. */
export function ask(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', cwd: root });
  return result.status === 0 ? result.stdout : undefined;
}

/** All executable files of that name on the PATH, in its order. */
export function allOnPath(name) {
  const found = [];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (!folder) continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) found.push(file);
    } catch {
      continue; // not there, or not ours to run: the next folder may have it
    }
  }
  return found;
}

export const onPath = (name) => allOnPath(name)[0];
