// The simulator's browsers have the quirks that the calibration found in each, and no others.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { quirks } from '../calibration/differences.ts';
import { root } from '../support/root.ts';

const kebab = (name: string): string => name.replaceAll(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

test('each browser of the simulator has the quirks that were found in it', () => {
  const header = readFileSync(join(root, 'tests/support/browser_quirks.hpp'), 'utf8');
  for (const browser of ['Chromium', 'Firefox']) {
    const listed = new RegExp(`case BrowserKind::${browser}:\\s+return \\{([^}]*)\\}`).exec(header);
    assert.ok(listed?.[1], `no quirks of ${browser}`);
    const expected = quirks.filter(({ browsers }) => browsers.some((each) => each === browser.toLowerCase())).map(({ name }) => name);
    assert.deepEqual(listed[1].split(',').map((name) => kebab(name.trim())).sort(), expected.sort());
  }
});
