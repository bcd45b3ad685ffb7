// What a page has to load, and what it costs in memory. The limits are promises to users.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'dist');
const file = (name: string): Buffer => readFileSync(join(dist, name));

const mostByGzip = 138 * 1024;
const mostByBrotli = 114 * 1024;
const mostMemoryAtFirst = 2 * 1024 * 1024;
const bytesPerPage = 65_536;

test('all that a page loads for `join`, socket.io-client apart, is at most 138 KB by gzip and 114 KB by Brotli', () => {
  const check = (most: number, compressed: (name: string) => Uint8Array): void => {
    const sizes = ['meetwire.js', 'core.js'].map((name) => compressed(name).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total <= most, `${sizes.join(' + ')} = ${total} bytes, more than ${most}`);
  };
  check(mostByGzip, (name) => gzipSync(file(name), { level: 9 }));
  check(mostByBrotli, (name) => brotliCompressSync(file(name)));
});

/** What a file imports with its beginning, and what only when it is asked to. */
function importsOf(text: string): { atOnce: string[]; later: string[] } {
  const atOnce = [...text.matchAll(/(?:\bfrom|\bimport)\s*["']([^"']+)["']/g)].map(([, path = '']) => path);
  const later = [...text.matchAll(/\bimport\s*\(\s*["']([^"']+)["']\s*\)/g)].map(([, path = '']) => path);
  return { atOnce, later };
}

// Loaded on first use: .tools/steps/dist.mjs, `parts`. Each brings all it needs.
const parts = ['./flow.js', './insight.js', './legacy-core.js', './mount.js', './record.js', './redact.js', './socket-2.js'];

test('those two files load nothing else of ours, but for parts on first use', () => {
  const { atOnce, later } = importsOf(file('meetwire.js').toString());
  assert.deepEqual(atOnce, ['socket.io-client']);
  assert.deepEqual([...new Set(later)].sort(), ['./core.js', ...parts].sort());
  for (const name of ['core.js', ...parts]) assert.deepEqual(importsOf(file(name).toString()), { atOnce: [], later: [] }, name);
});

test('the reader of imports can tell', () => {
  assert.deepEqual(importsOf('import{a as b}from"./a.js";import"./b.js";x=()=>import("./c.js").then(f);export{d}from\'./d.js\''), {
    atOnce: ['./a.js', './b.js', './d.js'],
    later: ['./c.js'],
  });
});

// The binary format: magic and version (8 bytes), then sections, each an id, a length and its content; numbers are
// LEB128. Section 5 holds the memories: a count, then for each flags and the initial size in pages.
function pagesAtFirst(wasm: Uint8Array): number {
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      assert.ok(byte !== undefined, 'the module ends within a number');
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < wasm.length) {
    const id = wasm[at++];
    const length = number();
    if (id === 5) {
      assert.equal(number(), 1, 'one memory');
      number(); // flags
      return number();
    }
    at += length;
  }
  throw new Error('the module has no memory of its own');
}

test('the core starts with at most 2 MB of memory', () => {
  const bytes = pagesAtFirst(file('core.wasm')) * bytesPerPage;
  assert.ok(bytes > 0 && bytes <= mostMemoryAtFirst, `${bytes} bytes, more than ${mostMemoryAtFirst}`);
});

test('the reader of the memory section can tell', () => {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  assert.equal(pagesAtFirst(Uint8Array.from([...header, 1, 1, 0, 5, 4, 1, 0, 0x80, 2])), 256);
  assert.throws(() => pagesAtFirst(Uint8Array.from(header)), /no memory/);
});
