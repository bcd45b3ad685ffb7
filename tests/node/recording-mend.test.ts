// Mending recorded files: what two browsers' files look like when they come, and what must stand in them afterwards. The
// files are put together and read again here by other code than that which mends them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bytes } from '../../bindings/recording/bytes.ts';
import { menderFor } from '../../bindings/recording/mender-for.ts';

const hex = (text: string): Bytes => Uint8Array.from(text.replace(/\s/g, '').match(/../g) ?? [], (pair) => parseInt(pair, 16));
const join = (...pieces: Uint8Array[]): Bytes => Uint8Array.from(pieces.flatMap((piece) => [...piece]));
const text = (value: string): Bytes => Uint8Array.from(value, (letter) => letter.charCodeAt(0));
const big = (value: number, length: number): Bytes => Uint8Array.from({ length }, (_, at) => Math.floor(value / 256 ** (length - 1 - at)) % 256);

/** What comes out, with the last piece put over the beginning; and how long the mender says that it is. */
function mend(type: string, pieces: Bytes[]): { whole: Bytes; raw: Bytes; tail: number; head: Bytes | undefined; duration: number | undefined } {
  const mender = menderFor(type);
  const out = pieces.map((piece) => mender.feed(piece));
  const { tail, head } = mender.finish();
  const raw = join(...out, tail);
  const whole = raw.slice();
  if (head) whole.set(head, 0);
  const first = out.find(({ length }) => length > 0);
  if (head) assert.ok(head.length <= (first?.length ?? 0), 'the head is in the first piece that is given out');
  return { whole, raw, tail: tail.length, head, duration: mender.duration };
}

/** Cut at places that a small generator of numbers chooses; the same ones for the same seed. */
function cut(bytes: Bytes, seed: number): Bytes[] {
  const pieces: Bytes[] = [];
  let state = seed;
  for (let at = 0; at < bytes.length; ) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const length = 1 + (state % (seed % 2 ? 7 : 90));
    pieces.push(bytes.slice(at, at + length));
    at += length;
  }
  return pieces;
}

// ---- WebM

const element = (id: string, ...content: Uint8Array[]): Bytes => {
  const body = join(...content);
  assert.ok(body.length < 127);
  return join(hex(id), big(0x80 | body.length, 1), body);
};
const unknown = hex('01 ffffffffffffff');
const ebml = element('1a45dfa3', hex('4286 81 01 4282 84'), text('webm'));
const tracks = element('1654ae6b', element('ae', hex('d7 81 01 83 81 01')), element('ae', hex('d7 81 02 83 81 02')));
const simple = (track: number, time: number, isKey: boolean): Bytes => element('a3', big(0x80 | track, 1), big(time & 0xffff, 2), hex(isKey ? '80' : '00'), new Uint8Array(60));
const cluster = (time: number, ...blocks: Bytes[]): Bytes => join(hex('1f43b675'), unknown, element('e7', big(time, 3)), ...blocks);
const clusters = [
  cluster(0, simple(1, 0, true), simple(2, 0, true), simple(1, 40, false), simple(2, 20, true)),
  cluster(1000, simple(1, 0, false), simple(2, 3, true), simple(1, 40, true), simple(1, 80, true)),
  cluster(3000, element('a0', element('a1', hex('81'), big(0, 2), hex('00'), new Uint8Array(20)), hex('fb 81 50')), simple(1, 0xffff & -10, false), simple(2, 60, true)),
];
const chromium = join(ebml, hex('18538067'), unknown, element('1549a966', hex('2ad7b1 83 0f4240 4d80 83'), text('abc')), tracks, ...clusters);
const firefox = join(ebml, hex('18538067'), unknown, hex('114d9b74 80'), element('1549a966', hex('2ad7b1 83 0f4240 4489 88 0000000000000000')), tracks, ...clusters);

interface Found {
  id: number;
  at: number;
  content: Bytes;
}

