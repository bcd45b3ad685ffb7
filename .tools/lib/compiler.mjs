// Whether there is a native compiler that can build the tests. CMakeLists.txt makes the choice itself; this
// only has to know whether it will find one.

import { mkdtempSync, readFileSync, existsSync, mkdirSync, rmSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inBuild } from './paths.mjs';
import { ask, onPath } from './run.mjs';

function links(compiler, flags) {
  const folder = mkdtempSync(join(tmpdir(), 'meetwire-'));
  try {
    const source = join(folder, 'probe.cpp');
    // The fuzzer brings a main function of its own.
    const main = flags.some((flag) => flag.includes('fuzzer'))
      ? 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }'
      : 'int main() { return std::string("x").size() == 1 ? 0 : 1; }';
    writeFileSync(source, `#include <string>\n${main}\n`);
    return ask(compiler, ['-std=c++20', ...flags, source, '-o', join(folder, 'probe')]) !== undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const chosen = () => process.env.CXX;

/** Only linking a program tells, as each runtime is a package of its own. A success is remembered. */
function canLink(names, flags, stamp) {
  const compilers = names.map((name) => onPath(name) ?? name);
  const key = compilers.map((file) => (existsSync(file) ? realpathSync(file) : file)).join('\n');
  const memo = inBuild('stamps', stamp);
  if (existsSync(memo)) {
    const [known, compiler] = readFileSync(memo, 'utf8').split('\n\n');
    if (known === key && compiler) return compiler;
  }
  const compiler = compilers.find((one) => links(one, flags));
  if (!compiler) return undefined;
  mkdirSync(inBuild('stamps'), { recursive: true });
  writeFileSync(memo, `${key}\n\n${compiler}`);
  return compiler;
}

export function hasSanitizers() {
  const names = chosen() ? [chosen()] : ['clang++', 'g++'];
  return canLink(names, ['-fsanitize=address,undefined'], 'sanitizers') !== undefined;
}

/** The compiler for the fuzzers: libFuzzer comes with Clang only, whatever all else is built with. */
export function fuzzingCompiler() {
  const names = [...(chosen() ? [chosen()] : []), 'clang++'];
  return canLink(names, ['-fsanitize=fuzzer,address,undefined'], 'fuzzing');
}
