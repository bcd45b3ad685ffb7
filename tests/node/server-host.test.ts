// The host of the rooms' core: the application's word on newcomers, the one timer, and what happens when the core dies.
// The core is a stand-in here where its own part would be in the way.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { RoomCommand, RoomEvent } from '../../bindings/room-types.ts';
import { systemClock } from '../../web/server/clock.ts';
import { RoomHost } from '../../web/server/room-host.ts';
import type { Machine, RoomPorts } from '../../web/server/room-host.ts';
import type { AdmissionRequest } from '../../web/server/index.ts';
import { Harness, KeptLog } from '../support/server-harness.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

type Answer = { commands?: RoomCommand[]; wakeAt?: number } | undefined;

/** A machine that remembers its events and answers as it is told. */
function standIn(answer: (event: RoomEvent, now: number) => Answer): Machine & { events: RoomEvent[]; times: number[]; disposed: boolean } {
  const machine = {
    events: [] as RoomEvent[],
    times: [] as number[],
    disposed: false,
    memoryBytes: 0,
    handle(now: number, event: RoomEvent) {
      machine.events.push(event);
      machine.times.push(now);
      return { commands: [], ...answer(event, now) };
    },
    dispose() {
      machine.disposed = true;
    },
  };
  return machine;
}

const noPorts: RoomPorts = { deliver() {}, close() {}, probe() {}, answer() {}, failed() {} };
const options = { iceServers: '[]', authorize: false };
const shutdown: RoomEvent = { type: 'shutdown_requested' };
const closed = (connection: string): RoomEvent => ({ type: 'connection_closed', connection, deliberate: true });

test('M: what is said to several at once is delivered to each, with what is its own', async () => {
  const delivered: unknown[] = [];
  const to = [{ connection: '1', head: '{"number":4,"messages":' }, { connection: '2', head: '{"messages":' }];
  const machine = standIn(() => ({ commands: [{ type: 'distribute', to, name: 'meetwire', body: '[{"type":"chat"}]', tail: '}', form: 'text' }] }));
  const host = new RoomHost({ ...noPorts, deliver: (...given) => void delivered.push(given) }, new KeptLog());
  await host.load(() => Promise.resolve(machine), options);
  host.handle(closed('3'));
  assert.deepEqual(delivered, [
    ['1', 'meetwire', '{"number":4,"messages":[{"type":"chat"}]}'],
    ['2', 'meetwire', '{"messages":[{"type":"chat"}]}'],
  ]);
  host.dispose();
});

test('the application is asked about everybody: yes, a role, no, an exception, a strange answer', async () => {
  const asked: AdmissionRequest[] = [];
  const answers: Record<string, () => unknown> = {
    ada: () => true,
    ben: () => Promise.resolve({ role: 'host' }),
    cyd: () => ({}),
    dan: () => false,
    eve: () => Promise.reject(new Error('the token is secret')),
    fay: () => {
      throw new Error('at once');
    },
    gil: () => 'yes',
    hal: () => ({ role: 'director' }),
  };
  const { url, log } = await harness.serve({
    authorize: (request) => {
      asked.push(request);
      return answers[request.user]!() as boolean;
    },
  });
  for (const [user, role] of [['ada', 'guest'], ['ben', 'host'], ['cyd', 'guest']] as const) {
    const member = await harness.member(url, { room: 'r', user, token: `t-${user}` });
    assert.equal(member.welcome.self.role, role);
  }
  for (const user of ['dan', 'eve', 'fay', 'gil', 'hal']) {
    const client = harness.client(url);
    client.hello({ room: 'r', user, token: `t-${user}` });
    assert.equal(await client.problem('refused'), 'token-refused', user);
    await until('it is closed', () => client.disconnected);
  }
  assert.deepEqual(asked[0], { room: 'r', user: 'ada', token: 't-ada' });
  assert.equal(log.lines.filter((line) => line.message === 'authorize failed').length, 4);
  assert.doesNotMatch(log.text, /secret|t-ada/);
});

test('events that come of carrying out a command wait until its step is done', async () => {
  const order: string[] = [];
  const machine = standIn((event) => {
    order.push(event.type);
    if (event.type !== 'shutdown_requested') return undefined;
    return { commands: [
      { type: 'close_connection', connection: '1' },
      { type: 'close_connection', connection: '2' },
    ] };
  });
  const host = new RoomHost({ ...noPorts, close(id) {
    order.push(`close ${id}`);
    host.handle(closed(id));
  } }, new KeptLog());
  await host.load(async () => machine, options);
  host.handle(shutdown);
  assert.deepEqual(order, ['shutdown_requested', 'close 1', 'close 2', 'connection_closed', 'connection_closed']);
});

test('an application that does not answer: the client is told, and the question ends too', async () => {
  const clock = new VirtualClock();
  let asked = false;
  const authorize = (): Promise<boolean> => {
    asked = true;
    return new Promise(() => undefined);
  };
  const { url, log } = await harness.serve({ authorize }, { clock });
  const client = harness.client(url);
  await until('connected', () => client.socket.connected);
  client.hello({ room: 'r', user: 'ada' });
  await until('the application is asked', () => asked);
  clock.advance(4_999);
  assert.deepEqual(client.messages, []);
  clock.advance(1);
  assert.equal(await client.problem('refused'), 'server-timeout');
  assert.doesNotMatch(log.text, /authorize failed/);
  clock.advance(5_000);
  await until('it is logged', () => /RangeError.*authorize failed/.test(log.text));
});

