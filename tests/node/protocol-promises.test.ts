// What PROTOCOL.md demands is held by tests: each MUST, MUST NOT and bound has a number there, and a test that names it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';

const root = process.cwd();
const protocol = readFileSync(join(root, 'src/protocol/PROTOCOL.md'), 'utf8');

// The names and tags of all tests, as they stand in the sources.
function testNames(): string {
  const folders = ['tests/core', 'tests/node', 'tests/interop', 'tests/browser'];
  const files = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)));
  return files
    .filter((file) => /[._]test\.(cpp|ts)$/.test(file) && !file.endsWith('protocol-promises.test.ts'))
    .flatMap((file) => readFileSync(file, 'utf8').match(/^\s*(?:TEST_CASE\(|test\(|it\().*(?:\n.*)?/gm) ?? [])
    .join('\n');
}

describe('the protocol document', () => {
  test('numbers each MUST and MUST NOT, right behind the word', () => {
    const body = protocol.slice(protocol.indexOf('## Transport'));
    const bare = [...body.matchAll(/\bMUST\b(?: NOT)?(?!<!--P\d+-->)/g)].filter((match) => !body.slice(match.index).startsWith('MUST NOT<!--P'));
    assert.deepEqual(bare.map((match) => body.slice(match.index, match.index + 60)), []);
  });

  test('numbers each bound', () => {
    const table = protocol.slice(protocol.indexOf('## Bounds'), protocol.indexOf('Whatever is beyond a bound'));
    const rows = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (what|---)/.test(line));
    assert.ok(rows.length > 10);
    assert.deepEqual(rows.filter((row) => !/^\| [^|]*<!--P\d+--> \|/.test(row)), []);
  });

  test('uses each number once', () => {
    const numbers = [...protocol.matchAll(/<!--(P\d+)-->/g)].map((match) => match[1]);
    assert.deepEqual(numbers.filter((number, at) => numbers.indexOf(number) !== at), []);
  });

  test('has a test for each number, and no test names one that is gone', () => {
    const demanded = new Set([...protocol.matchAll(/<!--(P\d+)-->/g)].map((match) => match[1]!));
    const tested = new Set([...testNames().matchAll(/\[(P\d+)\]/g)].map((match) => match[1]!));
    assert.ok(demanded.size > 40);
    assert.deepEqual([...demanded].filter((number) => !tested.has(number)), []);
    assert.deepEqual([...tested].filter((number) => !demanded.has(number)), []);
  });
});
