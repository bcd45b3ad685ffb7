// The rules of the house hold for every file, and the checker itself finds what breaks them.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Files } from '../support/house.ts';
import {
  complaintsAboutCircles,
  complaintsAboutCpp,
  complaintsAboutLength,
  complaintsAboutLockFile,
  complaintsAboutTopLevel,
  complaintsAboutTypeScript,
} from '../support/house.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

function read(folders: string[], endings: RegExp): Files {
  const files = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (endings.test(entry.name)) files.set(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8'));
    }
  };
  for (const folder of folders) walk(join(root, folder));
  return files;
}

suite('the house', () => {
  test('C++ includes go one way, and the core stays free of the world', () => {
    const files = read(['src', 'bindings'], /\.(cpp|hpp)$/);
    assert.ok(files.size > 0);
    assert.deepEqual(complaintsAboutCpp(files), []);
  });

  test('TypeScript imports go one way, and only the bindings touch the world', () => {
    const files = read(['bindings', 'web'], /\.ts$/);
    assert.ok(files.size > 0);
    assert.deepEqual(complaintsAboutTypeScript(files), []);
  });

  test('TypeScript imports never go round in a circle, types included', () => {
    const files = read(['bindings', 'web'], /\.ts$/);
    assert.ok(files.size > 0);
    assert.deepEqual(complaintsAboutCircles(files), []);
  });

  test('no file is too long', () => {
    assert.deepEqual(complaintsAboutLength(read(['src', 'bindings', 'web', 'tests', '.tools'], /\.(cpp|hpp|ts|mjs)$/)), []);
  });

  test('nothing else stands at the top level', () => {
    assert.deepEqual(complaintsAboutTopLevel(readdirSync(root).filter((name) => !/\.(log|tgz)$/.test(name))), []);
  });

  test('the lock file pins by hash and names no host', () => {
    assert.deepEqual(complaintsAboutLockFile(readFileSync(join(root, 'package-lock.json'), 'utf8')), []);
  });
});

