// The WebAssembly modules, and what the loaders in bindings/ import of them.
//
// For each door (client, legacy, room, flow) build/js/bindings/wasm/<door>.js is written, next to the compiled TypeScript:
// the module's bytes, packed by xz and then in base64. So one and the same import resolves for tests in plain Node and
// for the bundling of dist/, and a page needs no second request, no content type for .wasm, and no help from its
// bundler. Packed first, since base64 of the plain bytes would cost a third of the transfer; by
// LZMA, since it leaves a fifth less than deflate does (bindings/lzma.ts unpacks it).

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fingerprint, unlessDone, writeIfChanged } from '../lib/files.mjs';
import { inBuild } from '../lib/paths.mjs';
import { buildCpp } from './cmake.mjs';

export const doors = ['client', 'legacy', 'room', 'flow'];

export const wasmFile = (door) => inBuild('wasm', `meetwire_${door}.wasm`);

export async function buildWasm() {
  await buildCpp('wasm', doors.map((door) => `meetwire_${door}`));
  for (const door of doors) {
    const output = inBuild('js', 'bindings', 'wasm', `${door}.js`);
    const print = fingerprint([wasmFile(door), new URL(import.meta.url).pathname]);
    await unlessDone(`pack-${door}`, print, [output], () => writeIfChanged(output, pack(readFileSync(wasmFile(door)))));
  }
}

function pack(wasm) {
  return `export const packed = "${lzma(wasm).toString('base64')}";\nexport const size = ${wasm.length};\n`;
}

// The header says the dictionary's size and the content's, which xz leaves open when it reads from a pipe.
const headerLength = 13;

function lzma(content) {
  // WebAssembly has no alignment for `pb` to make use of; `lc` is what bindings/lzma.ts counts on.
  const packed = execFileSync('xz', ['--format=lzma', '--lzma1=preset=9e,lc=3,lp=0,pb=0,nice=273', '--stdout'], {
    input: content,
    maxBuffer: content.length + 65_536,
  });
  return packed.subarray(headerLength);
}
