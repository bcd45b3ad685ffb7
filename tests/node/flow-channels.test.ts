// Channels through the SDK, between meetings in a fake world: the real cores, modelled connections.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Channel, ChannelOptions } from '../../web/sdk/flow/channel.ts';
import type { Met } from '../support/fake-meetings.ts';
import { channelsOf, connected, meet } from '../support/fake-meetings.ts';
import { until } from '../support/waiting.ts';

let met: Met;
beforeEach(async () => {
  met = await meet();
});
afterEach(() => met.close());

/** The channel at both ends, open. */
async function both(label: string, options?: ChannelOptions): Promise<[Channel, Channel]> {
  const ends = await Promise.all([met.ada.meeting.channel(label, options), met.ben.meeting.channel(label, options)]);
  await until('it is open at both ends', () => ends[0].openTo.has('ben') && ends[1].openTo.has('ada'));
  return ends;
}

function heardOn(channel: Channel): (string | ArrayBuffer)[] {
  const heard: (string | ArrayBuffer)[] = [];
  channel.on('message', ({ data }) => void heard.push(data));
  return heard;
}

const bytes = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, at) => (at * 31) % 251);

test('I7: both sides open "chat": one channel, and text, buffers, views and Blobs arrive as what they are', async () => {
  const [ada, ben] = await both('chat');
  assert.equal(channelsOf(met.world, 'chat').length, 2);
  const heard = heardOn(ben);
  const from: string[] = [];
  ben.on('message', (event) => void from.push(event.from.id));
  const shorts = new Uint16Array([1, 2, 3]).subarray(1);
  await ada.send('hello');
  await ada.send(bytes(5).buffer as ArrayBuffer);
  await ada.send(shorts);
  await ada.send(new Blob(['blob']));
  await ada.send('last', { to: 'ben' });
  await until('all have come', () => heard.length === 5);
  assert.equal(heard[0], 'hello');
  assert.deepEqual(new Uint8Array(heard[1] as ArrayBuffer), bytes(5));
  assert.deepEqual(new Uint16Array(heard[2] as ArrayBuffer), new Uint16Array([2, 3]));
  assert.equal(Buffer.from(heard[3] as ArrayBuffer).toString(), 'blob');
  assert.equal(heard[4], 'last');
  assert.deepEqual(new Set(from), new Set(['ada']));
});

test('I9: empty, half a pair, and 16 MB: as documented; one byte more is refused', async () => {
  const [ada, ben] = await both('edge');
  const heard = heardOn(ben);
  await ada.send('');
  await ada.send(new ArrayBuffer(0));
  await ada.send('a\ud800b');
  const large = bytes(16 * 1024 * 1024);
  await ada.send(large);
  await until('all have come', () => heard.length === 4, 20_000);
  assert.equal(heard[0], '');
  assert.equal((heard[1] as ArrayBuffer).byteLength, 0);
  assert.equal(heard[2], 'a\ufffdb');
  assert.ok(Buffer.from(heard[3] as ArrayBuffer).equals(large));
  await assert.rejects(ada.send(new Uint8Array(large.length + 1)), { code: 'message-too-large', blame: 'local' });
  for (const bad of [undefined, null, 5, {}]) await assert.rejects(ada.send(bad as unknown as string), { code: 'invalid-argument' });
  await ada.send('still there');
  await until('it is', () => heard.at(-1) === 'still there');
});

test('I1: 250 MB are paced: nothing throws, and little lies in the browser at a time', async () => {
  const [ada, ben] = await both('bulk');
  let came = 0;
  ben.on('message', ({ data }) => void (came += (data as ArrayBuffer).byteLength));
  const piece = bytes(1024 * 1024);
  for (let count = 0; count < 250; ++count) await ada.send(piece);
  await until('all of it has come', () => came === 250 * piece.length, 60_000);
  const [most] = channelsOf(met.world, 'bulk').map(({ bufferedMost }) => bufferedMost).sort((a, b) => b - a);
  assert.ok(most! <= 3 * 1024 * 1024, `${most} bytes lay in the browser`);
});

test('I4: messages keep their order, however they are sent and however long they are', async () => {
  const [ada, ben] = await both('order');
  const heard = heardOn(ben);
  const sizes = [10, 700_000, 1, 300_000, 5_000_000, 2, 0, 262_144];
  await Promise.all(sizes.map((size, at) => (at % 3 === 2 ? ada.send(new Blob([new Uint8Array(size)])) : ada.send(new Uint8Array(size)))));
  await until('all have come', () => heard.length === sizes.length);
  assert.deepEqual(heard.map((data) => (data as ArrayBuffer).byteLength), sizes);
});