/** A second reader of EBML, for files that are whole: masters whose ids it is told are gone into. */
function read(bytes: Bytes, into: number[], from = 0, to = bytes.length, found: Found[] = []): Found[] {
  for (let at = from; at < to; ) {
    const number = (place: number, keep: boolean): { value: number; length: number; isUnknown: boolean } => {
      const first = bytes[place]!;
      let length = 1;
      while (length <= 8 && !(first & (0x80 >> (length - 1)))) ++length;
      assert.ok(length <= 8, `no number at ${place}`);
      let value = keep ? first : first & (0xff >> length);
      let ones = (first & (0xff >> length)) === 0xff >> length;
      for (let i = 1; i < length; ++i) {
        value = value * 256 + bytes[place + i]!;
        ones &&= bytes[place + i] === 255;
      }
      return { value, length, isUnknown: ones && !keep };
    };
    const id = number(at, true);
    const size = number(at + id.length, false);
    const start = at + id.length + size.length;
    const end = size.isUnknown ? to : start + size.value;
    assert.ok(end <= to, `${id.value.toString(16)} at ${at} ends at ${end}, beyond ${to}`);
    found.push({ id: id.value, at, content: bytes.slice(start, size.isUnknown ? start : end) });
    if (into.includes(id.value)) {
      if (!size.isUnknown) read(bytes, into, start, end, found);
      at = size.isUnknown ? start : end;
    } else at = end;
  }
  return found;
}
const masters = [0x18538067, 0x114d9b74, 0x4dbb, 0x1549a966, 0x1654ae6b, 0xae, 0x1f43b675, 0xa0, 0x1c53bb6b, 0xbb, 0xb7];
const value = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

for (const [name, file] of [['Chromium', chromium], ['Firefox', firefox]] as const) {
  describe(`WebM as ${name} makes it`, () => {
    test('gets its duration, and an index that leads to the pictures', () => {
      const { whole, duration } = mend('video/webm;codecs=vp8,opus', [file]);
      const found = read(whole, masters);
      const all = (id: number): Found[] => found.filter((each) => each.id === id);
      const [length] = all(0x4489);
      // The last sound begins at 3060, and its forerunner was long ago: a block is taken for 100 ms at most.
      assert.equal(new DataView(length!.content.buffer).getFloat64(0), 3160);
      assert.equal(all(0x4489).length, 1);
      assert.equal(duration, 3160);

      const [segment] = all(0x18538067);
      const origin = segment!.at + 12;
      assert.equal(segment!.content.length, whole.length - origin, 'the segment has its size');
      assert.equal(value(all(0x53ac)[0]!.content) + origin, all(0x1c53bb6b)[0]!.at, 'the way to the index');
      const starts = all(0x1f43b675).map(({ at }) => at);
      assert.deepEqual(all(0xb3).map(({ content }) => value(content)), [0, 1040], 'times of the index');
      assert.deepEqual(all(0xf1).map(({ content }) => value(content) + origin), starts.slice(0, 2), 'and the clusters');
      assert.ok(all(0xf7).every(({ content }) => value(content) === 1));
      assert.equal(starts.length, 3);
    });

    test('is the same however it is cut', () => {
      const { whole } = mend('video/webm', [file]);
      for (let seed = 1; seed < 40; ++seed) assert.deepEqual(mend('video/webm', cut(file, seed)).whole, whole, `seed ${seed}`);
      assert.deepEqual(mend('video/webm', [...file].map((byte) => Uint8Array.of(byte))).whole, whole);
    });

    test('says nothing false before its end has come, and plays as far as it came', () => {
      const { raw, tail } = mend('video/webm', [file]);
      const found = read(raw.slice(0, raw.length - tail), masters);
      assert.equal(found.filter(({ id }) => id === 0x4489 || id === 0x1c53bb6b || id === 0x53ac).length, 0);
      assert.deepEqual(found.filter(({ id }) => id === 0xec).map(({ content }) => content.length), [24, 9]);
      const torn = mend('video/webm', [file.slice(0, file.length - 5)]);
      assert.equal(torn.tail, 0, 'no index into what is torn');
      assert.equal(torn.duration, 3160);
    });
  });
}

