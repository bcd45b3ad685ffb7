// Builds what the package holds: `node .tools/build.mjs [--only wasm|types|dist|page]`. Each step is skipped when
// nothing that goes into it has changed, and brings the steps that it rests on.

import { pathToFileURL } from 'node:url';
import { Plain, main, say, seconds } from './lib/say.mjs';
import { setUp } from './setup.mjs';
import { buildDist } from './steps/dist.mjs';
import { buildPage } from './steps/page.mjs';
import { buildTypes } from './steps/types.mjs';
import { buildWasm } from './steps/wasm.mjs';

const steps = {
  wasm: buildWasm,
  types: buildTypes,
  dist: buildDist,
  page: buildPage,
};

const plans = {
  all: ['types', 'wasm', 'dist', 'page'],
  wasm: ['wasm'],
  types: ['types'],
  dist: ['types', 'wasm', 'dist'],
  page: ['types', 'wasm', 'page'],
};

export async function build(plan = 'all') {
  const begun = performance.now();
  for (const name of plans[plan]) await steps[name]();
  say(`Built in ${seconds(performance.now() - begun)}.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    const [flag, plan = 'all', ...rest] = process.argv.slice(2);
    if ((flag !== undefined && flag !== '--only') || !(plan in plans) || rest.length > 0) {
      throw new Plain(`usage: npm run build [-- --only ${Object.keys(plans).slice(1).join('|')}]`);
    }
    await setUp('start');
    await build(plan);
  });
}
