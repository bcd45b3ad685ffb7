// The rules of the house as functions over file contents: who may include or import whom, what the core must not
// know, where the world may be touched, and how long a file may be. Each returns its complaints; none is good.

import { transformSync } from 'esbuild';
import { posix } from 'node:path';

/** Path from the repository's root, with forward slashes, to content. */
export type Files = ReadonlyMap<string, string>;

// ---- C++ ----------------------------------------------------------------------------------------------------

// Siblings don't know one another; only the machine that owns them (session, room) joins them.
const parts = ['core', 'protocol', 'roster', 'call', 'link'];
const mayInclude: Record<string, readonly string[]> = {
  core: ['core'],
  protocol: ['core', 'protocol'],
  roster: ['core', 'protocol', 'roster'],
  call: ['core', 'protocol', 'call'],
  link: ['core', 'protocol', 'link'],
  flow: ['core', 'protocol', 'flow'],
  insight: ['core', 'insight'],
  session: [...parts, 'session'],
  room: [...parts, 'room'],
  trace: ['core', 'protocol', 'trace'],
};

// Time and chance come with the events, and an order that depends on hashes would end up in the commands.
const keptOutOfSource = [
  'chrono', 'ctime', 'random', 'thread', 'mutex', 'shared_mutex', 'condition_variable', 'future', 'iostream', 'fstream',
  'filesystem', 'unordered_map', 'unordered_set',
];

const includeLine = /^[ \t]*#[ \t]*include[ \t]*(<[^>]+>|"[^"]+")/gm;

export function complaintsAboutCpp(files: Files): string[] {
  const complaints: string[] = [];
  for (const [path, text] of files) {
    const layer = /^src\/([^/]+)\//.exec(path)?.[1];
    if (layer === undefined) continue; // bindings and tests may include all of src
    const allowed = mayInclude[layer];
    if (allowed === undefined) {
      complaints.push(`${path}: there is no part of the core called ${layer}`);
      continue;
    }
    for (const [, include = ''] of text.matchAll(includeLine)) {
      const name = include.slice(1, -1);
      if (include.startsWith('<')) {
        if (keptOutOfSource.includes(name)) complaints.push(`${path}: <${name}> is kept out of src`);
        else if (name.startsWith('emscripten')) complaints.push(`${path}: src knows nothing of Emscripten`);
        else if (name.includes('/') && !name.startsWith('nlohmann/')) complaints.push(`${path}: src uses no <${name}>`);
      } else if (name.startsWith('.')) {
        complaints.push(`${path}: "${name}" has to be written from src on`);
      } else {
        const target = name.includes('/') ? name.slice(0, name.indexOf('/')) : layer;
        if (!allowed.includes(target)) complaints.push(`${path}: ${layer} must not include "${name}"`);
      }
    }
  }
  return complaints;
}

// ---- TypeScript ---------------------------------------------------------------------------------------------

// The longest prefix decides. Tests are free.
const mayImport: ReadonlyArray<readonly [from: string, to: readonly string[]]> = [
  ['bindings/browser/', ['bindings/']],
  ['bindings/node/', ['bindings/']],
  ['bindings/', ['bindings/']],
  ['web/sdk/', ['bindings/', 'web/sdk/']],
  ['web/element/', ['web/sdk/', 'web/element/']],
  ['web/react/', ['web/sdk/', 'web/react/']],
  ['web/testing/', ['bindings/', 'web/sdk/', 'web/server/', 'web/testing/']],
  ['web/demo/', ['web/sdk/', 'web/element/', 'web/demo/']],
  ['web/server/', ['bindings/', 'web/server/']],
];
// Two sides of the same ports: neither can be loaded where the other belongs.
const apart: ReadonlyArray<readonly [string, string]> = [
  ['bindings/browser/', 'bindings/node/'],
  ['bindings/node/', 'bindings/browser/'],
  ['web/server/', 'bindings/browser/'],
  ['web/sdk/', 'bindings/node/'],
];

// Who may open a socket to a server.
const clients = ['bindings/browser/', 'web/server/doctor/'];

const importOf = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g;

function complaintsAboutImports(path: string, text: string): string[] {
  const complaints: string[] = [];
  const rule = mayImport.find(([from]) => path.startsWith(from));
  if (rule === undefined) return [`${path}: no rule says what it may import`];
  for (const [, name = ''] of text.matchAll(importOf)) {
    if (name.startsWith('.')) {
      const target = posix.join(posix.dirname(path), name);
      const forbidden = apart.some(([from, to]) => path.startsWith(from) && target.startsWith(to));
      if (forbidden || !rule[1].some((to) => target.startsWith(to))) complaints.push(`${path}: must not import ${target}`);
    } else if (name === 'socket.io-client' && !clients.some((place) => path.startsWith(place))) {
      complaints.push(`${path}: socket.io-client belongs to bindings/browser, and to the doctor, who plays a client`);
    } else if (name.startsWith('node:') && !path.startsWith('bindings/node/') && !path.startsWith('web/server/')) {
      complaints.push(`${path}: ${name} belongs to bindings/node or web/server`);
    }
  }
  return complaints;
}

