// Brings the machine to where the build or the tests can run: `node .tools/setup.mjs [start|test]`.
//
// Only Node's standard library is used here and in what this imports: nothing is installed yet.

import { pathToFileURL } from 'node:url';
import { browserCache, findBrowser } from './lib/browsers.mjs';
import { provideCatch2Header, provideJsonHeader } from './lib/headers.mjs';
import { installNpmPackages, packagesAreInstalled } from './lib/npm.mjs';
import { inRoot } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { Plain, main, say, step } from './lib/say.mjs';
import { installPackages } from './lib/system.mjs';
import { downloadedBrowsers, requirements } from './requirements.mjs';

// Node 20.19 is where vite begins, which the tests load the package with; the rest needs 20.
const oldestNode = { start: [20, 0], test: [20, 19] };

function checkNode(purpose) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = oldestNode[purpose];
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    throw new Plain(`Node ${wantedMajor}.${wantedMinor} or later is needed; this is ${process.versions.node}.`);
  }
}

/** Does what is missing for `purpose` ('start' or 'test'), and nothing if nothing is. */
export async function setUp(purpose) {
  checkNode(purpose);

  const needed = requirements.filter((requirement) => requirement.neededFor.includes(purpose));
  const missing = needed.filter((requirement) => !requirement.present());
  if (missing.length > 0) {
    const names = missing.map((requirement) => requirement.name);
    say(`Missing: ${names.join(', ')}`);
    await installPackages(missing.flatMap(({ packages }) => packages));
  }

  if (!packagesAreInstalled()) await step('Installing npm packages', installNpmPackages);
  provideJsonHeader();
  if (purpose === 'test') {
    await provideCatch2Header();
    await downloadBrowsers();
  }

  const still = missing.filter((requirement) => !requirement.present()).map((requirement) => requirement.name);
  if (still.length > 0) throw new Plain(`Still missing after the installation: ${still.join(', ')}`);
}

// Written for Ubuntu, from the documentation of @puppeteer/browsers (which puppeteer-core brings along); not
// yet seen to run on one.
async function downloadBrowsers() {
  for (const [name, release] of downloadedBrowsers) {
    if (findBrowser(name)) continue;
    await step(`Downloading ${release} to ${browserCache()}`, () =>
      run(process.execPath, [
        inRoot('node_modules', '@puppeteer', 'browsers', 'lib', 'cjs', 'main-cli.js'),
        'install', release, '--path', browserCache(),
      ], { show: 'on-failure' }));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    const purpose = process.argv[2] ?? 'test';
    if (!(purpose in oldestNode)) throw new Plain('usage: npm run setup [-- start|test]');
    await setUp(purpose);
    say(`Everything for \`npm ${purpose}\` is in place.`);
  });
}
