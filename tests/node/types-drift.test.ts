// The types of bindings/*-types.ts against the C++ structs that they mirror. The C++ says, by a small program of its
// own, what crosses the doors; the TypeScript compiler says whether that is the same.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { root } from '../support/root.ts';
import { typeSamples } from '../support/type-samples.ts';

const program = process.env['MEETWIRE_SAMPLES'] ?? join(root, 'build', 'native', 'samples');
const folder = join(root, 'build', 'drift');

interface Samples {
  types: Record<string, string>;
  samples: Record<string, unknown[]>;
}

let fromCore: Samples;

before(() => {
  assert.ok(existsSync(program), `${program} is missing: the native build makes it`);
  fromCore = JSON.parse(execFileSync(program, { encoding: 'utf8' })) as Samples;
});

/** Compiles one generated file against the real types; gives the compiler's complaints. */
function complaints(name: string, lines: string[]): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, [...prelude, ...lines, ''].join('\n'));
  const project = join(folder, `${name}.json`);
  writeFileSync(
    project,
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { noEmit: true, incremental: false, noUnusedLocals: false, rootDir: '../..', typeRoots: ['../../node_modules/@types'] },
      include: [`./${name}.ts`],
    }),
  );
  const { stdout, status } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['--project', project], { encoding: 'utf8' });
  return status === 0 ? '' : stdout;
}

const prelude = [
  "import type * as client from '../../bindings/client-types.ts';",
  "import type * as room from '../../bindings/room-types.ts';",
  "import type * as flow from '../../bindings/flow-types.ts';",
  "import type * as insight from '../../bindings/insight-types.ts';",
  // Two types are the same when no conditional type can tell them apart; `extends` both ways would let optional pass.
  'type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;',
  // Intersections and the like are spelled out first, so that only what a value may be is compared.
  'type Flat<T> = T extends (infer E)[] ? Flat<E>[] : T extends object ? { [K in keyof T]: Flat<T[K]> } : T;',
];

const moduleOf = (name: string): string => {
  if (/^(Room(Options|Event|Command)|LogLevel)$/.test(name)) return 'room';
  if (/^(Insight.*|Shortcoming|Cause)$/.test(name)) return 'insight';
  return name.startsWith('Flow') || name === 'Purpose' || name === 'ChannelState' ? 'flow' : 'client';
};

const sameAs = (types: Record<string, string>): string[] =>
  Object.entries(types).map(
    ([name, type]) => `export const same${name}: Same<Flat<${moduleOf(name)}.${name}>, Flat<${type}>> = true;`,
  );

describe('the TypeScript types are those of the C++', () => {
  test('each type is the same as the one generated from the structs', () => {
    assert.equal(complaints('same', sameAs(fromCore.types)), '');
  });

  test('what the core writes type-checks', () => {
    const lines = Object.entries(fromCore.samples).map(
      ([name, samples]) => `export const all${name}: ${moduleOf(name)}.${name}[] = ${JSON.stringify(samples)};`,
    );
    assert.equal(complaints('samples', lines), '');
  });

  test('what TypeScript writes, the core reads, and loses nothing of it', () => {
    const run = spawnSync(program, ['--decode'], { input: JSON.stringify(typeSamples), encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    const back = JSON.parse(run.stdout) as Record<string, unknown[]>;
    for (const [name, samples] of Object.entries(typeSamples)) {
      assert.deepEqual(withoutAdvice(back[name]), withoutAdvice(samples), name);
    }
  });

  test('a difference is found: a field, an option, a name, a message', () => {
    const event = fromCore.types['ClientEvent'] ?? '';
    const altered: [string, string][] = [
      ['ClientEvent', event.replace('reason: string', 'reason: string; extra: string')],
      ['ClientEvent', event.replace('constraints?: string', 'constraints: string')],
      ['ClientEvent', event.replace('request: number', 'request?: number')],
      ['ClientEvent', `${event} | { type: 'new_event' }`],
      ['ClientEvent', event.replace("{ type: 'time_passed'; }", 'never')],
      ['Wanted', "'off' | 'on'"],
      ['Wanted', "'off' | 'on' | 'muted' | 'held'"],
    ];
    const lines = altered.flatMap(([name, type], index) => {
      assert.notEqual(type, fromCore.types[name], `alteration ${index} alters nothing`);
      return sameAs({ [name]: type }).map((line) => line.replace(`same${name}`, `altered${index}`));
    });
    const found = complaints('altered', lines).match(/error TS2322/g) ?? [];
    assert.equal(found.length, altered.length);
  });
});

// The texts of errors are the core's own: it does not take them from others.
function withoutAdvice(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === 'error' ? { ...(item as object), message: '' } : item)));
}
