// Every number that a server can be told, at the ends of what is allowed: each with each other, and all at once. The process
// goes on, who is let in can talk, and who is not is told why.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { WebSocket } from 'ws';
import type { ClockPort } from '../../bindings/ports.ts';
import { systemClock } from '../../web/server/clock.ts';
import { OptionError, checkOptions } from '../../web/server/options.ts';
import type { MeetwireServer } from '../../web/server/index.ts';
import type { ServeOptions } from '../../web/server/options.ts';
import { Harness } from '../support/server-harness.ts';
import type { RawClient } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

const ranges = {
  participantsMax: [1, 1_000],
  plainParticipantsMax: [1, 1_000],
  resumeWindowMs: [0, 3_600_000],
  chatHistoryMax: [0, 100],
  connectionsTotal: [1, 100_000],
  connectionsPerAddress: [1, 100_000],
  joinsPerAddress: [1, 100_000],
  bytesPerAddress: [65_536, 1_000_000_000],
  drainMs: [0, 86_400_000],
  trace: [1, 256 * 1024 * 1024],
} as const;
type Name = keyof typeof ranges;
const names = Object.keys(ranges) as Name[];

const optionsOf = (at: (column: number) => 0 | 1): ServeOptions =>
  Object.fromEntries(names.map((name, column) => {
    const value = ranges[name][at(column)];
    return [name, name === 'trace' ? { bytesMax: value, entriesMax: value } : value];
  }));

// The array of Plackett and Burman: in its twelve rows each two of its eleven columns have all four pairs.
const rowsOfPairs = 12;
const first = [1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0] as const;
const bit = (row: number, column: number): 0 | 1 => (row === first.length ? 0 : first[(column + row) % first.length]!);

test('the ranges are those that are checked: beyond either end is refused', () => {
  for (const name of names) {
    for (const [end, beyond] of [[0, -1], [1, 1]] as const) {
      const value = ranges[name][end];
      const wish = (number: number): ServeOptions => (name === 'trace' ? { trace: { bytesMax: number, entriesMax: number } } : { [name]: number });
      checkOptions(wish(value));
      assert.throws(() => checkOptions(wish(value + beyond)), OptionError, `${name} ${value + beyond}`);
    }
  }
});

test('each pair of columns has each pair of ends', () => {
  for (let a = 0; a < names.length; ++a) {
    for (let b = 0; b < a; ++b) assert.equal(new Set(Array.from({ length: rowsOfPairs }, (_, row) => `${bit(row, a)}${bit(row, b)}`)).size, 4);
  }
});

/** A plain client in a room of its kind, or what the handshake says. */
function plainClient(server: MeetwireServer): Promise<WebSocket | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.plainPort}/plain?pc`);
  harness.later(() => socket.terminate());
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
}

/** One after the other: more than one are let in where the room, and the server, have places for them; three are more than by default. */
async function plainClients(server: MeetwireServer, options: ServeOptions): Promise<void> {
  const first = await plainClient(server);
  assert.ok(first instanceof WebSocket, `${first}`);
  const others = [await plainClient(server), await plainClient(server)];
  const full = options.connectionsTotal === 1 ? 503 : options.connectionsPerAddress === 1 ? 429 : options.plainParticipantsMax === 1 || options.participantsMax === 1 ? 502 : 'in';
  assert.deepEqual(others.map((one) => (one instanceof WebSocket ? 'in' : one)), [full, full]);
  for (const socket of [first, ...others]) if (socket instanceof WebSocket) socket.close();
  await until('nobody is connected', () => server.stats().connections === 0);
}

/** The end waits for who is in a room, for as long as it is told to, and no longer: also for a place that is kept for an hour. */
async function drained(server: MeetwireServer, last: RawClient, options: ServeOptions, wait: () => void): Promise<void> {
  const closed = server.close();
  if (options.drainMs !== 0) {
    last.chat('still', 'here');
    await last.next('chat-settled', 15_000);
    assert.deepEqual([server.stats().status, last.disconnected], ['closing', undefined]);
    wait();
  }
  await closed;
}

const rows: [string, (column: number) => 0 | 1][] = [
  ...Array.from({ length: rowsOfPairs }, (_, row): [string, (column: number) => 0 | 1] => [`row ${row + 1} of the pairs`, (column) => bit(row, column)]),
  ['all at their greatest', () => 1],
  ['one plain client, and all else at its greatest', (column) => (names[column] === 'plainParticipantsMax' ? 0 : 1)],
];

for (const [what, at] of rows) {
  const options = optionsOf(at);
  test(`at the ends of their ranges: ${what}`, async () => {
    let ahead = 0;
    const clock: ClockPort = { now: () => systemClock.now() + ahead, at: (instant, call) => systemClock.at(instant - ahead, call) };
    const { server, url } = await harness.serve({ plainPort: 0, ...options }, { clock });
    const ada = await harness.member(url, { room: 'r', user: 'ada' });
    ada.chat('one', 'hello');
    await ada.next('chat-settled');
    const outcomes = new Map<string, string>();
    const others: RawClient[] = [];
    for (const user of ['ben', 'cyd']) {
      const client = harness.client(url);
      others.push(client);
      client.hello({ room: 'r', user });
      await until(`${user} is in or out`, () => client.refused ?? client.messages.find(({ type }) => type === 'welcome' || type === 'refused'));
      outcomes.set(user, client.refused === undefined ? client.messages[0]!.type : 'no connection');
    }
    const expected = options.connectionsPerAddress === 1 || options.connectionsTotal === 1 ? 'no connection' : options.participantsMax === 1 ? 'refused' : 'welcome';
    assert.deepEqual([...outcomes.values()], [expected, expected]);
    if (expected === 'welcome') {
      const history = (others[0]!.messages[0] as unknown as { history?: unknown[] }).history ?? [];
      assert.equal(history.length, options.chatHistoryMax === 0 ? 0 : 1);
      // As much as may be said at once.
      ada.chat('long', 'x'.repeat(16 * 1024));
      await others[1]!.next('chat', 15_000);
    }
    // A flood that no range lets through. Where an address has few bytes it is not refused but waits, as do all after it.
    const flood = options.bytesPerAddress === 65_536 ? 0 : 4_000;
    for (let i = 0; i < flood; ++i) ada.chat(`f${i}`, 'x');
    if (flood > 0) await until('it is told', () => ada.messages.some((message) => JSON.stringify(message).includes('rate-limited')) || ada.disconnected !== undefined, 15_000);
    ada.cut();
    for (const client of others) client.cut();
    await until('nobody is connected', () => server.stats().connections === 0);
    if (options.resumeWindowMs === 0) await until('no place is kept', () => server.stats().rooms === 0);
    await plainClients(server, options);
    // With the trace that it was told to keep.
    assert.ok(typeof server.trace() === 'string');
    const late = harness.client(url);
    late.hello({ room: 'another', user: 'dan' });
    await until('somebody else is served', () => late.messages.some(({ type }) => type === 'welcome') || late.refused, 20_000);
    assert.equal(late.refused, undefined);
    assert.equal(server.stats().status, 'ok');
    await drained(server, late, options, () => (ahead = options.drainMs!));
  });
}