/** Each circle of imports is told once, from one of its files round to it again. Types count: they are read together too. */
export function complaintsAboutCircles(files: Files): string[] {
  const complaints: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const follow = (path: string): void => {
    if (way.includes(path)) {
      complaints.push(`imports go round: ${[...way.slice(way.indexOf(path)), path].join(' > ')}`);
      return;
    }
    if (done.has(path)) return;
    way.push(path);
    const names = [...(files.get(path) ?? '').matchAll(importOf)].map(([, name = '']) => name);
    for (const name of new Set(names)) if (name.startsWith('.')) follow(posix.join(posix.dirname(path), name));
    way.pop();
    done.add(path);
  };
  for (const path of files.keys()) follow(path);
  return complaints;
}

// What touches the world. Everywhere else it comes through a port, so that tests can stand in for it.
const touches: ReadonlyArray<readonly [RegExp, string]> = [
  [/(?<![.\w$])RTCPeerConnection\b|\b(?:globalThis|window|self)\.RTCPeerConnection\b/, 'RTCPeerConnection'],
  [/(?<![.\w$])navigator\b|\b(?:globalThis|window|self)\.navigator\b/, 'navigator'],
  [/\bgetUserMedia\(|\bgetDisplayMedia\(/, 'getUserMedia or getDisplayMedia'],
  [/\bnew (?:MediaRecorder|AudioContext|OfflineAudioContext|MediaStream)\b|\bMediaRecorder\.isTypeSupported\b/, 'the recording or the mixing of media'],
  [/(?<![.\w$])(?:set|clear)(?:Timeout|Interval)\b|\b(?:globalThis|window|self)\.(?:set|clear)(?:Timeout|Interval)\b/, 'a timer'],
  [/\bDate\.now\b|\bnew Date(?:\(\)|(?![\w$(]))|\bperformance\.now\b/, 'the clock'],
  [/\bMath\.random\b|(?<![.\w$])crypto\b|\b(?:globalThis|window|self)\.crypto\b/, 'chance'],
];
const mayTouch = ['bindings/browser/', 'bindings/node/', 'web/server/', 'web/demo/'];

/** The code as it runs: no types, comments or texts, so that only values are left to be found. */
function bare(path: string, text: string): string {
  const { code } = transformSync(text, { loader: 'ts', minifyWhitespace: true, sourcefile: path });
  return code.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
}

export function complaintsAboutTypeScript(files: Files): string[] {
  const complaints: string[] = [];
  for (const [path, text] of files) {
    if (path.startsWith('tests/')) continue;
    complaints.push(...complaintsAboutImports(path, text));
    if (path.endsWith('.d.ts') || mayTouch.some((place) => path.startsWith(place))) continue;
    const code = bare(path, text);
    for (const [pattern, what] of touches) {
      if (pattern.test(code)) complaints.push(`${path}: touches ${what}; that belongs to bindings/browser or bindings/node`);
    }
  }
  return complaints;
}

// ---- the rest -----------------------------------------------------------------------------------------------

const mostLines = 400;

export function complaintsAboutLength(files: Files): string[] {
  return [...files]
    .map(([path, text]) => [path, text.trimEnd().split('\n').length] as const)
    .filter(([, lines]) => lines > mostLines)
    .map(([path, lines]) => `${path}: ${lines} lines, more than ${mostLines}`);
}

const atTheTop = [
  'CMakeLists.txt', 'CMakePresets.json', 'package.json', 'package-lock.json', 'tsconfig.json', 'README.md',
  'README.zh-CN.md', 'SECURITY.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'src', 'bindings', 'web', 'tests',
];
const generated = ['build', 'dist', 'node_modules'];

export function complaintsAboutTopLevel(names: readonly string[]): string[] {
  return names
    .filter((name) => !name.startsWith('.') && !atTheTop.includes(name) && !generated.includes(name))
    .map((name) => `${name}: does not belong at the top level`);
}

/** Hashes pin what is installed; where it came from is the installer's affair. */
export function complaintsAboutLockFile(text: string): string[] {
  const lock = JSON.parse(text) as { packages: Record<string, { resolved?: string; version?: string; integrity?: string }> };
  return Object.entries(lock.packages).flatMap(([place, entry]) => {
    if (place === '') return [];
    if (entry.resolved !== undefined) return [`package-lock.json: ${place} says where it was fetched from`];
    return entry.integrity === undefined ? [`package-lock.json: ${place} is not pinned by a hash`] : [];
  });
}
