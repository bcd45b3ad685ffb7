// The built package outside of a browser: in Node as it is and bundled, and what must not be in its files.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Answer } from '../support/bundles.ts';
import { bundlers, dist, makeProject } from '../support/bundles.ts';

let project: ReturnType<typeof makeProject>;
before(() => {
  project = makeProject();
});
after(() => project.remove());

async function runInNode(file: string): Promise<Answer> {
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  return JSON.parse(stdout) as Answer;
}

function assertAnswers(answer: Answer): void {
  assert.equal(answer.join, 'function');
  assert.equal(typeof answer.core, 'object', String(answer.core));
}

test('an installed package answers in Node', async () => {
  assertAnswers(await runInNode(join(project.folder, 'main.js')));
});

test('bundled by esbuild it answers in Node', async () => {
  const out = await bundlers['esbuild']!(project.folder);
  // The project's package.json above says that these are modules.
  assertAnswers(await runInNode(join(out, 'main.js')));
});

test('the module beside it can stand in for the built-in bytes, also as a response', async () => {
  const file = join(project.folder, 'own-bytes.js');
  writeFileSync(
    file,
    `import { readFile } from 'node:fs/promises';
     import { fileURLToPath } from 'node:url';
     import { loadClient } from 'meetwire/core';
     const bytes = await readFile(fileURLToPath(import.meta.resolve('meetwire/core.wasm')));
     const headers = { 'content-type': 'application/wasm' };
     const sources = [bytes, new Response(bytes), new Response(bytes, { headers }), WebAssembly.compile(bytes)];
     const cores = await Promise.all(sources.map((wasm) => loadClient({ wasm })));
     const failure = await loadClient({ wasm: new Response('', { status: 404 }) }).catch((error) => error.name);
     console.log(JSON.stringify([...cores.map((core) => typeof core.clientHandle), failure]));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  assert.deepEqual(JSON.parse(stdout), ['function', 'function', 'function', 'function', 'TypeError']);
});

for (const name of ['esbuild', 'vite', 'webpack']) {
  test(`bundled by ${name}, what is loaded on first use is a file of its own`, async () => {
    const out = await bundlers[name]!(project.folder);
    const scripts = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
    const texts = new Map(scripts.map((path) => [path, readFileSync(join(out, path), 'utf8')]));
    for (const part of ['core.js', 'flow.js']) {
      const mark = markOf(part, ['core.js', 'flow.js']);
      // legacy-core.js says all that core.js says, and more.
      const legacyMark = markOf('legacy-core.js', ['core.js']);
      const holding = [...texts].filter(([, text]) => text.includes(mark) && !text.includes(legacyMark));
      assert.equal(holding.length, 1, `${part} is in ${holding.map(([path]) => path).join(', ') || 'no file'}`);
    }
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    const first = [...texts].filter(([path]) => page.includes(path));
    assert.ok(first.length > 0);
    for (const [path, text] of first) assert.doesNotMatch(text, /meetwire files/, `${path}: the page begins without the part`);
  });
}

// What only this one's module says, among its texts for people. Bundlers write the bytes between them in different ways.
function markOf(part: string, parts: string[]): string {
  const bytesOf = (name: string): string => {
    const text = readFileSync(join(dist, name), 'utf8');
    const begin = text.indexOf('\u0100asm');
    assert.ok(begin >= 0, `${name} holds no module`);
    return text.slice(begin);
  };
  const others = parts.filter((name) => name !== part).map(bytesOf);
  const texts = bytesOf(part).match(/[a-z ,]{20,}/g) ?? [];
  const mark = texts.find((text) => !others.some((other) => other.includes(text)));
  assert.ok(mark !== undefined, part);
  return mark;
}

test('no file for pages builds code from text, asks for its own address, or wants Node', () => {
  const unwanted = /\beval\s*\(|\bnew Function\b|\bFunction\s*\(\s*["'`]|\bimport\.meta\b|["']node:|\brequire\s*\(|\b__dirname\b/;
  for (const name of ['core.js', 'legacy-core.js', 'meetwire.js', 'room-core.js', 'flow.js', 'insight.js']) {
    const found = unwanted.exec(readFileSync(join(dist, name), 'utf8'));
    assert.equal(found, null, `${name} has ${found?.[0]}`);
  }
  assert.match('x(new Function("a","return a"))', unwanted);
  assert.match('const u=import.meta.url', unwanted);
});
