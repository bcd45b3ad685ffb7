// Finding Emscripten, and the surroundings it has to be called in.
//
// One that the developer chose (EMSDK, or on the PATH) is preferred over the system's own.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allOnPath } from './run.mjs';

const oldest = [3, 1, 6];

const isNewEnough = (version) => {
  const parts = version.split('.').map(Number);
  for (const [index, least] of oldest.entries()) {
    if ((parts[index] ?? 0) !== least) return (parts[index] ?? 0) > least;
  }
  return true;
};

/**
 * Emscripten's own folder (`root`), the folder its commands are called from (`commands`; Debian keeps the two
 * apart) and its version; or undefined. No program is run: this is asked at every start.
 */
export function findEmscripten() {
  const compilers = [...allOnPath('em++'), '/usr/bin/em++'];
  if (process.env.EMSDK) compilers.unshift(join(process.env.EMSDK, 'upstream', 'emscripten', 'em++'));
  for (const compiler of compilers.filter((file) => existsSync(file))) {
    const root = dirname(realpathSync(compiler));
    const versionFile = join(root, 'emscripten-version.txt');
    const toolchain = join(root, 'cmake', 'Modules', 'Platform', 'Emscripten.cmake');
    if (!existsSync(versionFile) || !existsSync(toolchain)) continue;
    const version = readFileSync(versionFile, 'utf8').replaceAll('"', '').trim();
    if (isNewEnough(version)) return { root, commands: dirname(compiler), version };
  }
  return undefined;
}

/** What CMake, ninja and emcc need around them. */
export function emscriptenEnvironment({ root, commands }) {
  return {
    MEETWIRE_EMSCRIPTEN: root,
    PATH: `${commands}:${process.env.PATH}`,
  };
}
