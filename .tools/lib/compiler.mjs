// Whether there is a native compiler that can build the tests. CMakeLists.txt makes the choice itself; this
// only has to know whether it will find one.

import { mkdtempSync, readFileSync, existsSync, mkdirSync, rmSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inBuild } from './paths.mjs';
import { ask, onPath } from './run.mjs';

function links(compiler) {
  const folder = mkdtempSync(join(tmpdir(), 'meetwire-'));
  try {
    const source = join(folder, 'probe.cpp');
    writeFileSync(source, '#include <string>\nint main() { return std::string("x").size() == 1 ? 0 : 1; }\n');
    const flags = ['-std=c++20', '-fsanitize=address,undefined'];
    return ask(compiler, [...flags, source, '-o', join(folder, 'probe')]) !== undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The sanitizers' runtime is a package of its own, so only linking a program tells. A success is remembered. */
export function hasSanitizers() {
  const chosen = process.env.CXX;
  const compilers = (chosen ? [chosen] : ['clang++', 'g++']).map((name) => onPath(name) ?? name);
  const key = compilers.map((file) => (existsSync(file) ? realpathSync(file) : file)).join('\n');
  const memo = inBuild('stamps', 'sanitizers');
  if (existsSync(memo) && readFileSync(memo, 'utf8') === key) return true;
  if (!compilers.some(links)) return false;
  mkdirSync(inBuild('stamps'), { recursive: true });
  writeFileSync(memo, key);
  return true;
}
