// `npm start`: sets up what is missing, builds what changed, and serves the meeting page. What follows `--` goes to
// `meetwire serve` (see its --help), which prints the address.

import { spawn } from 'node:child_process';
import { build } from './build.mjs';
import { inDist, root } from './lib/paths.mjs';
import { main } from './lib/say.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  await setUp('start');
  await build();
  const server = spawn(process.execPath, [inDist('cli.js'), 'serve', ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  // The server decides how it ends; this only passes the wish on, and the outcome back. Ctrl+C reaches it by
  // itself, as a member of the terminal's group, and must not end this before it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => server.kill('SIGTERM'));
  const code = await new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 143)));
  });
  process.exitCode = code;
});
