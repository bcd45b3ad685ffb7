// The real server on a free port with a page on it: the tests' own fixture, or the meeting page as it ships.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { serve, type ServeOptions } from '../../../web/server/index.ts';

// This file runs from build/js/tests/browser/support/.
const compiled = dirname(fileURLToPath(import.meta.url));
export const root = join(compiled, '..', '..', '..', '..', '..');
const fixtureFolder = join(root, 'build', 'browser-fixture');
const pageFolder = join(root, 'dist', 'page');

export interface Site {
  /** With the name `localhost`, which browsers take for secure. */
  readonly url: string;
  readonly port: number;
  /** Where plain clients connect, where that was asked for. */
  readonly plainPort: number | undefined;
  /** The server's trace; empty unless asked for. */
  trace(): string;
  close(): Promise<void>;
}

let bundled: Promise<void> | undefined;

/** A server whose page is the fixture. */
export async function openFixture(options: ServeOptions = {}): Promise<Site> {
  bundled ??= bundleFixture();
  await bundled;
  return open({ page: fixtureFolder, ...options });
}

/** A server with the meeting page. */
export async function openMeetingPage(options: ServeOptions = {}): Promise<Site> {
  if (!existsSync(join(pageFolder, 'index.html'))) throw new Error('dist/page is missing: npm run build');
  return open({ page: pageFolder, ...options });
}

async function open(options: ServeOptions): Promise<Site> {
  const server = await serve({ port: 0, logLevel: 'warn', ...options });
  const { port, plainPort } = server;
  return { url: `http://localhost:${port}/`, port, plainPort, trace: () => server.trace(), close: () => server.close() };
}

async function bundleFixture(): Promise<void> {
  mkdirSync(fixtureFolder, { recursive: true });
  await build({
    entryPoints: [join(compiled, 'fixture.js')],
    outfile: join(fixtureFolder, 'fixture.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  });
  writeFileSync(
    join(fixtureFolder, 'index.html'),
    '<!doctype html><meta charset="utf-8"><title>fixture</title><script type="module" src="./fixture.js"></script>\n',
  );
}
