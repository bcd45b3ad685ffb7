// Ownership of a handle into the core, and the text that goes through the door.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Door } from '../../bindings/machine.ts';
import { loadClient } from '../../bindings/load-client.ts';
import { loadRoom } from '../../bindings/load-room.ts';
import { isWellFormed, LoadedClientCore, LoadedCore, LoadedRoomCore, toWellFormed } from '../../bindings/machine.ts';

const options = { room: 'r', user: 'u', name: '', token: '', secret: '', dialect: 'auto' as const, seed: 1, iceTransportPolicy: 'all' };

type AnyEvent = { type: string; body?: string; text?: string };

function fakeDoor(answer = '{"commands":[]}'): Door<AnyEvent> & { calls: unknown[][]; broken: boolean } {
  const calls: unknown[][] = [];
  return {
    calls,
    broken: false,
    create(text) {
      calls.push(['create', text]);
      return 1;
    },
    handle(...call) {
      calls.push(['handle', ...call]);
      if (this.broken) throw new WebAssembly.RuntimeError('unreachable');
      return answer;
    },
    receive(...call) {
      calls.push(['receive', ...call]);
      return answer;
    },
    dispose(handle) {
      calls.push(['dispose', handle]);
    },
  };
}

const coreOf = (door: Door<AnyEvent>): LoadedCore<object, AnyEvent, object> =>
  new LoadedCore({
    create: (text) => door.create(text),
    handle: (...call) => door.handle(...call),
    receive: (...call) => door.receive(...call),
    dispose: (handle) => door.dispose(handle),
  });

describe('the real door', () => {
  test('a client is made, answers, and is freed', async () => {
    const core = new LoadedClientCore(await loadClient());
    const machine = core.create(options);
    const { commands } = machine.handle(1_000, { type: 'join_requested' });
    assert.ok(commands.some(({ type }) => type === 'open_transport'));
    machine.dispose();
    machine.dispose();
    assert.equal(machine.alive, false);
    assert.throws(() => machine.handle(1_001, { type: 'time_passed' }), { name: 'MeetingError', code: 'already-left' });
  });

  test('options and events that are none are typed errors', async () => {
    const core = new LoadedClientCore(await loadClient());
    assert.throws(() => core.create({ ...options, seed: -1 }), { code: 'invalid-argument' });
    assert.throws(() => core.create({ ...options, dialect: 'x' as never }), { code: 'invalid-argument' });
    const machine = core.create(options);
    assert.throws(() => machine.handle(1, { type: 'nonsense' } as never), { code: 'invalid-argument' });
    machine.dispose();
  });

  test('the table of errors is the core\'s', async () => {
    const { errors } = new LoadedClientCore(await loadClient());
    const error = errors.make('room-full', 'of 12', new Error('cause'));
    assert.deepEqual([error.code, error.blame, error.retryable], ['room-full', 'server', true]);
    assert.match(error.message, /^The room has reached .* \(of 12\)$/);
    assert.ok(error.cause instanceof Error);
  });

  test('a server\'s core takes and gives frames', async () => {
    const machine = new LoadedRoomCore(await loadRoom()).create({ iceServers: '[]', authorize: false });
    machine.handle(1, { type: 'connection_opened', connection: 'c', session: 's', secret: 'x', dialect: 'meetwire' });
    const body = JSON.stringify({ received: 0, messages: [{ type: 'hello', version_min: 1, room: 'r', user: 'ä😀' }] });
    const { commands } = machine.handle(2, { type: 'frame_arrived', connection: 'c', name: 'meetwire', body });
    assert.ok(commands.some((command) => command.type === 'deliver' && command.connection === 'c'), JSON.stringify(commands));
    machine.dispose();
  });
});

describe('text at the door', () => {
  test('a body travels beside its event', () => {
    const door = fakeDoor();
    coreOf(door).create({}).handle(5, { type: 'message_arrived', body: '{"a":"\\"b\\""}' });
    assert.deepEqual(door.calls[1], ['receive', 1, 5, { type: 'message_arrived', body: '{"a":"\\"b\\""}' }]);
  });

  test('lone surrogates become U+FFFD, in events and bodies; pairs and escapes stay', () => {
    const door = fakeDoor();
    const machine = coreOf(door).create({});
    machine.handle(5, { type: 'x', text: 'a\ud800b 😀 \\ud800' });
    machine.handle(5, { type: 'y', body: '\udc00 😀' });
    assert.deepEqual(JSON.parse(door.calls[1]?.[3] as string), { type: 'x', text: 'a\ufffdb 😀 \\ud800' });
    assert.deepEqual(door.calls[2]?.[3], { type: 'y', body: '\ufffd 😀' });
    assert.deepEqual(['😀', 'ä', '', '\ud83d', '\ude00\ud83d'].map(isWellFormed), [true, true, true, false, false]);
    assert.equal(toWellFormed('\ude00\ud83d'), '\ufffd\ufffd');
  });
});

describe('the module', () => {
  test('dies with a trap: every machine is dead, each owner is told once, nothing is called any more', () => {
    const door = fakeDoor();
    const core = coreOf(door);
    const [one, two] = [core.create({}), core.create({})];
    const told: unknown[] = [];
    core.onDeath((error) => told.push(error.code));
    core.onDeath((error) => told.push(error.code))();
    door.broken = true;
    assert.throws(() => one.handle(1, { type: 'x' }), { code: 'internal' });
    assert.deepEqual(told, ['internal']);
    const calls = door.calls.length;
    assert.throws(() => two.handle(2, { type: 'x' }), { code: 'internal' });
    assert.throws(() => core.create({}), { code: 'internal' });
    one.dispose();
    two.dispose();
    assert.equal(door.calls.length, calls);
    assert.deepEqual([one.alive, two.alive], [false, false]);
  });

  test('K3: a machine that is dropped is freed by the collector', async () => {
    const { setFlagsFromString } = await import('node:v8');
    const { runInNewContext } = await import('node:vm');
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const door = fakeDoor();
    const core = coreOf(door);
    (() => core.create({}).handle(1, { type: 'x' }))();
    const freed = (): boolean => door.calls.some(([name]) => name === 'dispose');
    for (let round = 0; round < 100 && !freed(); round++) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(freed());
  });

  test('K2: thousands of machines leave nothing behind in its memory', async () => {
    const module = await loadClient();
    const core = new LoadedClientCore(module);
    const live = core.create(options);
    for (let index = 0; index < 10_000; index++) {
      const machine = core.create(options);
      machine.handle(1, { type: 'join_requested' });
      machine.dispose();
    }
    assert.ok(live.alive);
    live.handle(2, { type: 'join_requested' });
    live.dispose();
  });
});