test('the core is woken once at the time that its last step named, and never after the end', async () => {
  const clock = new VirtualClock();
  let step = 0;
  const machine = standIn((_event, now) => {
    step += 1;
    return step === 1 ? { wakeAt: now + 60_000 } : step === 2 ? { wakeAt: now + 30 } : step === 3 ? {} : { wakeAt: now + 5 };
  });
  const host = new RoomHost(noPorts, new KeptLog(), undefined, clock);
  await host.load(async () => machine, options);
  const begun = clock.now();
  host.handle(closed('1'));
  host.handle(closed('2'));
  clock.advance(29);
  assert.equal(machine.events.length, 2);
  clock.advance(120_000);
  assert.deepEqual(machine.events.slice(2), [{ type: 'time_passed' }]);
  assert.deepEqual(machine.times, [begun, begun, begun + 30]);
  host.handle(closed('3'));
  assert.equal(clock.pending, 1);
  host.dispose();
  assert.equal(clock.pending, 0);
  clock.advance(120_000);
  assert.equal(machine.events.length, 4);
  assert.equal(machine.disposed, true);
});

test('the system clock wakes at the instant or after it, unless it was undone', async (context) => {
  const ticking = setInterval(() => undefined, 10); // its own timers do not keep a process alive
  context.after(() => clearInterval(ticking));
  const woken: [string, number][] = [];
  const begun = systemClock.now();
  systemClock.at(begun + 20, () => woken.push(['undone', systemClock.now()]))();
  systemClock.at(begun + 30, () => woken.push(['in time', systemClock.now()]));
  systemClock.at(begun - 30, () => woken.push(['at once', systemClock.now()]));
  systemClock.at(begun + 2 ** 40, () => woken.push(['in 35 years', systemClock.now()]));
  await until('both are woken', () => woken.length >= 2);
  assert.deepEqual(woken.map(([what]) => what), ['at once', 'in time']);
  // A timer counts whole milliseconds of its own, so it may be one early by another clock: harmless to the core.
  assert.ok(woken[1]![1] >= begun + 29 && woken[1]![1] < begun + 5_000, `${woken[1]![1] - begun} ms`);
});

test('time is in milliseconds since 1970 and does not go backwards with the system clock', async (context) => {
  const machine = standIn(() => undefined);
  const host = new RoomHost(noPorts, new KeptLog());
  await host.load(async () => machine, options);
  host.handle(shutdown);
  assert.ok(Math.abs(machine.times[0]! - Date.now()) < 5_000);
  context.mock.method(Date, 'now', () => 0);
  host.handle(shutdown);
  assert.ok(machine.times[1]! >= machine.times[0]!);
});

test('J7: a core that fails disconnects everybody, turns unhealthy, and is not asked again', async () => {
  let fail = false;
  const machine = standIn((event) => {
    if (event.type === 'frame_arrived' && fail) throw new WebAssembly.RuntimeError('unreachable');
    return undefined;
  });
  const { server, url, log } = await harness.serve({}, { makeMachine: async () => machine });
  const failures: unknown[] = [];
  server.onFailure((error) => failures.push(error));
  const ada = harness.client(url);
  await until('connected', () => ada.socket.connected);
  fail = true;
  ada.sendText('x');
  await until('disconnected', () => ada.disconnected);
  assert.equal(failures.length, 1);
  const health = await fetch(`${url}/health`);
  assert.equal(health.status, 503);
  assert.equal(((await health.json()) as { status: string }).status, 'failed');
  assert.match(log.text, /"level":"fatal".*unreachable/);
  const events = machine.events.length;
  const late = harness.client(url);
  await until('refused', () => late.refused);
  assert.equal(machine.events.length, events);
  assert.equal(failures.length, 1);
});

test('a core that cannot be loaded fails the start, and a step without commands counts as a failure', async () => {
  await assert.rejects(harness.serve({}, { makeMachine: () => Promise.reject(new Error('no module')) }), /no module/);
  const broken = standIn(() => ({ commands: undefined as unknown as RoomCommand[] }));
  const failures: unknown[] = [];
  const host = new RoomHost({ ...noPorts, failed: (error) => failures.push(error) }, new KeptLog());
  await host.load(async () => broken, options);
  host.handle(shutdown);
  assert.equal(host.state, 'failed');
  assert.equal(failures.length, 1);
});

test('a holder of an id that answers is kept, and one that does not is closed', async () => {
  const clock = new VirtualClock();
  const machine = standIn((event) => (event.type === 'frame_arrived' && event.body === 'probe me' ? { commands: [
    { type: 'probe_connection', connection: event.connection, deadlineMs: 150 },
  ] } : undefined));
  const { url } = await harness.serve({}, { makeMachine: async () => machine, clock });
  const closings = (): RoomEvent[] => machine.events.filter((event) => event.type === 'connection_closed');
  const heard = (body: string): boolean => machine.events.some((event) => event.type === 'frame_arrived' && event.body === body);
  for (const transports of [['websocket'], ['polling']] as const) {
    const alive = harness.client(url, { transports: [...transports] });
    await until('connected', () => alive.socket.connected);
    alive.sendText('probe me');
    await until('probed', () => heard('probe me'));
    await until('its answer ends the deadline', () => clock.pending === 0);
    clock.advance(10_000);
    alive.sendText('still here');
    await until('it is still heard', () => heard('still here'));
    assert.equal(alive.disconnected, undefined, transports[0]);
    alive.close();
    await until('closed', () => closings().length > 0);
    machine.events.length = 0;
  }
  const dead = harness.client(url);
  await until('connected', () => dead.socket.connected);
  dead.sendText('probe me');
  dead.freeze();
  await until('probed', () => clock.pending === 1);
  clock.advance(149);
  assert.equal(clock.pending, 1);
  assert.deepEqual(closings(), []);
  clock.advance(1);
  await until('closed by the deadline', () => closings().length === 1, 2_000);
});
