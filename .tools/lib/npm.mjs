// The npm packages: whether node_modules is what the lock file says, and npm itself.

import { existsSync, readFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';

const readPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/**
 * npm leaves a lock file of what it really installed inside node_modules. Comparing the two needs no stamp of
 * ours and notices a pulled change as well as a half-finished installation (npm writes that file last).
 */
export function packagesAreInstalled() {
  const installedLock = inRoot('node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const wanted = readPackages(inRoot('package-lock.json'));
  const installed = readPackages(installedLock);
  const same = (place) => wanted[place]?.version === installed[place].version &&
    wanted[place]?.integrity === installed[place].integrity;
  const missing = Object.keys(wanted).some(
    // '' is the project itself; what is optional may be for another system.
    (place) => place !== '' && !installed[place] && !wanted[place].optional && !wanted[place].devOptional,
  );
  return !missing && Object.keys(installed).every(same);
}

export async function installNpmPackages() {
  // The npm that runs this script, if one does, rather than another on the PATH.
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  // Without --include=dev a NODE_ENV of `production` would leave the compiler out.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  await run(npm[0], [...npm.slice(1), ...args], { show: 'on-failure' });
}
