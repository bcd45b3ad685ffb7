// What the rooms' core takes in memory, with the real module and no sockets: it refuses long before its bound, is flat
// where nothing is kept, and gives back what a large meeting took when that is over.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { loadRoom } from '../../bindings/load-room.ts';
import { LoadedRoomCore } from '../../bindings/machine.ts';
import type { RoomMachine } from '../../bindings/machine.ts';
import type { RoomCommand, RoomEvent, RoomOptions } from '../../bindings/room-types.ts';
import { RoomHost } from '../../web/server/room-host.ts';
import { KeptLog } from '../support/server-harness.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { until } from '../support/waiting.ts';

const mb = 1024 * 1024;
// MAXIMUM_MEMORY in CMakeLists.txt.
const coreBytesMax = 384 * mb;

const machines: RoomMachine[] = [];
afterEach(() => {
  for (const machine of machines.splice(0)) machine.dispose();
});

async function makeMachine(options: RoomOptions): Promise<RoomMachine> {
  const machine: RoomMachine = new LoadedRoomCore(await loadRoom()).create(options);
  machines.push(machine);
  return machine;
}

/** Clients of a host or of a bare core: what they get is counted, and acknowledged if they do so. */
class Crowd {
  readonly clock = new VirtualClock();
  /** By code. */
  readonly refused = new Map<string, number>();
  delivered = 0;
  readonly #hand: (event: RoomEvent) => void;
  readonly #numbers = new Map<string, number>();

  constructor(hand: (crowd: Crowd, event: RoomEvent) => void) {
    this.#hand = (event) => hand(this, event);
  }

  join(connection: string, room: string, address: string): void {
    this.#hand({ type: 'connection_opened', connection, session: `s-${connection}`, secret: `secret of ${connection} `.padEnd(32, '-'), dialect: 'meetwire', address });
    this.say(connection, { type: 'hello', versions: [1, 1], room, user: connection, name: connection });
  }