suite('the checker of the house', () => {
  const cpp = (path: string, ...lines: string[]): number => complaintsAboutCpp(new Map([[path, lines.join('\n')]])).length;
  const ts = (path: string, ...lines: string[]): number =>
    complaintsAboutTypeScript(new Map([[path, lines.join('\n')]])).length;

  test('finds C++ includes that go the wrong way', () => {
    assert.equal(cpp('src/core/a.hpp', '#include "protocol/b.hpp"'), 1);
    assert.equal(cpp('src/link/a.hpp', '#include "roster/b.hpp"'), 1);
    assert.equal(cpp('src/room/a.cpp', '#include "session/b.hpp"'), 1);
    assert.equal(cpp('src/session/a.cpp', '#include "trace/b.hpp"'), 1);
    assert.equal(cpp('src/core/a.cpp', '#include "../core/b.hpp"'), 1);
    assert.equal(cpp('src/core/a.cpp', '#include "bindings/door.hpp"'), 1);
    assert.equal(cpp('src/misc/a.cpp', ''), 1);
    assert.equal(cpp('src/session/a.cpp', '#include "link/b.hpp"', '#include "session/c.hpp"', '#include "d.hpp"'), 0);
    assert.equal(cpp('bindings/client.cpp', '#include <emscripten/bind.h>', '#include "session/b.hpp"'), 0);
  });

  test('finds headers that the core must not include', () => {
    const headers = ['chrono', 'random', 'thread', 'mutex', 'iostream', 'unordered_map', 'unordered_set', 'emscripten.h'];
    for (const header of [...headers, 'emscripten/val.h', 'sys/time.h']) {
      assert.equal(cpp('src/core/a.cpp', '#include <vector>', `  # include <${header}>`), 1, header);
    }
    assert.equal(cpp('src/protocol/a.cpp', '#include <nlohmann/json.hpp>', '// #include <chrono>'), 0);
  });

  test('finds TypeScript imports that go the wrong way', () => {
    assert.equal(ts('bindings/a.ts', "import { b } from '../web/sdk/b.ts';", 'b();'), 1);
    assert.equal(ts('bindings/browser/a.ts', "export { b } from '../node/b.ts';"), 1);
    assert.equal(ts('web/sdk/a.ts', "import '../server/b.ts';"), 1);
    assert.equal(ts('web/sdk/a.ts', "await import('../demo/b.ts');"), 1);
    assert.equal(ts('web/server/a.ts', "import { b } from '../sdk/b.ts';", 'b();'), 1);
    assert.equal(ts('web/sdk/a.ts', "import { io } from 'socket.io-client';", 'io();'), 1);
    assert.equal(ts('bindings/a.ts', "import { b } from 'node:fs';", 'b();'), 1);
    assert.equal(ts('web/other/a.ts', ''), 1);
    assert.equal(ts('web/sdk/a.ts', "import { b } from '../../bindings/browser/b.ts';", 'b();'), 0);
    assert.equal(ts('bindings/browser/a.ts', "import { io } from 'socket.io-client';", 'io();'), 0);
  });

  test('finds circles of imports', () => {
    const circles = (...files: [path: string, text: string][]): string[] => complaintsAboutCircles(new Map(files));
    assert.deepEqual(circles(['web/sdk/a.ts', "import { b } from './b.ts';"], ['web/sdk/b.ts', "import type { A } from './a.ts';"]), [
      'imports go round: web/sdk/a.ts > web/sdk/b.ts > web/sdk/a.ts',
    ]);
    const three: [string, string][] = [
      ['web/sdk/entry.ts', "import './a.ts';"],
      ['web/sdk/a.ts', "export * from './parts/b.ts';"],
      ['web/sdk/parts/b.ts', "let c: typeof import('../c.ts');"],
      ['web/sdk/c.ts', "import './parts/d.ts';\nawait import('./a.ts');"],
      ['web/sdk/parts/d.ts', "import { io } from 'socket.io-client';"],
    ];
    assert.deepEqual(circles(...three), ['imports go round: web/sdk/a.ts > web/sdk/parts/b.ts > web/sdk/c.ts > web/sdk/a.ts']);
    assert.equal(circles(['web/sdk/a.ts', "import type { A } from './a.ts';"]).length, 1);
    // Two ways to the same file are no circle.
    assert.deepEqual(circles(['a.ts', "import './b.ts';\nimport './c.ts';"], ['b.ts', "import './c.ts';"], ['c.ts', "import './d.ts';"]), []);
  });

  test('finds values that touch the world, wherever they are not allowed', () => {
    const bad = [
      'new RTCPeerConnection();', 'make(RTCPeerConnection);', 'globalThis.RTCPeerConnection;', 'navigator.onLine;',
      'media.getUserMedia({});', 'new MediaRecorder(stream);', 'new AudioContext();', 'setTimeout(f, 1);', 'const t = setInterval;', 'window.setTimeout(f, 1);', 'Date.now();',
      'new Date();', 'performance.now();', 'Math.random();', 'crypto.randomUUID();',
    ];
    for (const line of bad) {
      assert.equal(ts('bindings/a.ts', line), 1, line);
      assert.equal(ts('web/sdk/a.ts', line), 1, line);
      assert.equal(ts('bindings/browser/a.ts', line), 0, line);
      assert.equal(ts('tests/node/a.ts', line), 0, line);
    }
  });

  test('takes types, comments, texts and ports for what they are', () => {
    const good = [
      'export function f(peer: RTCPeerConnection): void { peer.close(); }',
      'export let peer: RTCPeerConnection | undefined;',
      '// setTimeout is not for here',
      "export const text = 'navigator.mediaDevices is missing';",
      'export const f = (clock: { setTimeout(ms: number): void }): void => clock.setTimeout(1);',
      'export const date = new Date(5);',
    ];
    for (const line of good) assert.equal(ts('web/sdk/a.ts', line), 0, line);
  });

  test('finds long files, strays at the top level, and lock files that tell too much', () => {
    assert.equal(complaintsAboutLength(new Map([['src/core/a.hpp', '//\n'.repeat(401)]])).length, 1);
    assert.equal(complaintsAboutLength(new Map([['src/core/a.hpp', '//\n'.repeat(400)]])).length, 0);
    assert.deepEqual(complaintsAboutTopLevel(['src', 'dist', '.tools', 'README.md']), []);
    assert.equal(complaintsAboutTopLevel(['scripts', 'notes.txt']).length, 2);
    const lock = (entry: object): string => JSON.stringify({ packages: { '': {}, 'node_modules/a': entry } });
    assert.equal(complaintsAboutLockFile(lock({ integrity: 'sha512-x' })).length, 0);
    assert.equal(complaintsAboutLockFile(lock({ integrity: 'sha512-x', resolved: 'https://host.invalid/a.tgz' })).length, 1);
    assert.equal(complaintsAboutLockFile(lock({ version: '1.0.0' })).length, 1);
  });
});
