// Where this package's own files are, from its bundles in dist/ and from its compiled sources alike.

import { readFileSync } from 'node:fs';

export interface PackageFiles {
  readonly version: string;
  /** The folder of the meeting page, which may not have been built. Undefined within somebody else's bundle. */
  readonly page?: URL;
}

const levelsMax = 5;

export function findPackage(): PackageFiles {
  let folder = new URL('./', import.meta.url);
  for (let level = 0; level < levelsMax; ++level, folder = new URL('../', folder)) {
    const found = read(new URL('package.json', folder));
    if (found?.name === 'meetwire') return { version: found.version ?? 'unknown', page: new URL('dist/page/', folder) };
  }
  return { version: 'unknown' };
}

function read(file: URL): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}
