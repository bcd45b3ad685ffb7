// The ring: what it keeps, what it drops, what it says about that; and how a page and a server get at it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { redactor } from '../../bindings/redact.ts';
import { loadClient } from '../../bindings/load-client.ts';
import { LoadedClientCore, LoadedCore } from '../../bindings/machine.ts';
import { Trace } from '../../bindings/trace.ts';
import { attach } from '../../web/server/index.ts';
import { readTrace } from '../../web/server/replay/trace-file.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { root } from '../support/root.ts';
import { Harness } from '../support/server-harness.ts';
import { replayFile } from '../support/traces.ts';
import { until } from '../support/waiting.ts';

const options = { room: 'r', user: 'ada', name: 'Ada', token: '', secret: '', dialect: 'meetwire' as const, seed: 1, iceTransportPolicy: 'all' };
const read = (text: string) => readTrace(new TextEncoder().encode(text));

async function recorded(trace: Trace, events: number): Promise<Trace> {
  const machine = new LoadedClientCore(await loadClient()).create(options, trace);
  machine.handle(1, { type: 'join_requested' });
  for (let at = 2; at <= events; at++) machine.handle(at, { type: 'message_arrived', attempt: 1, name: 'meetwire', body: JSON.stringify({ messages: [], filler: 'x'.repeat(100) }) });
  machine.dispose();
  return trace;
}

describe('the ring', () => {
  test('keeps at most so many entries, the newest, and says how many it dropped', async () => {
    const { entries, dropped } = read((await recorded(new Trace('client', { entriesMax: 10 }), 100)).text(redactor));
    assert.equal(dropped, 90);
    assert.deepEqual(entries.map(({ at }) => at), Array.from({ length: 10 }, (_, index) => 91 + index));
  });

  test('keeps at most so many bytes', async () => {
    for (const bytesMax of [0, 1, 1_000, 5_000, 20_000]) {
      const { entries, dropped } = read((await recorded(new Trace('client', { bytesMax }), 200)).text(redactor));
      const kept = entries.reduce((sum, { event, step }) => sum + String(event['body'] ?? JSON.stringify(event)).length + JSON.stringify(step).length, 0);
      assert.ok(kept <= bytesMax, `${kept} of ${bytesMax}`);
      assert.ok(bytesMax < 1_000 || kept > bytesMax - 1_000, `${kept} of ${bytesMax}`);
      assert.equal(entries.length + dropped, 200);
    }
  });

  test('a trace without its beginning is told, not replayed: exit code 4', async () => {
    const { code, out, err } = replayFile((await recorded(new Trace('client', { entriesMax: 10 }), 100)).text(redactor));
    assert.equal(code, 4, out);
    assert.match(err, /the first 90 events were dropped.*\(trace-truncated\)/);
    assert.equal(replayFile((await recorded(new Trace('client'), 100)).text(redactor), '--quiet').code, 0);
  });

  test('an event that the core dies of is the last one, without a step', () => {
    const trace = new Trace('client');
    const dies = (): string => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    const machine = new LoadedCore<object, { type: string }, object>({ create: () => 1, handle: dies, receive: dies, dispose: () => {} }).create({}, trace);
    assert.throws(() => machine.handle(5, { type: 'time_passed' }), { code: 'internal' });
    const { entries } = read(trace.text(redactor));
    assert.deepEqual(entries.map(({ event, step }) => [event.type, step]), [['time_passed', null]]);
    // This core does not die of it, and that is a difference.
    assert.equal(replayFile(trace.text(redactor).replace('{}', JSON.stringify(options)), '--quiet').code, 1);
  });
});

describe('where it is to be had', () => {
  const harness = new Harness();
  afterEach(() => harness.close());

  test('of a meeting: by default, at any time, also after the end; `false` keeps nothing', async () => {
    const world = await FakeWorld.make();
    const { meeting } = await world.join('r', { user: 'ada' });
    assert.ok(read(await meeting.trace()).entries.length > 2);
    await meeting.leave();
    assert.ok(read(await meeting.trace()).entries.some(({ event }) => event.type === 'leave_requested'));
    const { meeting: silent } = await world.join('r', { user: 'ben', trace: false });
    assert.equal(await silent.trace(), '');
    await silent.leave();
    world.close();
  });

  test('of a server: only when asked for; without secrets', async () => {
    assert.equal((await harness.serve()).server.trace(), '');
    const { server, url } = await harness.serve({ trace: true });
    const ada = await harness.member(url, { room: 'r', user: 'ada', token: 'a-token-of-adas' });
    ada.chat('c1', 'nobody but us may read this');
    await ada.next('chat-settled');
    const text = server.trace();
    for (const secret of [ada.welcome.secret, 'a-token-of-adas', 'nobody but us']) assert.ok(!text.includes(secret), secret);
    assert.equal(replayFile(text, '--quiet').code, 0);
  });

  test('of attach, with bounds; wrong ones are refused', async () => {
    const { server } = await harness.serve({ trace: { entriesMax: 1 } });
    assert.ok(read(server.trace()).entries.length <= 1);
    for (const trace of ['yes', null, { bytesMax: -1 }, { entriesMax: 1.5 }, { redact: 'no' }]) {
      assert.throws(() => attach(server.httpServer, { trace: trace as never }), { name: 'OptionError' });
    }
  });

  test('`serve --trace FILE`: on SIGUSR2, and at the end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meetwire-trace-'));
    harness.later(() => rm(folder, { recursive: true }));
    const file = join(folder, 'trace.jsonl');
    const child = spawn(process.execPath, [join(root, 'dist', 'cli.js'), 'serve', '--port', '0', '--no-page', '--trace', file], { stdio: ['ignore', 'pipe', 'inherit'] });
    harness.later(() => child.kill('SIGKILL'));
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await until('it listens', () => /"url":"[^"]+"/.test(out), 10_000);
    const member = await harness.member(/"url":"([^"]+)"/.exec(out)![1]!, { room: 'r', user: 'ada' });
    const written = (): string => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return '';
      }
    };
    child.kill('SIGUSR2');
    await until('it is written', () => written().includes('"ada'));
    assert.equal(member.disconnected, undefined);
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    assert.equal(await exit, 0);
    assert.ok(written().includes('shutdown_requested'));
    assert.equal(replayFile(written(), '--quiet').code, 0);
  });
});
