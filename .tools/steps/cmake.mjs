// The C++ builds: configuring once, then ninja, which knows best what is out of date.

import { mkdirSync, rmSync } from 'node:fs';
import { fuzzingCompiler } from '../lib/compiler.mjs';
import { emscriptenEnvironment, findEmscripten } from '../lib/emscripten.mjs';
import { fingerprint, unlessDone } from '../lib/files.mjs';
import { inBuild, inRoot } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { Plain, bold, say } from '../lib/say.mjs';

const presets = new Set(['native', 'quick', 'wasm', 'wasm-test', 'fast', 'wasm-fast', 'fuzz']);

/** Builds targets of one preset; resolves to the build folder. */
export async function buildCpp(preset, targets) {
  if (!presets.has(preset)) throw new Error(`no such preset: ${preset}`);
  let env = {};
  let toolchain = process.env.CXX ?? '';
  if (preset.startsWith('wasm')) {
    const emscripten = findEmscripten();
    if (!emscripten) throw new Plain('Emscripten is missing: npm run setup');
    env = emscriptenEnvironment(emscripten);
    toolchain = `${emscripten.root} ${emscripten.version}`;
  }

  if (preset === 'fuzz') {
    toolchain = fuzzingCompiler();
    if (!toolchain) throw new Plain('Clang with libFuzzer is missing: npm run setup');
    env = { CXX: toolchain };
  }

  // Changes of the CMake files are noticed by ninja; another compiler needs a build folder made anew.
  const folder = inBuild(preset);
  const print = fingerprint([inRoot('CMakePresets.json')], toolchain);
  await unlessDone(`configure-${preset}`, print, [inBuild(preset, 'build.ninja')], async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await run('cmake', ['--preset', preset], { env, show: 'on-failure' });
  });
  // Two jobs, however many cores there are: a translation unit under sanitizers takes up to 1 GB.
  await run('ninja', ['-C', folder, '-j2', ...targets], { env, show: progress(preset) });
  return folder;
}

// Ninja's lines under a title of ours; nothing at all if there was nothing to build.
function progress(preset) {
  const idle = /^(ninja: (Entering directory|no work to do)|\[0\/\d+\] Re-checking|\[\d+\/\d+\] Re-running CMake|-- )/;
  let begun = false;
  return (line) => {
    if (idle.test(line)) return;
    if (!begun) say(`${bold('>')} Building C++ (${preset}) ...`);
    begun = true;
    say(`  ${line}`);
  };
}
