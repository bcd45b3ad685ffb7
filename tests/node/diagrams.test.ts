// The diagrams in src/STATES.md against the tables that they are drawn from.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';
import { root } from '../support/root.ts';

const program = process.env['MEETWIRE_DIAGRAMS'] ?? join(root, 'build', 'native', 'diagrams');

interface Tool {
  withDiagrams(document: string, diagrams: Record<string, string>): string;
}
const { withDiagrams } = (await import(pathToFileURL(join(root, '.tools', 'lib', 'diagrams.mjs')).href)) as Tool;

function draw(): Record<string, string> {
  assert.ok(existsSync(program), `${program} is missing: the native build makes it`);
  return JSON.parse(execFileSync(program, { encoding: 'utf8' })) as Record<string, string>;
}

test('the diagrams are those of the tables; if not: npm run diagrams', () => {
  const document = readFileSync(join(root, 'src', 'STATES.md'), 'utf8');
  assert.equal(document, withDiagrams(document, draw()));
});

test('a table that has changed, and one that the document lacks, are found', () => {
  const document = readFileSync(join(root, 'src', 'STATES.md'), 'utf8');
  const diagrams = draw();
  const changed = { ...diagrams, 'link-signaling': diagrams['link-signaling']!.replace('set-answer', 'set-provisional') };
  assert.notEqual(document, withDiagrams(document, changed));
  assert.throws(() => withDiagrams(document, { ...diagrams, another: 'stateDiagram-v2\n' }), /another/);
  const { 'link-signaling': _, ...fewer } = diagrams;
  assert.throws(() => withDiagrams(document, fewer), /link-signaling/);
});
