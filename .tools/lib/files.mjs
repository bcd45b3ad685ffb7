// Listing and comparing files, and the stamps by which a step knows that it has nothing to do.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { inBuild, root } from './paths.mjs';

/** All files below a folder (none if it is missing), sorted, so that a hash over them is stable. */
export function filesBelow(folder, keep = () => true) {
  if (!existsSync(folder)) return [];
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesBelow(path, keep));
    else if (keep(path)) found.push(path);
  }
  return found.sort();
}

/** Writes only what differs: an unchanged file keeps its time, and what is made from it stays fresh. */
export function writeIfChanged(path, content) {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** The content of files, and any further text that decides, as one short hash. A missing file counts as such. */
export function fingerprint(files, ...more) {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`\0${relative(root, file)}\0`);
    hash.update(existsSync(file) ? readFileSync(file) : '(missing)');
  }
  for (const text of more) hash.update(`\0${text}`);
  return hash.digest('hex').slice(0, 32);
}

/**
 * Does `work` unless it was done before with the same fingerprint and its outputs are still there. The stamp
 * goes first and comes back last, so an interrupted step is done again. Tells whether there was work.
 */
export async function unlessDone(name, print, outputs, work) {
  const stamp = inBuild('stamps', name);
  const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === print;
  if (done && outputs.every((output) => existsSync(output))) return false;
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, print);
  return true;
}
