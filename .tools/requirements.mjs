// What has to be on the machine, for which of the two commands, how it is recognised, and which packages bring
// it. A new tool or server for the tests is one more entry here.
//
// `present` is asked at every start and has to be quick: files, no programs.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser } from './lib/browsers.mjs';
import { fuzzingCompiler, hasSanitizers } from './lib/compiler.mjs';
import { findEmscripten } from './lib/emscripten.mjs';
import { inBuild } from './lib/paths.mjs';
import { onPath } from './lib/run.mjs';
import { distribution } from './lib/system.mjs';

const { id, version } = distribution();

// Newer systems package only Catch2 3, a native library that a WebAssembly program cannot link. There the
// set-up fetches the header of 2.13 instead (lib/headers.mjs).
const packagesCatch2Header = id === 'debian' && version !== '' && Number(version) <= 12;

// Ubuntu's packages of the browsers are stubs for snaps. There the set-up downloads them (setup.mjs), and apt
// only brings the libraries that they load.
const packagesBrowsers = id !== 'ubuntu';
const librariesOfBrowsers = [
  'libasound2t64', 'libatk-bridge2.0-0t64', 'libcups2t64', 'libdbus-glib-1-2', 'libgbm1', 'libgtk-3-0t64', 'libnss3',
  'libxcomposite1', 'libxdamage1', 'libxkbcommon0', 'libxrandr2', 'libxtst6', 'fonts-dejavu-core', 'unzip',
  'xz-utils', 'bzip2',
];

const header = (...path) => ['/usr/include', inBuild('include')].some((at) => existsSync(join(at, ...path)));

export const requirements = [
  {
    name: 'CMake',
    neededFor: ['start', 'test'],
    present: () => onPath('cmake') !== undefined,
    packages: ['cmake'],
  },
  {
    name: 'Ninja',
    neededFor: ['start', 'test'],
    present: () => onPath('ninja') !== undefined,
    packages: ['ninja-build'],
  },
  {
    name: 'Emscripten 3.1.6 or later',
    neededFor: ['start', 'test'],
    present: () => findEmscripten() !== undefined,
    packages: ['emscripten'],
  },
  {
    name: 'the nlohmann/json header',
    neededFor: ['start', 'test'],
    present: () => header('nlohmann', 'json.hpp'),
    packages: ['nlohmann-json3-dev'],
  },
  {
    name: 'a C++ compiler with sanitizers',
    neededFor: ['test'],
    present: hasSanitizers,
    packages: ['clang', 'libclang-rt-dev'],
  },
  {
    name: 'Clang with libFuzzer',
    neededFor: ['test'],
    present: () => fuzzingCompiler() !== undefined,
    packages: ['clang', 'libclang-rt-dev'],
  },
  {
    name: 'the Catch2 header',
    neededFor: ['test'],
    present: () => !packagesCatch2Header || header('catch2', 'catch.hpp'),
    packages: ['catch2'],
  },
  {
    name: 'the TURN server coturn',
    neededFor: ['test'],
    present: () => onPath('turnserver') !== undefined,
    packages: ['coturn'],
  },
  {
    name: 'Chromium',
    neededFor: ['test'],
    present: () => findBrowser('chromium') !== undefined,
    packages: packagesBrowsers ? ['chromium'] : librariesOfBrowsers,
  },
  {
    name: 'Firefox',
    neededFor: ['test'],
    present: () => findBrowser('firefox') !== undefined,
    packages: packagesBrowsers ? ['firefox-esr'] : librariesOfBrowsers,
  },
  {
    name: 'the TURN server coturn',
    neededFor: ['test'],
    present: () => onPath('turnserver') !== undefined,
    packages: ['coturn'],
  },
];

/** Browsers that no package brings: name here, and what @puppeteer/browsers calls it. */
export const downloadedBrowsers = packagesBrowsers ? [] : [['chromium', 'chrome@stable'], ['firefox', 'firefox@stable']];
