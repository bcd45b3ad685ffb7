// The operating system: which one it is, and installing its packages.

import { existsSync, readFileSync } from 'node:fs';
import { onPath, run, ask } from './run.mjs';
import { Plain, step } from './say.mjs';

/** `ID` and `VERSION_ID` of os-release, e.g. { id: 'debian', version: '12' }. */
export function distribution() {
  const file = '/etc/os-release';
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const field = (name) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return { id: field('ID'), version: field('VERSION_ID') };
}

const isRoot = () => process.getuid?.() === 0;
const sudoAsksNothing = () => onPath('sudo') !== undefined && ask('sudo', ['-n', 'true']) !== undefined;

/** Installs packages with apt-get, or stops with the command that a person who may do so has to run. */
export async function installPackages(packages) {
  const names = [...new Set(packages)].sort();
  if (!onPath('apt-get')) {
    throw new Plain(
      `These have to be installed first, under the names they have on this system; on Debian they are:\n  ${names.join(' ')}`,
    );
  }
  if (!isRoot() && !sudoAsksNothing()) {
    throw new Plain(
      'Packages are missing, and installing them needs root. Run this, then try again:\n\n' +
        `  sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${names.join(' ')}\n`,
    );
  }
  const [command, ...before] = [...(isRoot() ? [] : ['sudo', '-n']), 'env', 'DEBIAN_FRONTEND=noninteractive'];
  // Another apt may hold the lock, on a fresh machine usually the unattended upgrade: wait for it.
  const apt = (...args) =>
    run(command, [...before, 'apt-get', '-o', 'DPkg::Lock::Timeout=600', ...args], { show: 'on-failure' });
  const how = isRoot() ? 'apt-get' : 'sudo apt-get';
  await step(`Installing with ${how}: ${names.join(' ')}`, async () => {
    await apt('update');
    await apt('install', '--yes', '--no-install-recommends', ...names);
  });
}
