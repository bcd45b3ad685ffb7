// The fuzzers, one program for each tests/fuzz/*.cpp: which there are, how each is run, what came of it.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { buildCpp } from '../steps/cmake.mjs';
import { inBuild, inRoot, root } from './paths.mjs';
import { run } from './run.mjs';

// Whole machines take their input for a list of choices, and it is kept as text. The others read it as it is.
const machines = { asciiOnly: true, inputBytesMax: 1024 };
const json = { dictionary: 'json.dict', inputBytesMax: 1024 };
const settings = {
  flow: machines,
  envelope: { ...json, inputBytesMax: 256 },
  sdp: { dictionary: 'sdp.dict', inputBytesMax: 1024 },
  link: machines,
  room: machines,
  session: machines,
};

const folder = inRoot('tests', 'fuzz');
export const findingsFolder = inBuild('fuzz-findings');

export const fuzzers = readdirSync(folder)
  .filter((file) => file.endsWith('.cpp'))
  .map((file) => basename(file, '.cpp'))
  .sort();

/** What is committed: inputs that between them reach all that was ever reached, and those that were once findings. */
export const corpusOf = (name) => join(folder, 'corpus', name);

/** Where a run keeps the inputs that reach something new. */
export const scratchOf = (name) => inBuild('fuzz-corpus', name);

const filesIn = (path) => (existsSync(path) ? readdirSync(path).map((file) => join(path, file)) : []);

/** Less memory and time for what only helps to explain a finding; a finding is explained by running it again. */
const environment = { ASAN_OPTIONS: 'malloc_context_size=2:quarantine_size_mb=8:detect_leaks=1' };

export async function buildFuzzers(names) {
  return buildCpp('fuzz', names.map((name) => `fuzz_${name}`));
}

/**
 * Runs one fuzzer over its corpus, then on from there for `seconds`, or for `runs` inputs. Resolves to
 * { inputs, executions, perSecond, coverage, newUnits, findings: [{ file, command, words }] }.
 */
export async function runFuzzer(name, { seconds, runs, seed, fresh = false }) {
  const { dictionary, inputBytesMax, asciiOnly } = settings[name] ?? json;
  const scratch = scratchOf(name);
  if (fresh) rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  mkdirSync(findingsFolder, { recursive: true });
  const before = new Set(filesIn(findingsFolder));

  const program = inBuild('fuzz', `fuzz_${name}`);
  const { code, output } = await run(
    program,
    [
      `-seed=${seed}`,
      ...(runs === undefined ? [`-max_total_time=${seconds}`] : [`-runs=${runs}`]),
      `-max_len=${inputBytesMax}`,
      ...(dictionary ? [`-dict=${join(folder, dictionary)}`] : []),
      ...(asciiOnly ? ['-only_ascii=1'] : []),
      // An input of a kilobyte takes milliseconds, and no machine needs a tenth of this memory for it.
      '-timeout=20', '-rss_limit_mb=1024', '-malloc_limit_mb=64',
      // Weighing inputs costs half of the time where a run touches as much as a machine does.
      '-entropic=0',
      '-print_final_stats=1',
      `-artifact_prefix=${findingsFolder}/${name}-`,
      scratch, corpusOf(name),
    ],
    { show: 'never', check: false, env: environment, timeoutMs: ((seconds ?? 0) + 600) * 1000 + (runs ?? 0) },
  );

  const statistic = (field) => Number(new RegExp(`^stat::${field}:\\s*(\\d+)`, 'm').exec(output)?.[1] ?? 0);
  const words = /^(broken promise: .*|.*runtime error: .*|.*ERROR: (?:AddressSanitizer|LeakSanitizer|libFuzzer): .*)$/m.exec(output)?.[1];
  const findings = filesIn(findingsFolder)
    .filter((file) => !before.has(file) && basename(file).startsWith(`${name}-`) && !basename(file).includes('slow-unit'))
    .map((file) => ({ file, words, command: `${relative(root, program)} ${relative(root, file)}` }));
  if (code !== 0 && findings.length === 0) {
    // The input was found before, or the fuzzer itself could not start.
    findings.push({ file: undefined, words: words ?? output.slice(-2000), command: `${relative(root, program)} -seed=${seed}` });
  }
  return {
    inputs: filesIn(corpusOf(name)).length,
    executions: statistic('number_of_executed_units'),
    perSecond: statistic('average_exec_per_sec'),
    coverage: Number([...output.matchAll(/ cov: (\d+)/g)].at(-1)?.[1] ?? 0),
    newUnits: statistic('new_units_added'),
    findings,
  };
}

// A clone carries the corpus, and the short run of `npm test` begins with it: enough to be near everything.
const corpusFilesMax = 40;

/** Which edges each input takes, as the merging tells: [{ file, edges }]. */
function readControlFile(text) {
  const lines = text.split('\n');
  const count = Number(lines[0]);
  const inputs = lines.slice(2, 2 + count).map((file) => ({ file, edges: [] }));
  for (const line of lines) {
    const [kind, index, ...features] = line.split(' ');
    if (kind === 'FT') inputs[Number(index)].edges = features;
  }
  return inputs;
}

/** Chooses anew from the committed corpus, from what was found since, and from `more`: always what adds most edges. */
export async function mergeCorpus(name, more = []) {
  const kept = corpusOf(name);
  const control = inBuild('fuzz-corpus', `${name}.control`);
  const nothing = inBuild('fuzz-corpus', `${name}.merged`);
  for (const path of [control, nothing]) rmSync(path, { recursive: true, force: true });
  mkdirSync(nothing, { recursive: true });
  const { inputBytesMax } = settings[name] ?? json;
  const sources = [kept, scratchOf(name), ...more].filter(existsSync);
  await run(
    inBuild('fuzz', `fuzz_${name}`),
    ['-set_cover_merge=1', '-use_counters=0', '-use_cmp=0', `-max_len=${inputBytesMax}`, `-merge_control_file=${control}`, nothing, ...sources],
    { show: 'never', env: environment },
  );
  const inputs = readControlFile(readFileSync(control, 'utf8'));
  const seen = new Set();
  const chosen = [];
  while (chosen.length < corpusFilesMax) {
    let best;
    for (const { file, edges } of inputs) {
      const gain = edges.reduce((sum, edge) => sum + (seen.has(edge) ? 0 : 1), 0);
      if (gain > (best?.gain ?? 0)) best = { file, edges, gain };
    }
    if (!best) break;
    chosen.push(readFileSync(best.file));
    for (const edge of best.edges) seen.add(edge);
  }
  const before = filesIn(kept).length;
  for (const file of filesIn(kept)) if (!basename(file).startsWith('found-')) rmSync(file);
  for (const bytes of chosen) {
    writeFileSync(join(kept, createHash('sha1').update(bytes).digest('hex').slice(0, 12)), bytes);
  }
  for (const path of [control, nothing, scratchOf(name)]) rmSync(path, { recursive: true, force: true });
  return { before, after: filesIn(kept).length };
}

export function describeRun(name, result) {
  const count = (value) => value.toLocaleString('en-GB');
  return [
    name.padEnd(10),
    `${count(result.inputs)} inputs kept`.padStart(16),
    `${count(result.executions)} runs`.padStart(18),
    `${count(result.perSecond)}/s`.padStart(10),
    `coverage ${count(result.coverage)}`.padStart(15),
    `${count(result.newUnits)} new`.padStart(10),
  ].join(' ');
}
