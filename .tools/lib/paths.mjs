// Where things are. Everything that a build makes is under build/ or dist/, so that removing both (and
// node_modules/) gives back a fresh clone.

import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

export const inRoot = (...parts) => join(root, ...parts);
export const inBuild = (...parts) => join(root, 'build', ...parts);
export const inDist = (...parts) => join(root, 'dist', ...parts);
