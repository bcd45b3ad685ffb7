// The unpacker of the built-in bytes gives back what xz packed.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { unpackLzma } from '../../bindings/lzma.ts';

const headerLength = 13;

function pack(content: Uint8Array): Buffer {
  const options = ['--format=lzma', '--lzma1=preset=9e,lc=3,lp=0,pb=0', '--stdout'];
  return execFileSync('xz', options, { input: content, maxBuffer: content.length + 65_536 }).subarray(headerLength);
}

// A fixed sequence without pattern: the same in every run.
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

const contents: Record<string, Uint8Array> = {
  'one byte': Uint8Array.of(7),
  'a long run': new Uint8Array(100_000).fill(65),
  'a pattern whose distance changes': Uint8Array.from({ length: 50_000 }, (_, i) => (i % 251) ^ (i >> 9)),
  noise: noise(20_000),
  'noise, far apart, again': Buffer.concat([noise(5_000), new Uint8Array(70_000), noise(5_000)]),
  'text': readFileSync(new URL(import.meta.url)),
  'a program': readFileSync(process.execPath).subarray(0, 1_000_000),
};

for (const [name, content] of Object.entries(contents)) {
  test(`LZMA: ${name}`, () => {
    const unpacked = unpackLzma(pack(content), content.length);
    assert.ok(Buffer.from(content).equals(unpacked), 'differs');
  });
}

test('LZMA: damage that leads out of the output is an error, not a wrong module', () => {
  const packed = pack(contents['text']!);
  packed.fill(0xff, 5);
  assert.throws(() => unpackLzma(packed, contents['text']!.length), RangeError);
});
