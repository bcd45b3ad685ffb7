// Messages cut into frames and put together again, also in the wrong order, incomplete, and from somebody hostile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlowBounds } from '../../bindings/flow-types.ts';
import { bytesOfText, framesOf, Joiner, type Message } from '../../bindings/flow/frames.ts';

const bounds = { messageBytesMax: 10_000, partialBytesMax: 20_000 } as FlowBounds;
const bytes = (size: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length: size }, (_, at) => (at * 7) % 251);
const frames = (content: Uint8Array<ArrayBuffer>, isText = false, number = 1, most = 100): ArrayBuffer[] =>
  [...framesOf(content, isText, number, most)].map((frame) => frame.buffer);

/** A part as it stands on the wire, whatever it claims. */
function part(number: number, index: number, count: number, content: number): ArrayBuffer {
  const frame = new DataView(new ArrayBuffer(9 + content));
  frame.setUint8(0, 2);
  frame.setUint32(1, number);
  frame.setUint16(5, index);
  frame.setUint16(7, count);
  return frame.buffer;
}

const whole = (taken: Message | Error | undefined): Uint8Array => {
  assert.ok(taken instanceof ArrayBuffer, String(taken));
  return new Uint8Array(taken);
};

test('any length is one message again, and no frame is too long', () => {
  for (const size of [0, 1, 98, 99, 100, 101, 182, 183, 5_000]) {
    const joiner = new Joiner(bounds);
    const cut = frames(bytes(size));
    assert.ok(cut.every(({ byteLength }) => byteLength <= 100));
    const results = cut.map((frame) => joiner.take(frame));
    assert.deepEqual(whole(results.pop()), bytes(size), String(size));
    assert.ok(results.every((each) => each === undefined));
    assert.equal(joiner.held, 0);
  }
});

test('text stays text, also where a character is cut in two', () => {
  const text = 'ä€😀'.repeat(100);
  const joiner = new Joiner(bounds);
  assert.equal(frames(bytesOfText(text), true).map((frame) => joiner.take(frame)).at(-1), text);
  assert.equal(joiner.take(frames(bytesOfText(''), true)[0]!), '');
});

test('parts of several messages in any order', () => {
  const joiner = new Joiner(bounds);
  const mixed = [1, 2, 3].flatMap((number) => frames(bytes(number * 300), false, number)).reverse();
  const results = mixed.map((frame) => joiner.take(frame)).filter((each) => each !== undefined);
  assert.deepEqual(results.map((each) => whole(each).length), [900, 600, 300]);
});

test('what is never complete is bounded: the oldest give way', () => {
  const joiner = new Joiner(bounds);
  for (let number = 0; number < 1_000; ++number) {
    assert.equal(joiner.take(part(number, 0, 65_535, 5_000)), undefined);
    assert.ok(joiner.held <= bounds.partialBytesMax);
  }
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < 100_000; ++number) joiner.take(part(number, 0, 65_535, 1));
  assert.ok(joiner.held <= bounds.partialBytesMax);
  assert.ok(process.memoryUsage().heapUsed - before < 64 * 1024 * 1024, 'memory grows with what is claimed');
});

test('what cannot be is an error, and leaves nothing behind', () => {
  const hostile: ArrayBuffer[][] = [
    [new ArrayBuffer(0)],
    [part(1, 0, 2, 0)],
    [part(1, 0, 0, 5)],
    [part(1, 2, 2, 5)],
    [part(1, 0, 2, 5), part(1, 0, 2, 5)],
    [part(1, 0, 2, 5), part(1, 1, 3, 5)],
    [part(1, 0, 3, 6_000), part(1, 1, 3, 6_000)],
  ];
  for (const [at, given] of hostile.entries()) {
    const joiner = new Joiner(bounds);
    const results = given.map((frame) => joiner.take(frame));
    assert.ok(results.at(-1) instanceof Error, String(at));
    assert.equal(joiner.held, 0, String(at));
  }
  assert.equal(new Joiner(bounds).take(Uint8Array.of(9, 1, 2).buffer), undefined, 'of a later version');
});
