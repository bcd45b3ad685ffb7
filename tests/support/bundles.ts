// A small project that uses the package as its users do, and the bundlers they build it with.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as esbuild } from 'esbuild';
import sirv from 'sirv';
import { build as viteBuild, createServer as createViteServer } from 'vite';
import webpack from 'webpack';

export const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
export const dist = join(repository, 'dist');

/** What the project's page or program answers with: `typeof join`, and what the core says to a handle that is none. */
export interface Answer {
  join: string;
  core: unknown;
}

// Both entries of the package, and a real call through the WebAssembly module.
const ask = `
const core = await loadClient().then((module) => JSON.parse(module.clientHandle(0, 0, '{}')), String);
console.log(JSON.stringify({ join: typeof join, core }));
`;
const main = `import { loadClient } from 'meetwire/core';\nimport { join } from 'meetwire';\n${ask}`;
const plain = `import { loadClient } from './core.js';\nconst join = undefined;\n${ask}`;
const html = '<!doctype html><meta charset="utf-8"><title>project</title><script type="module" src="./main.js"></script>';

/** The project in a folder of its own. In it the package is a copy, as npm would lay it: bundlers treat links otherwise. */
export function makeProject(): { folder: string; remove: () => void } {
  const parent = join(repository, 'build', 'projects');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'project-'));
  const installed = join(folder, 'node_modules', 'meetwire');
  cpSync(dist, join(installed, 'dist'), { recursive: true });
  cpSync(join(repository, 'package.json'), join(installed, 'package.json'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "project", "private": true, "type": "module" }\n');
  writeFileSync(join(folder, 'index.html'), html);
  writeFileSync(join(folder, 'main.js'), main);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

// Each bundler puts a page into <folder>/out-<name>/ and resolves to that folder.
export const bundlers: Record<string, (folder: string) => Promise<string>> = {
  async none(folder) {
    const out = join(folder, 'out-none');
    mkdirSync(out, { recursive: true });
    cpSync(join(dist, 'core.js'), join(out, 'core.js'));
    writeFileSync(join(out, 'main.js'), plain);
    writeFileSync(join(out, 'index.html'), html);
    return out;
  },

  async esbuild(folder) {
    const out = join(folder, 'out-esbuild');
    await esbuild({
      entryPoints: [join(folder, 'main.js')],
      outdir: out,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      logLevel: 'error',
    });
    writeFileSync(join(out, 'index.html'), html);
    return out;
  },

  async vite(folder) {
    const out = join(folder, 'out-vite');
    await viteBuild({
      root: folder,
      base: './',
      configFile: false,
      logLevel: 'error',
      build: { outDir: out, emptyOutDir: true, target: 'es2022' },
    });
    return out;
  },

  async webpack(folder) {
    const out = join(folder, 'out-webpack');
    await new Promise<void>((resolve, reject) => {
      const compiler = webpack({
        mode: 'production',
        context: folder,
        entry: './main.js',
        output: { path: out, filename: 'main.js', module: true, publicPath: './' },
        experiments: { outputModule: true },
        performance: false,
      });
      if (compiler === null) throw new Error('webpack gave no compiler');
      compiler.run((error, stats) => {
        if (error) reject(error);
        else if (stats?.hasErrors()) reject(new Error(stats.toString('errors-only')));
        else compiler.close((closing) => (closing ? reject(closing) : resolve()));
      });
    });
    writeFileSync(join(out, 'index.html'), html);
    return out;
  },
};

export interface Served {
  url: string;
  close: () => Promise<void>;
}

/** A folder over HTTP with the content security policy that the package promises to be content with. */
export async function serve(folder: string, policy = "script-src 'self' 'wasm-unsafe-eval'"): Promise<Served> {
  const files = sirv(folder, { dev: true, setHeaders: (response) => response.setHeader('content-security-policy', policy) });
  const server = createServer((request, response) => files(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** Vite's development server, which bundles dependencies by itself before the first page. */
export async function serveByVite(folder: string): Promise<Served> {
  const server = await createViteServer({
    root: folder,
    configFile: false,
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, strictPort: false },
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error('Vite names no address');
  return { url, close: () => server.close() };
}
