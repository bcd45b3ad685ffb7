// `meetwire/testing` as the package has it: the examples of the README run and are typed, nothing is twice what must be one.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { dist, makeProject, repository } from '../support/bundles.ts';

const examples = ['app.js', 'app.node.test.js', 'app.vitest.test.js'];
const example = (name: string): string => join(repository, 'tests', 'examples', name);
const run = promisify(execFile);

let project: ReturnType<typeof makeProject>;
before(() => {
  project = makeProject();
  for (const name of examples) copyFileSync(example(name), join(project.folder, name));
  const vitest = join(project.folder, 'node_modules', 'vitest');
  mkdirSync(vitest, { recursive: true });
  cpSync(join(repository, 'tests', 'support', 'vitest'), vitest, { recursive: true });
  writeFileSync(join(vitest, 'package.json'), '{ "name": "vitest", "type": "module", "exports": { "types": "./index.d.ts", "default": "./index.js" } }\n');
});
after(() => project.remove());

// Not as a child of this run: the runner tells its children to report to it.
const { NODE_TEST_CONTEXT: _, ...env } = process.env;
const runTests = async (name: string): Promise<string> => (await run(process.execPath, ['--test', '--test-reporter=tap', name], { cwd: project.folder, env })).stdout;

describe('meetwire/testing in a project of its user\'s', () => {
  test('the example for node:test runs', async () => {
    assert.match(await runTests('app.node.test.js'), /^# pass 1$[^]*^# fail 0$/m);
  });

  test('the example for Vitest runs, over as much of Vitest as it uses', async () => {
    assert.match(await runTests('app.vitest.test.js'), /^# pass 4$[^]*^# fail 0$/m);
  });

  test('both are well typed', async () => {
    const options = { module: 'NodeNext', target: 'ES2022', lib: ['ES2022', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'], types: ['node'], typeRoots: [join(repository, 'node_modules', '@types')], strict: true, noImplicitAny: false, allowJs: true, checkJs: true, noEmit: true };
    writeFileSync(join(project.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['app*.js'] }));
    const tsc = join(repository, 'node_modules', '.bin', 'tsc');
    const check = async (): Promise<string> => run(tsc, ['--project', project.folder]).then(() => '', (error: { stdout: string }) => error.stdout);
    assert.equal(await check(), '');
    writeFileSync(join(project.folder, 'app.wrong.js'), "import { virtualWorld } from 'meetwire/testing';\n(await virtualWorld()).advance('soon');\n");
    assert.match(await check(), /app\.wrong\.js.*not assignable/);
  });

  test('errors are those of meetwire', async () => {
    const file = join(project.folder, 'errors.js');
    writeFileSync(file, `
      import { MeetingError } from 'meetwire';
      import { virtualWorld } from 'meetwire/testing';
      const world = await virtualWorld();
      const ada = await world.join('r', { name: 'Ada' });
      const errors = await Promise.all([world.join('', {}), ada.chat.send('x', { to: 'nobody' }), ada.camera.start(7), ada.channel(7)].map((each) => each.catch((error) => error)));
      await world.close();
      console.log(JSON.stringify(errors.map((error) => [error instanceof MeetingError, error.code])));`);
    const { stdout } = await run(process.execPath, [file]);
    const told = JSON.parse(stdout) as [boolean, string][];
    assert.deepEqual(told.map(([isOurs]) => isOurs), [true, true, true, true], stdout);
  });
});

test('the README shows the examples as they are', () => {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  for (const name of examples.slice(1)) assert.ok(readme.includes(readFileSync(example(name), 'utf8')), name);
});

test('nothing that a page loads knows of the virtual world', () => {
  for (const name of ['meetwire.js', 'core.js', 'flow.js']) assert.doesNotMatch(readFileSync(join(dist, name), 'utf8'), /virtual time/, name);
  assert.match(readFileSync(join(dist, 'testing.js'), 'utf8'), /virtual time/);
});
