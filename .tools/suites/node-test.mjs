// The TypeScript suites: files of node:test, compiled to build/js/.

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { browserEnvironment } from '../lib/browsers.mjs';
import { filesBelow } from '../lib/files.mjs';
import { inBuild, inRoot } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { say } from '../lib/say.mjs';
import { buildCpp } from '../steps/cmake.mjs';
import { compiled } from '../steps/types.mjs';

const timeoutMs = 25 * 60_000;

/** The counts at the end of a TAP report, as { passed, failed, skipped }. */
export function readTapSummary(report) {
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(report)?.[1] ?? 0);
  return {
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
  };
}

/** The names of the tests that failed. */
export const readTapFailures = (report) => [...report.matchAll(/^not ok \d+ - (.*)$/gm)].map(([, name]) => name);

function suite(label, folders, concurrency, prepare) {
  let prepared;
  /** Builds what it needs: ahead of the run, where another suite is about to build in the same folder. */
  const ready = ({ quick }) => (prepared ??= prepare(quick));

  const runFiles = async (options) => {
    const { name } = options;
    const programs = await ready(options);
    const sources = folders.flatMap((folder) =>
      filesBelow(inRoot('tests', folder), (path) => path.endsWith('.test.ts')),
    );
    if (sources.length === 0) return { passed: 0, failed: 0 };

    const report = inBuild('reports', `${label}.tap`);
    mkdirSync(inBuild('reports'), { recursive: true });
    rmSync(report, { force: true });
    const { code } = await run(
      process.execPath,
      [
        '--enable-source-maps',
        '--test',
        `--test-concurrency=${concurrency}`,
        '--test-reporter=spec', '--test-reporter-destination=stdout',
        '--test-reporter=tap', `--test-reporter-destination=${report}`,
        ...(name ? [`--test-name-pattern=${name}`] : []),
        ...sources.map(compiled),
      ],
      { check: false, timeoutMs, env: { ...browserEnvironment(), ...programs } },
    );
    const tap = readFileSync(report, 'utf8');
    const { passed, failed, skipped } = readTapSummary(tap);
    const counts = { passed, failed, failures: readTapFailures(tap) };
    // With a name pattern Node reports all other tests as skipped; without one nothing may be left out.
    if (!name && skipped > 0) {
      say(`${skipped} tests of the suite "${label}" are marked as skipped or to do: that counts as failed.`);
      counts.failed += skipped;
    }
    // A run that was ended, or a file that could not even be loaded.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  };
  return Object.assign(runFiles, { ready });
}

// Some tests compare with what the core itself prints.
async function buildSamples(quick) {
  const folder = await buildCpp(quick ? 'quick' : 'native', ['samples', 'diagrams', 'replay']);
  return { MEETWIRE_SAMPLES: join(folder, 'samples'), MEETWIRE_DIAGRAMS: join(folder, 'diagrams') };
}

async function buildBrowserModel() {
  await buildCpp('native', ['browser_model']);
  return {};
}

export const node = suite('node', ['node', 'interop'], 2, buildSamples);
// One at a time: two browsers in a call already keep both cores busy, and time is part of what is tested.
export const browser = suite('browser', ['browser'], 1, buildBrowserModel);
