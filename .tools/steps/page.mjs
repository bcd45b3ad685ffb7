// dist/page/: the meeting page as static files, for any web server and any path: all addresses are relative.
//
// The HTML files of web/demo/ name their scripts and style sheets (`./main.js`, `./style.css`); those are bundled
// and minified under the same names. Everything else there that is not source is copied.

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { filesBelow, fingerprint, unlessDone } from '../lib/files.mjs';
import { inBuild, inDist, inRoot } from '../lib/paths.mjs';
import { Plain, step } from '../lib/say.mjs';

const source = inRoot('web', 'demo');
// No part of any page.
const outside = [inBuild('js', 'web', 'server'), inBuild('js', 'web', 'testing')];

export async function buildPage() {
  if (!existsSync(join(source, 'index.html'))) throw new Plain('The meeting page is missing: web/demo/index.html');
  const assets = filesBelow(source, (path) => !path.endsWith('.ts'));
  const inputs = [
    ...assets,
    ...filesBelow(inBuild('js', 'bindings')),
    ...filesBelow(inBuild('js', 'web'), (path) => !outside.some((folder) => path.startsWith(folder))),
    inRoot('package-lock.json'),
    new URL(import.meta.url).pathname,
  ];
  await unlessDone('page', fingerprint(inputs), [inDist('page', 'index.html')], () =>
    step('Building the page', () => assemble(assets)),
  );
}

async function assemble(assets) {
  const named = assets.filter((path) => path.endsWith('.html')).flatMap(namedIn);
  const scripts = named.filter((path) => path.endsWith('.js'));
  const styles = named.filter((path) => path.endsWith('.css'));

  rmSync(inDist('page'), { recursive: true, force: true });
  const { build } = await import('esbuild');
  const common = { bundle: true, minify: true, target: 'es2022', logLevel: 'warning', outdir: inDist('page') };
  await build({
    ...common,
    entryPoints: scripts.map((path) => inBuild('js', relative(inRoot(), path))),
    outbase: inBuild('js', 'web', 'demo'),
    format: 'esm',
    // What is imported lazily stays a file of its own: the form is there before the core is.
    splitting: true,
    chunkNames: '[name]-[hash]',
    sourcemap: 'linked',
    legalComments: 'linked',
  });
  // Pictures and fonts that a style sheet names are copied below, not taken into it.
  if (styles.length > 0) await build({ ...common, entryPoints: styles, outbase: source, external: ['./*'] });

  for (const path of assets.filter((asset) => !asset.endsWith('.css'))) {
    const target = inDist('page', relative(source, path));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target);
  }
}

/** The scripts and style sheets of our own that an HTML file names, as paths in web/demo/. */
function namedIn(html) {
  const text = readFileSync(html, 'utf8');
  const tags = text.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)\s*=\s*["'](\.\/[^"']+\.(?:js|css))["']/g);
  const found = [...tags].map((match) => join(dirname(html), match[1]));
  if (found.length === 0) throw new Plain(`${basename(html)} names no ./script.js or ./style.css of ours`);
  return found;
}