  say(connection: string, ...messages: object[]): void {
    this.frame(connection, 'meetwire', JSON.stringify({ received: this.#numbers.get(connection) ?? 0, messages }));
  }

  frame(connection: string, name: string, body: string): void {
    this.#hand({ type: 'frame_arrived', connection, name, body });
  }

  lose(connection: string): void {
    this.#hand({ type: 'connection_closed', connection, deliberate: false });
  }

  took(connection: string, payload: string, acknowledges: boolean): void {
    this.delivered += 1;
    if (payload.length < 2_000) for (const [, code] of payload.matchAll(/"error":\{"code":"([^"]+)"/g)) this.refused.set(code!, (this.refused.get(code!) ?? 0) + 1);
    const number = /^\{"number":(\d+)/.exec(payload)?.[1];
    if (!acknowledges || number === undefined) return;
    this.#numbers.set(connection, Number(number) + payload.split('"type":').length);
  }

  carryOut(commands: readonly RoomCommand[], acknowledges: boolean): void {
    for (const command of commands) {
      if (command.type === 'deliver') this.took(command.connection, command.body, acknowledges);
      if (command.type === 'distribute') for (const { connection, head } of command.to) this.took(connection, head, acknowledges);
    }
  }
}

/** On a bare core. */
async function crowdOn(options: RoomOptions): Promise<{ crowd: Crowd; machine: RoomMachine }> {
  const machine = await makeMachine(options);
  const crowd = new Crowd(({ clock }, event) => crowd.carryOut(machine.handle(clock.now(), event).commands, false));
  return { crowd, machine };
}

test('M: rooms that acknowledge nothing, from as many addresses as it takes: refused or given up, far from the end of the memory', async () => {
  const { crowd, machine } = await crowdOn({ iceServers: '[]', authorize: false });
  const rooms = 360;
  for (let room = 0; room < rooms; ++room) {
    for (const who of ['a', 'b']) crowd.join(`${who}${room}`, `r${room}`, `10.0.${room % 12}.1`);
  }
  let most = machine.memoryBytes;
  // Chat to one: what is said to all is kept once more, for those who come later.
  const text = 'x'.repeat(16_000);
  for (let said = 1; said <= 60; ++said) {
    for (let room = 0; room < rooms; ++room) crowd.say(`a${room}`, { type: 'chat', id: `c${said}`, count: said, to: `b${room}`, text });
    crowd.clock.advance(350);
    most = Math.max(most, machine.memoryBytes);
  }
  // More was said than may be held.
  assert.ok(most > 200 * mb, `${most / mb} MB: nothing was reached`);
  assert.ok(most < coreBytesMax * 0.95, `${most / mb} MB of ${coreBytesMax / mb}`);
  assert.ok(machine.alive);
  // Whoever comes is served.
  for (let room = 0; room < rooms; ++room) for (const who of ['a', 'b']) crowd.lose(`${who}${room}`);
  const before = crowd.delivered;
  crowd.join('ada', 'of ada', '10.1.0.1');
  assert.equal(crowd.delivered, before + 1);
});

test('M: the module itself cannot grow beyond its bound', async () => {
  const { crowd, machine } = await crowdOn({ iceServers: '[]', authorize: false });
  // A text that does not fit, however little else there is: the core ends, and says so; the process does not.
  assert.throws(() => crowd.frame('nobody', 'meetwire', 'x'.repeat(coreBytesMax / 3 + 1)), { code: 'internal' });
  assert.equal(machine.alive, false);
});

test('M: 100,000 frames of unknown kinds, each acknowledging something, leave the memory as it is', async () => {
  const { crowd, machine } = await crowdOn({ iceServers: '[]', authorize: false });
  for (const who of ['ada', 'ben']) crowd.join(who, 'r', '10.0.0.1');
  const frames: [string, string][] = [
    ['meetwire', '{"received":1,"messages":[{"type":"of-the-future","x":1}]}'],
    ['meetwire', '{"received":1,"messages":[]}'],
    ['meetwire', 'no JSON'],
    ['odd', '{}'],
  ];
  const flood = (count: number): void => {
    for (let i = 0; i < count; ++i) {
      crowd.frame('ada', ...frames[i % frames.length]!);
      crowd.clock.advance(11);
    }
  };
  flood(1_000);
  const before = machine.memoryBytes;
  flood(100_000);
  assert.equal(machine.memoryBytes, before);
  assert.ok(crowd.delivered > 0);
});

test('M: what a meeting of 1,000 took is given back when it is over', async () => {
  const made: RoomMachine[] = [];
  const crowd = new Crowd((_, event) => host.handle(event));
  const host = new RoomHost({ deliver: (connection, _name, payload) => crowd.took(connection, String(payload), true), close() {}, probe() {}, answer() {}, failed: assert.ifError }, new KeptLog(), undefined, crowd.clock);
  await host.load(async (options) => {
    const machine = await makeMachine(options);
    made.push(machine);
    return machine;
  }, { iceServers: '[]', authorize: false, participantsMax: 1_000 });
  const empty = made[0]!.memoryBytes;
  for (let i = 0; i < 1_000; ++i) {
    crowd.join(`p${i}`, 'r', `10.0.${i % 50}.1`);
    crowd.clock.advance(20);
  }
  assert.equal(host.figures.members, 1_000);
  for (let i = 0; i < 1_000; ++i) {
    crowd.say(`p${i}`, { type: 'media', media: { microphone: 'on', camera: 'on', screen: 'off' } });
    if (i % 10 === 0) crowd.say(`p${i}`, { type: 'chat', id: `c${i}`, text: 'hello' });
    crowd.clock.advance(20);
  }
  const full = made[0]!.memoryBytes;
  for (let i = 0; i < 1_000; ++i) crowd.lose(`p${i}`);
  // An address has its turns.
  await until('all are gone', () => host.figures.connections === 0, 60_000);
  assert.equal(host.state, 'running');
  crowd.clock.advance(60_000);
  await until('no more is held than a core may stay at', () => made.at(-1)!.memoryBytes <= 16 * mb);
  assert.ok(full < 150 * mb, `${full / mb} MB`);
  assert.ok(empty <= made.at(-1)!.memoryBytes);
  // It serves.
  crowd.join('ada', 'r', '10.0.0.1');
  assert.equal(host.figures.members, 1);
  console.log(`  a room of 1,000: ${(full / mb).toFixed(0)} MB, afterwards ${(made.at(-1)!.memoryBytes / mb).toFixed(1)} MB`);
  host.dispose();
});

test('M: a core is not renewed while somebody is there, a place is kept, or a small one did', async () => {
  const made: RoomMachine[] = [];
  const crowd = new Crowd((_, event) => host.handle(event));
  const host = new RoomHost({ deliver() {}, close() {}, probe() {}, answer() {}, failed: assert.ifError }, new KeptLog(), undefined, crowd.clock);
  const grown: { memoryBytes: number } = { memoryBytes: 0 };
  await host.load(async (options) => {
    const machine = await makeMachine(options);
    made.push(machine);
    return { handle: (now, event) => machine.handle(now, event), dispose: () => machine.dispose(), get memoryBytes() { return grown.memoryBytes; } };
  }, { iceServers: '[]', authorize: false });
  crowd.join('ada', 'r', '10.0.0.1');
  crowd.lose('ada');
  crowd.clock.advance(60_000);
  assert.equal(made.length, 1, 'a small one stays');
  grown.memoryBytes = 100 * mb;
  crowd.join('ben', 'r', '10.0.0.1');
  crowd.clock.advance(60_000);
  crowd.lose('ben');
  assert.equal(made.length, 1, 'his place is kept');
  crowd.clock.advance(60_000);
  // Somebody comes while the new one is loaded.
  crowd.join('cyd', 'r', '10.0.0.1');
  await until('the new one was made', () => made.length === 2);
  await until('and is not needed', () => !made[1]!.alive);
  assert.equal(host.figures.members, 1);
  assert.ok(made[0]!.alive);
  host.dispose();
});
