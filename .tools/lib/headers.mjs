// The header-only libraries, in an include folder of their own: build/include.
//
// /usr/include itself must not be on the include path, since it would put the machine's C library in front of
// Emscripten's.

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inBuild } from './paths.mjs';
import { Plain, step } from './say.mjs';

// The very file that Debian 12 packages, for the systems that only have Catch2 3.
const catch2 = {
  address: 'https://github.com/catchorg/Catch2/releases/download/v2.13.10/catch.hpp',
  sha256: '3725c0f0a75f376a5005dde31ead0feb8f7da7507644c201b814443de8355170',
};

function link(name) {
  const place = inBuild('include', name);
  // A link whose target went away with its package is there for lstat only.
  if (lstatSync(place, { throwIfNoEntry: false })) rmSync(place, { recursive: true });
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(`/usr/include/${name}`, place);
}

export function provideJsonHeader() {
  if (!existsSync(inBuild('include', 'nlohmann', 'json.hpp'))) link('nlohmann');
}

export async function provideCatch2Header() {
  const place = inBuild('include', 'catch2', 'catch.hpp');
  if (existsSync(place)) return;
  if (existsSync('/usr/include/catch2/catch.hpp')) {
    link('catch2');
    return;
  }
  await step('Fetching the Catch2 2.13.10 header', async () => {
    const content = await download(catch2.address, place);
    const found = createHash('sha256').update(content).digest('hex');
    if (found !== catch2.sha256) {
      throw new Plain(`${catch2.address} has the checksum ${found}, not ${catch2.sha256}: it is not used.`);
    }
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
  });
}

async function download(address, place) {
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    const why = error.cause?.message ?? error.message;
    throw new Plain(`Cannot fetch ${address}: ${why}\nPut that file at ${place} by hand, then try again.`);
  }
}