test('what was given to `send` may be changed while it waits', async () => {
  const [ada, ben] = await both('lent');
  const heard = heardOn(ben);
  met.world.wire.path.stalled = true;
  const piece = new Uint8Array(1024 * 1024);
  const sends = [1, 2, 3, 4, 5].map((mark) => ada.send(piece.fill(mark)));
  met.world.wire.path.stalled = false;
  await Promise.all(sends);
  await until('all have come', () => heard.length === 5);
  assert.deepEqual(heard.map((data) => new Uint8Array(data as ArrayBuffer)[0]), [1, 2, 3, 4, 5]);
});

test('I8: a channel that dies while the connection lives is rebuilt; what was lost is told', async () => {
  const [ada, ben] = await both('chat');
  const heard = heardOn(ben);
  const lost: number[] = [];
  ada.on('lost', ({ messages }) => void lost.push(messages));
  await ada.send('one');
  await until('it has come', () => heard.length === 1);
  met.world.wire.path.stalled = true;
  await ada.send('two');
  await ada.send('three');
  const connections = met.world.wire.made;
  const ends = channelsOf(met.world, 'chat');
  ends[0]!.close();
  await until('it is gone', () => ends.every(({ readyState }) => readyState === 'closed'));
  met.world.wire.path.stalled = false;
  await until('it is open again', () => ada.openTo.has('ben') && ben.openTo.has('ada') && channelsOf(met.world, 'chat').length === 2);
  await ada.send('four');
  await until('the next one comes', () => heard.at(-1) === 'four');
  assert.deepEqual(heard, ['one', 'four']);
  assert.deepEqual(lost, [2]);
  assert.equal(met.world.wire.made, connections);
});

test('after a lost connection the channel is there again, and what waited goes out', async () => {
  const [ada, ben] = await both('chat');
  const heard = heardOn(ben);
  const happened: string[] = [];
  ada.on('open', ({ id }) => void happened.push(`open ${id}`));
  ada.on('close', ({ id }) => void happened.push(`close ${id}`));
  const broken = met.breakConnection();
  await until('it is closed', () => !ada.openTo.has('ben'));
  const waits = ada.send('from the gap');
  await broken;
  await waits;
  await until('it has come', () => heard.includes('from the gap'));
  assert.deepEqual(happened, ['close ben', 'open ben']);
});

test('unreliable channels are what they say, and wait for nothing', async () => {
  const [ada] = await both('game', { ordered: false, maxRetransmits: 0 });
  const [channel] = channelsOf(met.world, 'game');
  assert.deepEqual([channel?.options.ordered, channel?.options.maxRetransmits], [false, 0]);
  const broken = met.breakConnection();
  await until('it is closed', () => !ada.openTo.has('ben'));
  await ada.send('into the void');
  await broken;
});

test('L8: the sender is whom the connection leads to, whatever the message claims', async () => {
  const [ada, ben] = await both('chat');
  const from: string[] = [];
  ben.on('message', (event) => void from.push(event.from.id));
  await ada.send(JSON.stringify({ from: 'cem', text: 'hi' }));
  await until('it has come', () => from.length === 1);
  assert.deepEqual(from, ['ada']);
});

test('I10: a thousand channels nobody asked for are closed, and nothing else is harmed', async () => {
  const [ada, ben] = await both('chat');
  const [connection] = [...met.world.wire.open];
  let closed = 0;
  for (let count = 0; count < 1_000; ++count) {
    connection?.ondatachannel?.({ channel: { close: () => void ++closed } as never });
  }
  assert.equal(closed, 1_000);
  const heard = heardOn(ben);
  await ada.send('unharmed');
  await until('it has come', () => heard.length === 1);
});

test('M9: what comes before anybody listens is kept, in order, up to a bound', async () => {
  const [ada, ben] = await both('early');
  for (const text of ['one', 'two', 'three']) await ada.send(text);
  // Later messages come in the same order, on whichever channel: all have arrived when this one has.
  const [adaLast, benLast] = await both('last');
  const last = heardOn(benLast);
  await adaLast.send('last');
  await until('all have come', () => last.length === 1);
  const once: unknown[] = [];
  ben.once('message', ({ data }) => void once.push(data));
  await until('the first is told', () => once.length === 1);
  const heard = heardOn(ben);
  await ada.send('four');
  await until('all are told', () => heard.length === 3);
  assert.deepEqual([once, heard], [['one'], ['two', 'three', 'four']]);

  const problems: string[] = [];
  met.ben.meeting.on('problem', ({ error }) => void problems.push(error.code));
  const [adaMany, benMany] = await both('many');
  for (let count = 0; count < 1_100; ++count) await adaMany.send(String(count));
  await adaLast.send('last');
  await until('all have come', () => last.length === 2);
  const many = heardOn(benMany);
  await until('those that were kept are told', () => many.length === 1_024);
  assert.deepEqual([many[0], many.at(-1)], ['0', '1023']);
  assert.deepEqual(problems, ['rate-limited']);
});

