// Files through the SDK, between meetings in a fake world: the real cores, modelled connections.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { AcceptFileOptions, FileDelivery, FileOffer, SendFileOptions } from '../../web/sdk/flow/files.ts';
import type { MeetingError } from '../../bindings/errors.ts';
import type { Met } from '../support/fake-meetings.ts';
import { channelsOf, connected, meet } from '../support/fake-meetings.ts';
import { until } from '../support/waiting.ts';

let met: Met;
beforeEach(async () => {
  met = await meet();
});
afterEach(() => met.close());

const megabyte = 1024 * 1024;
const bytes = (size: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 10)) % 251);
const fileOf = (size: number, name = 'holiday.jpg'): File => new File([bytes(size)], name, { type: 'image/jpeg' });
const contentOf = async (blob: Blob | undefined): Promise<Buffer> => Buffer.from(await blob!.arrayBuffer());

/** Ben's answer to the next offer. */
function nextOffer(): Promise<FileOffer> {
  return new Promise((resolve) => met.ben.meeting.once('file', resolve));
}

interface Both {
  sent: Promise<FileDelivery | MeetingError>;
  taken: Promise<File | undefined | MeetingError>;
  offer: FileOffer;
}

const orError = <Value>(promise: Promise<Value>): Promise<Value | MeetingError> => promise.catch((error: MeetingError) => error);

async function send(file: Blob | ReadableStream<Uint8Array>, options: SendFileOptions = {}, accept: AcceptFileOptions = {}): Promise<Both> {
  const offered = nextOffer();
  const sent = orError(met.ada.meeting.files.send(file, { to: 'ben', ...options }));
  const offer = await offered;
  return { sent, offer, taken: orError(offer.accept(accept)) };
}

const codeOf = async (outcome: Promise<unknown>): Promise<string | undefined> => ((await outcome) as MeetingError | undefined)?.code;

test('a file arrives as it is, with its name and type, and both see the progress', async () => {
  const file = fileOf(5 * megabyte + 17);
  const seen: number[] = [];
  const shown: number[] = [];
  const { sent, taken, offer } = await send(file, { onProgress: ({ bytes }) => seen.push(bytes) }, { onProgress: ({ bytes }) => shown.push(bytes) });
  assert.deepEqual([offer.from.id, offer.name, offer.size, offer.type], ['ada', 'holiday.jpg', file.size, 'image/jpeg']);
  const arrived = (await taken) as File;
  assert.deepEqual([arrived.name, arrived.type, arrived.size], ['holiday.jpg', 'image/jpeg', file.size]);
  assert.ok((await contentOf(arrived)).equals(await contentOf(file)));
  assert.deepEqual((await sent as FileDelivery).delivered.map(({ id }) => id), ['ben']);
  for (const steps of [seen, shown]) {
    assert.equal(steps.at(-1), file.size);
    assert.deepEqual(steps, [...steps].sort((a, b) => a - b));
  }
  assert.ok(offer.signal.aborted);
});

test('empty, one byte, and exactly a block', async () => {
  for (const size of [0, 1, 262_144, 262_145]) {
    const { sent, taken } = await send(fileOf(size));
    assert.equal(((await taken) as File).size, size);
    assert.equal((await sent as FileDelivery).delivered.length, 1);
  }
});

test('several at once, both ways', async () => {
  const files = [1, 2, 3, 4].map((count) => fileOf(count * megabyte + count, `file ${count}`));
  const arrived = new Map<string, Buffer>();
  for (const { meeting } of [met.ada, met.ben]) {
    meeting.on('file', async (offer) => arrived.set(`${offer.from.id} ${offer.name}`, await contentOf(await offer.accept())));
  }
  await Promise.all(files.flatMap((file) => [met.ada.meeting.files.send(file), met.ben.meeting.files.send(file)]));
  await until('all have come', () => arrived.size === 8);
  for (const file of files) assert.ok(arrived.get(`ada ${file.name}`)?.equals(await contentOf(file)));
});

test('C15, I3: a lost connection: it goes on from where it was, and arrives whole', async () => {
  const file = fileOf(20 * megabyte);
  let at = 0;
  const { sent, taken } = await send(file, { onProgress: ({ bytes }) => (at = bytes) });
  await until('a part has come', () => at > 3 * megabyte);
  const before = at;
  await met.breakConnection();
  met.world.wire.path.moved = 0;
  assert.ok((await contentOf((await taken) as File)).equals(await contentOf(file)));
  assert.equal((await sent as FileDelivery).delivered.length, 1);
  assert.ok(met.world.wire.path.moved < file.size - before + 2 * megabyte, 'not from the beginning');
});

test('a stream goes on after a lost connection too', async () => {
  const content = bytes(20 * megabyte);
  let at = 0;
  const stream = new Blob([content]).stream();
  const { sent, taken } = await send(stream, { size: content.length, name: 'live', onProgress: ({ bytes }) => (at = bytes) });
  await until('a part has come', () => at > 3 * megabyte);
  await met.breakConnection();
  assert.ok((await contentOf((await taken) as File)).equals(content));
  assert.equal((await sent as FileDelivery).delivered.length, 1);
});