describe('what cannot be mended', () => {
  test('is left as it is', () => {
    const noise = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 2_654_435_761) >>> 24);
    for (const type of ['video/webm', 'video/mp4', 'video/ogg']) {
      for (const file of [noise, new Uint8Array(), new Uint8Array(200_000), ebml, chromium.slice(0, 60), text('what is this?')]) {
        for (const pieces of [[file], cut(file.slice(0, 5_000), 8)]) {
          const { whole, head } = mend(type, pieces);
          assert.deepEqual(whole, join(...pieces), `${type}, ${file.length} bytes`);
          assert.equal(head, undefined);
        }
      }
    }
  });

  test('any byte of it may be wrong: nothing is lost, and it comes to an end', () => {
    for (const [type, file] of [['video/webm', chromium], ['video/mp4', fragmented()]] as const) {
      for (let at = 0; at < Math.min(file.length, 700); ++at) {
        for (const wrong of [0, 0xff, 0x1f]) {
          const broken = file.slice();
          broken[at] = wrong;
          const { raw, tail } = mend(type, cut(broken, at + 2));
          const end = Buffer.from(broken.slice(-100));
          const isThere = end.equals(raw.slice(-100)) || end.equals(raw.slice(-100 - tail, raw.length - tail));
          assert.ok(isThere && raw.length >= broken.length - 100, `${type}: byte ${at} as ${wrong}`);
        }
      }
    }
  });
});

// ---- MP4

function box(type: string, ...content: Uint8Array[]): Bytes {
  const body = join(...content);
  return join(big(body.length + 8, 4), text(type), body);
}
const zeros = (count: number): Bytes => new Uint8Array(count);

function fragmented({ base = 0x020000, long = true } = {}): Bytes {
  const times = zeros(long ? 16 : 8);
  const version = big(long ? 0x01000000 : 0, 4);
  const trak = (track: number, scale: number): Bytes =>
    box('trak', box('tkhd', version, times, big(track, 4), zeros(60)), box('mdia', box('mdhd', version, times, big(scale, 4), zeros(8))));
  const trex = (track: number): Bytes => box('trex', zeros(4), big(track, 4), zeros(4), big(20, 4), zeros(8));
  const moov = box('moov', box('mvhd', version, times, big(1000, 4), zeros(80)), trak(1, 48_000), trak(2, 30_000), box('mvex', trex(1), trex(2)));
  const traf = (track: number, from: number, run: Bytes): Bytes =>
    box('traf', box('tfhd', big(base, 4), big(track, 4), ...(base & 1 ? [zeros(8)] : [])), box('tfdt', big(0x01000000, 4), big(from, 8)), run);
  // Durations and sizes for each; durations from the defaults.
  const each = (...durations: number[]): Bytes => box('trun', big(0x000301, 4), big(durations.length, 4), zeros(4), ...durations.flatMap((duration) => [big(duration, 4), zeros(4)]));
  const usual = (count: number): Bytes => box('trun', big(0x000001, 4), big(count, 4), zeros(4));
  const moof = (number: number, ...trafs: Bytes[]): Bytes => box('moof', box('mfhd', zeros(4), big(number, 4)), ...trafs);
  return join(
    box('ftyp', text('isom')), moov,
    moof(1, traf(1, 0, each(48_000, 24_000)), traf(2, 0, usual(4))), box('mdat', zeros(300)),
    moof(2, traf(1, 72_000, each(24_000)), traf(2, 60_000, each(3_000))), box('mdat', zeros(100)),
  );
}

describe('fragmented MP4', () => {
  const at = (bytes: Bytes, type: string): number => Buffer.from(bytes).indexOf(type);

  test('gets its duration from its fragments', () => {
    for (const long of [true, false]) {
      const file = fragmented({ long });
      const { whole, raw, duration } = mend('video/mp4;codecs=avc1', [file]);
      assert.equal(duration, 2100);
      const mehd = at(whole, 'mehd');
      assert.equal(value(whole.slice(mehd + 8, mehd + 16)), 2100);
      assert.equal(value(whole.slice(mehd - 4, mehd)), 20);
      assert.equal(whole.length, file.length + 20);
      assert.equal(value(whole.slice(at(whole, 'moov') - 4, at(whole, 'moov'))), value(file.slice(at(file, 'moov') - 4, at(file, 'moov'))) + 20);
      assert.equal(mehd, at(whole, 'mvex') + 8);
      assert.equal(at(raw, 'mehd'), -1);
      assert.equal(at(raw, 'free'), mehd);
      for (let seed = 1; seed < 20; ++seed) assert.deepEqual(mend('video/mp4', cut(file, seed)).whole, whole, `seed ${seed}`);
    }
  });

  test('is left as it is where its data is found by its place in the file', () => {
    const file = fragmented({ base: 1 });
    assert.deepEqual(mend('video/mp4', cut(file, 4)).whole, file);
  });
});
