// Where the repository is, wherever the compiled tests are.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function search(folder: string): string {
  if (existsSync(join(folder, 'CMakePresets.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('The tests are compiled outside of the repository');
  return search(parent);
}

export const root = search(dirname(fileURLToPath(import.meta.url)));