test('the receiver decides the pace: no more than a window is under way, whatever the size', async () => {
  const written: number[] = [];
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const writable = new WritableStream<Uint8Array>({
    async write(chunk) {
      await gate;
      written.push(chunk.length);
    },
  });
  const { sent, taken } = await send(fileOf(40 * megabyte), {}, { writable });
  let before = -1;
  await until('nothing moves any more', async () => {
    const now = met.world.wire.path.moved;
    const rests = now === before;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return rests && now > 4 * megabyte;
  });
  assert.ok(met.world.wire.path.moved < 9 * megabyte, `${met.world.wire.path.moved} bytes are here`);
  release();
  assert.equal(await taken, undefined);
  assert.equal((await sent as FileDelivery).delivered.length, 1);
  assert.equal(written.reduce((sum, size) => sum + size, 0), 40 * megabyte);
});

test('declined, with a reason', async () => {
  const offered = nextOffer();
  const sent = orError(met.ada.meeting.files.send(fileOf(10), { to: 'ben' }));
  (await offered).decline('not now');
  assert.equal(await codeOf(sent), 'file-declined');
  assert.match(((await sent) as MeetingError).message, /not now/);
  assert.equal(((await sent) as MeetingError).blame, 'remote');
});

test('cancelled by the sender, before and while it goes', async () => {
  const early = new AbortController();
  const offered = nextOffer();
  const unsent = orError(met.ada.meeting.files.send(fileOf(10), { to: 'ben', signal: early.signal }));
  const offer = await offered;
  early.abort();
  assert.equal(await codeOf(unsent), 'aborted');
  await until('the offer is over', () => offer.signal.aborted);
  assert.equal((offer.signal.reason as MeetingError).code, 'file-cancelled');
  await assert.rejects(offer.accept(), { code: 'file-cancelled' });

  const late = new AbortController();
  let aborted: unknown;
  const writable = new WritableStream<Uint8Array>({ abort: (reason) => void (aborted = reason) });
  const { sent, taken } = await send(fileOf(30 * megabyte), { signal: late.signal, onProgress: ({ bytes }) => bytes > megabyte && late.abort() }, { writable });
  assert.equal(await codeOf(sent), 'aborted');
  assert.equal(await codeOf(taken), 'file-cancelled');
  await until('what was written is given up', () => aborted !== undefined);
  await assert.rejects(met.ada.meeting.files.send(fileOf(1), { signal: late.signal }), { code: 'aborted' });
});

test('cancelled by the receiver', async () => {
  const cancel = new AbortController();
  const { sent, taken } = await send(fileOf(30 * megabyte), {}, { signal: cancel.signal, onProgress: ({ bytes }) => bytes > megabyte && cancel.abort() });
  assert.equal(await codeOf(taken), 'aborted');
  assert.equal(await codeOf(sent), 'file-cancelled');
  assert.match(((await sent) as MeetingError).message, /of 31457280 bytes had arrived/);
});

test('a file that vanishes while it is sent: both are told', async () => {
  const file = fileOf(30 * megabyte);
  const slice = file.slice.bind(file);
  file.slice = (from = 0, to) => {
    if (from >= 10 * megabyte) return { arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) } as unknown as Blob;
    return slice(from, to);
  };
  const { sent, taken } = await send(file);
  assert.equal(await codeOf(sent), 'file-changed');
  assert.equal(await codeOf(taken), 'file-changed');
});

test('a stream that is shorter or longer than it should be', async () => {
  for (const size of [megabyte - 1, megabyte + 1]) {
    const { sent, taken } = await send(new Blob([bytes(megabyte)]).stream(), { size });
    assert.equal(await codeOf(sent), 'file-changed');
    assert.equal(await codeOf(taken), 'file-changed');
  }
});

test('the receiver cannot store it: both are told', async () => {
  const writable = new WritableStream<Uint8Array>({ write: () => Promise.reject(new DOMException('full', 'QuotaExceededError')) });
  const { sent, taken } = await send(fileOf(megabyte), {}, { writable });
  assert.equal(await codeOf(taken), 'storage-failed');
  assert.equal((((await taken) as MeetingError).cause as Error).name, 'QuotaExceededError');
  assert.equal(await codeOf(sent), 'storage-failed');
});

const isData = (data: string | ArrayBuffer): data is ArrayBuffer => typeof data !== 'string' && data.byteLength > 10 && new Uint8Array(data)[1] === 0;

