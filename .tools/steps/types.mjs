// TypeScript: sources of bindings/, web/ and tests/ to build/js/, as a mirrored tree with declarations.

import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { filesBelow, fingerprint, unlessDone } from '../lib/files.mjs';
import { inBuild, inRoot } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { step } from '../lib/say.mjs';

const folders = ['bindings', 'web', 'tests'];

export async function buildTypes() {
  const sources = folders.flatMap((folder) => filesBelow(inRoot(folder), (path) => path.endsWith('.ts')));
  const print = fingerprint([...sources, inRoot('tsconfig.json'), inRoot('package-lock.json')]);
  const outputs = sources.filter((path) => !path.endsWith('.d.ts')).map(compiled);
  await unlessDone('types', print, outputs, () =>
    step('Compiling TypeScript', async () => {
      // tsc goes by its own record of what it wrote; if a file is gone nevertheless it has to start over.
      if (outputs.some((output) => !existsSync(output))) rmSync(inBuild('js', '.tsbuildinfo'), { force: true });
      await run(inRoot('node_modules', '.bin', 'tsc'), ['--project', inRoot('tsconfig.json')]);
      for (const path of sources.filter((source) => source.endsWith('.d.ts'))) {
        const target = inBuild('js', relative(inRoot(), path));
        mkdirSync(dirname(target), { recursive: true });
        copyFileSync(path, target);
      }
      removeOrphans();
    }),
  );
}

/** Where the JavaScript of a TypeScript source of ours is. */
export const compiled = (source) => inBuild('js', relative(inRoot(), source).replace(/\.ts$/, '.js'));

// tsc never deletes: a test whose source was removed must not run on.
function removeOrphans() {
  for (const folder of folders) {
    for (const file of filesBelow(inBuild('js', folder))) {
      const base = file.replace(/(\.d\.ts|\.d\.ts\.map|\.js|\.js\.map)$/, '');
      const source = inRoot(relative(inBuild('js'), base));
      if (!existsSync(`${source}.ts`) && !existsSync(`${source}.d.ts`)) rmSync(file);
    }
  }
}
