// Finding the two browsers that the tests drive.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { filesBelow } from './files.mjs';
import { onPath } from './run.mjs';

const candidates = {
  chromium: {
    variable: 'MEETWIRE_CHROMIUM',
    commands: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    cached: /\/chrome-linux64\/chrome$/,
  },
  firefox: {
    variable: 'MEETWIRE_FIREFOX',
    commands: ['firefox-esr', 'firefox'],
    cached: /\/firefox\/firefox$/,
  },
};

export const browserNames = Object.keys(candidates);

/** Where downloaded browsers are kept: outside the clone, since they are large and serve all clones. */
export const browserCache = () =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'meetwire', 'browsers');

// Ubuntu's packages of both names are small scripts that start (or only ask for) a snap, whose confinement
// keeps it from the profile folders that tests make.
function isSnapStub(file) {
  if (file.startsWith('/snap/')) return true;
  return statSync(file).size < 65_536 && readFileSync(file, 'utf8').includes('snap');
}

/** The browser's executable: named by its variable, or the system's, or one downloaded before. */
export function findBrowser(name) {
  const { variable, commands, cached } = candidates[name];
  const named = process.env[variable];
  if (named) return existsSync(named) ? named : undefined;
  for (const command of commands) {
    const file = onPath(command);
    if (file && !isSnapStub(file)) return file;
  }
  return filesBelow(browserCache(), (path) => cached.test(path)).at(-1);
}

/** What tests/support/browsers.ts goes by. */
export function browserEnvironment() {
  const found = browserNames.map((name) => [candidates[name].variable, findBrowser(name)]);
  return Object.fromEntries(found.filter(([, file]) => file !== undefined));
}