test('a block damaged on the way is sent again; one that always is ends it', async () => {
  const file = fileOf(3 * megabyte);
  let left = 2;
  const damage = (_id: number, data: string | ArrayBuffer) => {
    if (isData(data) && left-- > 0) new Uint8Array(data)[11]! ^= 1;
    return data;
  };
  met.world.wire.path.tamper = damage;
  const good = await send(file);
  assert.ok((await contentOf((await good.taken) as File)).equals(await contentOf(file)));
  left = Infinity;
  const bad = await send(file);
  assert.equal(await codeOf(bad.taken), 'file-damaged');
  assert.equal(await codeOf(bad.sent), 'file-damaged');
});

test('a sender that floods, or ends early: the receiver ends it', async () => {
  const lies: ((data: ArrayBuffer) => ArrayBuffer | undefined)[] = [
    // No block ever ends: what is gathered must not grow with it.
    (data) => (isData(data) ? data : undefined),
    (data) => (isData(data) ? undefined : data),
    (data) => {
      new Uint8Array(data)[1] = 2; // the end of the file, at once
      return data;
    },
  ];
  for (const lie of lies) {
    met.world.wire.path.tamper = (_id, data) => (typeof data === 'string' ? data : lie(data));
    const { sent, taken } = await send(fileOf(3 * megabyte));
    assert.equal(await codeOf(taken), 'peer-misbehaved');
    assert.equal(await codeOf(sent), 'file-cancelled');
  }
});

test('to everybody: each answers for themselves, and late ones are not asked', async () => {
  const cem = await met.world.join('room', { user: 'cem' });
  await connected(met.ada, met.ben, cem);
  met.ben.meeting.on('file', (offer) => void offer.accept());
  cem.meeting.on('file', (offer) => void offer.decline());
  const { delivered, failed } = await met.ada.meeting.files.send(fileOf(megabyte));
  assert.deepEqual(delivered.map(({ id }) => id), ['ben']);
  assert.deepEqual([...failed].map(([{ id }, { code }]) => [id, code]), [['cem', 'file-declined']]);
  await cem.meeting.leave();
});

test('somebody leaves in the middle of it', async () => {
  const { sent, taken } = await send(fileOf(30 * megabyte), { onProgress: ({ bytes }) => bytes > megabyte && void met.ben.meeting.leave() });
  assert.equal(await codeOf(taken), 'already-left');
  assert.equal(await codeOf(sent), 'peer-gone');
});

test('bad arguments, an offer answered twice, and after the end', async () => {
  const { files } = met.ada.meeting;
  const rejects = (promise: Promise<unknown>, code: string) => assert.rejects(promise, { name: 'MeetingError', code });
  await rejects(files.send('text' as unknown as Blob), 'invalid-argument');
  await rejects(files.send(new Blob([]).stream()), 'invalid-argument');
  await rejects(files.send(fileOf(1), { to: 'nobody' }), 'target-unknown');
  await rejects(files.send(fileOf(1), { name: 5 as unknown as string }), 'invalid-argument');
  const { offer, sent } = await send(fileOf(1));
  await rejects(offer.accept(), 'invalid-argument');
  offer.decline();
  await sent;
  const waiting = orError(files.send(fileOf(1), { to: 'ben' }));
  await nextOffer();
  await met.ada.meeting.leave();
  assert.equal(await codeOf(waiting), 'already-left');
  await rejects(files.send(fileOf(1)), 'already-left');
});

test('without SHA-256, as on pages that are not secure, files arrive all the same', async (context) => {
  context.mock.getter(globalThis.crypto, 'subtle', () => undefined);
  const file = fileOf(3 * megabyte);
  const { sent, taken } = await send(file);
  assert.ok((await contentOf((await taken) as File)).equals(await contentOf(file)));
  assert.equal((await sent as FileDelivery).delivered.length, 1);
});

test('all files of two go over one stream', async () => {
  for (const size of [1, 2]) await (await send(fileOf(size))).taken;
  assert.equal(channelsOf(met.world, 'meetwire files').length, 2);
});

test('M10: a name of 264 bytes, 88 characters of Chinese, arrives shortened with its extension, and half a character as U+FFFD', async () => {
  for (const [name, wanted] of [
    [`${'愛'.repeat(88)}.pdf`, `${'愛'.repeat(83)}.pdf`],
    ['a\ud800.txt', 'a\ufffd.txt'],
  ]) {
    const offered = nextOffer();
    const sent = met.ada.meeting.files.send(fileOf(10), { to: 'ben', name });
    const offer = await offered;
    assert.equal(offer.name, wanted);
    assert.equal((await offer.accept())?.name, wanted);
    assert.equal((await sent).delivered.length, 1);
  }
});

test('M9: an application that begins to listen after the offer has come gets it', async () => {
  const sent = met.ada.meeting.files.send(fileOf(10), { to: 'ben' });
  // The files' stream is there by then, and the offer with it.
  await until('the offer is there', () => channelsOf(met.world, 'meetwire files').length === 2);
  const taken = nextOffer().then((offer) => offer.accept());
  assert.equal((await sent).delivered.length, 1);
  assert.equal((await taken)?.size, 10);
});