test('M9: what waits and cannot be read any more when its turn has come is lost, which is told', async () => {
  const [ada, ben] = await both('chat');
  const heard = heardOn(ben);
  const lost: string[] = [];
  ada.on('lost', ({ to, messages }) => void lost.push(`${to.id} ${messages}`));
  const broken = met.breakConnection();
  await until('it is closed', () => !ada.openTo.has('ben'));
  const file = new Blob(['gone']);
  file.arrayBuffer = () => Promise.reject(new DOMException('it was removed', 'NotReadableError'));
  await ada.send(file);
  await ada.send('after it');
  await broken;
  await until('the next one has come', () => heard.length === 1);
  assert.deepEqual([heard, lost], [['after it'], ['ben 1']]);
});

test('M9: 256 MiB may wait for one who is being connected, and not a byte more; behind 2 MiB everybody waits', async () => {
  const [ada, ben] = await both('chat');
  const heard = heardOn(ben);
  const broken = met.breakConnection();
  await until('it is closed', () => !ada.openTo.has('ben'));
  await ada.send('does not wait');
  const waiting: Promise<void>[] = [];
  let settled = 0;
  for (let left = 256 * 1024 * 1024 - 13; left > 0; left -= 16 * 1024 * 1024) {
    // It counts as so much, and takes no memory.
    const file = Object.defineProperty(new Blob(['x']), 'size', { value: Math.min(left, 16 * 1024 * 1024) });
    waiting.push(ada.send(file).then(() => void settled++));
  }
  await assert.rejects(ada.send('y'), { code: 'rate-limited' });
  assert.equal(settled, 0);
  await broken;
  await Promise.all(waiting);
  await until('all have come', () => heard.length === 1 + waiting.length);
});

test('bad arguments, twice, and after the end', async () => {
  const { meeting } = met.ada;
  const rejects = (promise: Promise<unknown>, code: string) => assert.rejects(promise, { name: 'MeetingError', code });
  await rejects(meeting.channel(5 as unknown as string), 'invalid-argument');
  // Bytes are counted: 42 characters of three, and two of one, are 128.
  await meeting.channel(`${'愛'.repeat(42)}ab`).then((channel) => channel.close());
  for (const label of [`${'愛'.repeat(43)}`, 'a'.repeat(129)]) {
    await assert.rejects(meeting.channel(label), { code: 'invalid-argument', message: /label: 129 bytes of UTF-8, at most 128/ });
  }
  await rejects(meeting.channel('a\ud800'), 'invalid-argument');
  await rejects(meeting.channel('a', { maxRetransmits: -1 }), 'invalid-argument');
  await rejects(meeting.channel('a', { ordered: 'yes' as unknown as boolean }), 'invalid-argument');
  const channel = await meeting.channel('same');
  assert.equal(await meeting.channel('same'), channel);
  const iterator = channel.events('message')[Symbol.asyncIterator]();
  channel.close();
  channel.close();
  assert.deepEqual(await iterator.next(), { value: undefined, done: true });
  assert.notEqual(await meeting.channel('same'), channel);
  for (let count = 1; count < 32; ++count) await meeting.channel(`one of many ${count}`);
  await rejects(meeting.channel('one too many'), 'rate-limited');
  const last = await meeting.channel('same');
  await meeting.leave();
  await rejects(last.send('x'), 'already-left');
  await rejects(meeting.channel('late'), 'already-left');
});

test('whoever leaves: what waits for them fails, and a third one goes on', async () => {
  const cem = await met.world.join('room', { user: 'cem' });
  await connected(met.ada, met.ben, cem);
  const [ada, ben] = await both('chat');
  const heard = heardOn(await cem.meeting.channel('chat'));
  await until('open to both', () => ada.openTo.size === 2);
  met.world.wire.path.stalled = true;
  const large = new Uint8Array(8 * 1024 * 1024);
  const toBen = ada.send(large, { to: 'ben' }).catch((error: { code: string }) => error.code);
  const toAll = ada.send(large);
  await met.ben.meeting.leave();
  assert.equal(await toBen, 'peer-gone');
  met.world.wire.path.stalled = false;
  await toAll;
  await until('cem has it', () => heard.length === 1);
  await assert.rejects(ben.send('x'), { code: 'already-left' });
  await cem.meeting.leave();
});

test('nothing of it is loaded, opened or negotiated until somebody asks', async () => {
  const open = [...met.world.wire.open];
  assert.ok(open.every(({ channels }) => channels.length === 1));
  const before = open.flatMap(({ log }) => log).length;
  await both('chat');
  assert.equal(open.flatMap(({ log }) => log).length, before);
});
