// `meetwire serve` as a process: what it prints, what it exits with, how it ends.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Harness } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

const cli = fileURLToPath(new URL('../../web/server/cli.js', import.meta.url));

interface Run {
  readonly child: ChildProcess;
  out: string;
  err: string;
  readonly exit: Promise<number | NodeJS.Signals | null>;
}

function meetwire(words: string[], environment: Record<string, string> = {}): Run {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [cli, ...words], { env: { ...inherited, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const run: Run = { child, out: '', err: '', exit: new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal))) };
  child.stdout!.on('data', (chunk) => (run.out += String(chunk)));
  child.stderr!.on('data', (chunk) => (run.err += String(chunk)));
  harness.later(() => {
    child.kill('SIGKILL');
    return run.exit;
  });
  return run;
}

async function serving(words: string[] = [], environment: Record<string, string> = {}): Promise<Run & { url: string }> {
  const run = meetwire(['serve', '--port', '0', ...words], environment);
  const url = await until(`it listens; it says ${run.err}`, () => /"url":"([^"]+)"/.exec(run.out)?.[1], 15_000);
  return Object.assign(run, { url });
}

test('help and version are printed, and wrong usage ends with 2', async () => {
  const shown = meetwire(['serve', '--help']);
  assert.equal(await shown.exit, 0);
  assert.match(shown.out, /--max-participants/);
  const version = meetwire(['--version']);
  assert.equal(await version.exit, 0);
  assert.match(version.out, /^\d+\.\d+\.\d+/);
  for (const words of [[], ['serve', '--port', 'x'], ['serve', '--nonsense'], ['serve', '--origin', 'x.example'], ['serve', '--log-level', 'loud']]) {
    const wrong = meetwire(words);
    assert.equal(await wrong.exit, 2, words.join(' '));
    assert.match(wrong.err, /^meetwire: .+\nSee meetwire --help\.\n$/);
    assert.equal(wrong.out, '');
  }
});

test('a port in use ends with 1 and a sentence', async () => {
  const { server } = await harness.serve();
  const second = meetwire(['serve', '--no-page'], { MEETWIRE_PORT: String(server.port) });
  assert.equal(await second.exit, 1);
  assert.match(second.err, /^meetwire: Port \d+ on 127\.0\.0\.1 is in use already\. .+\n$/);
  assert.doesNotMatch(second.err, /    at /);
});

test('every line of its log is a JSON object', async () => {
  const run = await serving(['--no-page']);
  await harness.member(run.url, { room: 'r', user: 'ada' });
  run.child.kill('SIGTERM');
  await run.exit;
  const lines = run.out.trim().split('\n').map((line) => JSON.parse(line) as { level: string; time: string; msg: string });
  assert.ok(lines.length >= 3);
  for (const line of lines) assert.ok(line.level && line.time && line.msg);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`E8: ${signal} tells the clients and exits 0 within seconds, with keep-alive connections hanging`, async () => {
    const run = await serving(['--no-page']);
    const ada = await harness.member(run.url, { room: 'r', user: 'ada' });
    const { port } = new URL(run.url);
    const hanging = connect(Number(port), '127.0.0.1');
    hanging.on('error', () => undefined);
    hanging.write('GET /health HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n');
    await new Promise((resolve) => hanging.once('data', resolve));
    harness.later(() => hanging.destroy());
    const begun = performance.now();
    run.child.kill(signal);
    assert.equal(await ada.problem('ended'), 'server-closing');
    assert.equal(await run.exit, 0);
    assert.ok(performance.now() - begun < 4_000, `${performance.now() - begun} ms`);
    assert.equal(run.err, '');
  });
}

test('a second signal ends it at once', async () => {
  const run = await serving(['--no-page']);
  // Its closing is held up by a client that never finishes its own.
  const ada = await harness.member(run.url, { room: 'r', user: 'ada' });
  ada.freeze();
  run.child.kill('SIGTERM');
  await until('it is closing', async () => {
    const answer = await fetch(`${run.url}/health`).catch(() => undefined);
    return answer?.status === 503;
  });
  run.child.kill('SIGTERM');
  assert.equal(await run.exit, 143);
});
