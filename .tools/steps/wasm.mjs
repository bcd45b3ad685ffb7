// The WebAssembly modules, and what the loaders in bindings/ import of them.
//
// For each door (client, legacy, room, flow, insight) build/js/bindings/wasm/<door>.js is written, next to the compiled TypeScript:
// Emscripten's code and the module's bytes. So one and the same import resolves for tests in plain Node and
// for the bundling of dist/, and a page needs no second request, no content type for .wasm, and no help from its
// bundler.
//
// The bytes are a string with a character for each. Compressed in transfer this is hardly larger than the .wasm file itself,
// where base64 would be a third larger; and nothing has to be unpacked before it is compiled.
//
// Emscripten's code has much in it for what is switched off. It stands within functions, where esbuild leaves it; terser takes it out.

import { readFileSync } from 'node:fs';
import { fingerprint, unlessDone, writeIfChanged } from '../lib/files.mjs';
import { inBuild, inRoot } from '../lib/paths.mjs';
import { buildCpp } from './cmake.mjs';

export const doors = ['client', 'legacy', 'room', 'flow', 'insight'];

export const wasmFile = (door) => inBuild('wasm', `meetwire_${door}.wasm`);

const glueFile = (door) => inBuild('wasm', `meetwire_${door}.mjs`);

export async function buildWasm() {
  await buildCpp('wasm', doors.map((door) => `meetwire_${door}`));
  for (const door of doors) {
    const output = inBuild('js', 'bindings', 'wasm', `${door}.js`);
    const print = fingerprint([wasmFile(door), glueFile(door), inRoot('package-lock.json'), new URL(import.meta.url).pathname]);
    await unlessDone(`built-in-${door}`, print, [output], async () => {
      // Here, and not at the top: the set-up that installs it imports this file.
      const { minify } = await import('terser');
      const { code } = await minify(readFileSync(glueFile(door), 'utf8'), { module: true, compress: { passes: 3 } });
      writeIfChanged(output, builtIn(code, readFileSync(wasmFile(door))));
    });
  }
}

const builtIn = (glue, wasm) => `${glue}\nexport const bytes = "${asText(wasm)}";\n`;

// A zero would make a binary file of the script in the eyes of many tools: U+0100 has the same low bits.
const written = new Map([[0x00, '\u0100'], [0x0a, '\\n'], [0x0d, '\\r'], [0x22, '\\"'], [0x5c, '\\\\']]);

const asText = (bytes) => Array.from(bytes, (byte) => written.get(byte) ?? String.fromCharCode(byte)).join('');
