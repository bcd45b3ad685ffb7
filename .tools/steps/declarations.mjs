// The type declarations of the package: those that tsc made, as far as the entries reach them, in dist/types/,
// and one small file beside each entry that passes them on.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { inBuild, inDist } from '../lib/paths.mjs';
import { Plain } from '../lib/say.mjs';

// Both `from "./x.js"` and `import("./x.js")`; only our own files are meant, hence the leading dot.
const specifier = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])(\.{1,2}\/[^"']+)\2/g;

/** `entries`: name in dist/ to compiled entry (.js). */
export function writeDeclarations(entries) {
  const done = new Set();
  const copy = (file) => {
    if (done.has(file)) return;
    done.add(file);
    if (!existsSync(file)) throw new Plain(`No declarations at ${file}`);
    const text = readFileSync(file, 'utf8').replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '\n');
    const written = text.replace(specifier, (_, before, quote, path) => {
      copy(resolve(dirname(file), path.replace(/\.(ts|js)$/, '.d.ts')));
      return `${before}${quote}${path.replace(/\.ts$/, '.js')}${quote}`;
    });
    const target = inDist('types', relative(inBuild('js'), file));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, written);
  };

  for (const [name, entry] of Object.entries(entries)) {
    copy(entry.replace(/\.js$/, '.d.ts'));
    const place = relative(inBuild('js'), entry);
    writeFileSync(inDist(`${name}.d.ts`), `export * from './${join('types', place)}';\n`);
  }
}
