// dist/: what the package holds. Bundled by esbuild from build/js/, where the compiled TypeScript and the packed
// WebAssembly modules stand side by side.

import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { resolve } from 'node:path';
import { filesBelow, fingerprint, unlessDone } from '../lib/files.mjs';
import { inBuild, inDist, inRoot } from '../lib/paths.mjs';
import { Plain, say, step } from '../lib/say.mjs';
import { writeDeclarations } from './declarations.mjs';
import { wasmFile } from './wasm.mjs';

const js = (...parts) => inBuild('js', ...parts);

export const entries = {
  core: js('bindings', 'load-client.js'),
  roomCore: js('bindings', 'load-room.js'),
  sdk: js('web', 'sdk', 'index.js'),
  server: js('web', 'server', 'index.js'),
  cli: js('web', 'server', 'cli.js'),
  testing: js('web', 'testing', 'index.js'),
};

/**
 * Parts of the SDK that a page loads when it first uses them: name in dist/ to what is imported for it, dynamically. Each
 * is a file of its own with all it needs in it, so that it costs nothing until then; what it has in common with
 * meetwire.js comes twice, and must hold no state. (MeetingError comes by way of the error table it is given.)
 */
export const parts = {
  'legacy-core': js('bindings', 'load-legacy.js'),
  mount: js('web', 'sdk', 'mount.js'),
  redact: js('bindings', 'redact.js'),
  flow: js('web', 'sdk', 'flow', 'index.js'),
  insight: js('web', 'sdk', 'insight', 'index.js'),
  record: js('web', 'sdk', 'record', 'index.js'),
  'socket-2': js('bindings', 'browser', 'socket-2.js'),
};

// What is in it of others' work.
const banners = { 'socket-2': '/*! With socket.io-client 2 (https://socket.io), Copyright (c) Automattic and its contributors, MIT licence */' };

/**
 * Imports of a loader or a part become imports of its bundle, so that the bytes are in the package once each; `more` are
 * others of which the same holds.
 */
const bundlesOutsideWith = (...more) => ({
  name: 'bundles-outside',
  setup(build) {
    const outside = new Map([
      ...more,
      [entries.core, './core.js'],
      [entries.roomCore, './room-core.js'],
      ...Object.entries(parts).map(([name, entry]) => [entry, `./${name}.js`]),
    ]);
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const bundle = outside.get(resolve(resolveDir, path));
      return bundle === undefined ? undefined : { path: bundle, external: true };
    });
  },
});
const bundlesOutside = bundlesOutsideWith();

// The modules' bytes are characters beyond ASCII: escaped they would be twice as long.
const common = { bundle: true, format: 'esm', charset: 'utf8', target: 'es2022', logLevel: 'warning', legalComments: 'none' };

const partFiles = Object.keys(parts).map((name) => `${name}.js`);

export async function buildDist() {
  const missing = Object.values({ ...entries, ...parts }).filter((entry) => !existsSync(entry));
  if (missing.length > 0) throw new Plain(`Entries of dist/ are missing:\n  ${missing.join('\n  ')}`);

  const inputs = [
    ...filesBelow(js('bindings')),
    ...filesBelow(js('web', 'sdk')),
    ...filesBelow(js('web', 'server')),
    ...filesBelow(js('web', 'testing')),
    wasmFile('client'),
    inRoot('package-lock.json'),
    new URL(import.meta.url).pathname,
  ];
  const outputs = ['core.js', 'core.wasm', 'room-core.js', 'meetwire.js', 'server.js', 'cli.js', 'testing.js', ...partFiles].map((name) =>
    inDist(name),
  );
  await unlessDone('dist', fingerprint(inputs), outputs, () => step('Assembling dist/', assemble));
}

async function assemble() {
  // All but the page, which is a step of its own: chunks and declarations of earlier builds must not stay.
  for (const file of filesBelow(inDist(), (path) => !path.startsWith(inDist('page')))) rmSync(file);

  const { build } = await import('esbuild');
  await build({ ...common, entryPoints: [entries.core], outfile: inDist('core.js'), minify: true });
  await build({ ...common, entryPoints: [entries.roomCore], outfile: inDist('room-core.js'), minify: true });
  copyFileSync(wasmFile('client'), inDist('core.wasm'));

  await build({
    ...common,
    entryPoints: [entries.sdk],
    outfile: inDist('meetwire.js'),
    minify: true,
    sourcemap: 'linked',
    external: ['socket.io-client'],
    plugins: [bundlesOutside],
  });

  for (const [name, entry] of Object.entries(parts)) {
    await build({ ...common, entryPoints: [entry], outfile: inDist(`${name}.js`), minify: true, sourcemap: 'linked', banner: { js: banners[name] ?? '' } });
  }

  // Together, with what they share in chunks: two copies of one module would be two sets of its state.
  await build({
    ...common,
    entryPoints: { server: entries.server, cli: entries.cli },
    outdir: inDist(),
    splitting: true,
    chunkNames: 'server-[hash]',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [bundlesOutside],
  });
  makeExecutable(inDist('cli.js'));

  // The SDK once more, for Node; but its errors are those of meetwire.js, which applications know by `instanceof`.
  await build({
    ...common,
    entryPoints: [entries.testing],
    outfile: inDist('testing.js'),
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [bundlesOutsideWith([js('bindings', 'meeting-error.js'), './meetwire.js'])],
  });

  writeDeclarations({ core: entries.core, meetwire: entries.sdk, server: entries.server, testing: entries.testing });
  reportSizes();
}

function makeExecutable(file) {
  const text = readFileSync(file, 'utf8');
  if (!text.startsWith('#!')) writeFileSync(file, `#!/usr/bin/env node\n${text}`);
  chmodSync(file, 0o755);
}

function reportSizes() {
  const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
  for (const name of ['core.wasm', 'core.js', 'meetwire.js', ...partFiles]) {
    const content = readFileSync(inDist(name));
    say(`  ${name}: ${kib(content.length)}, gzip ${kib(gzipSync(content, { level: 9 }).length)}`);
  }
}
