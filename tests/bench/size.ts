// What a page loads for `join`, socket.io-client apart.

import { readFile } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { root } from '../support/root.ts';

export async function benchSize(): Promise<void> {
  console.log('size of what a page loads, in bytes');
  let gzip = 0;
  let brotli = 0;
  for (const name of ['meetwire.js', 'core.js']) {
    const bytes = await readFile(`${root}/dist/${name}`);
    const zipped = gzipSync(bytes, { level: 9 }).length;
    const squeezed = brotliCompressSync(bytes).length;
    gzip += zipped;
    brotli += squeezed;
    console.log(`  ${name.padEnd(12)} ${bytes.length} plain, ${zipped} gzip, ${squeezed} brotli`);
  }
  console.log(`  together     ${gzip} gzip, ${brotli} brotli (target: at most ${110 * 1024} gzip, ${95 * 1024} brotli)`);
}
