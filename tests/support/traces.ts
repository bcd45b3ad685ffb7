// Traces for tests: what a meeting in memory leaves behind, and the `meetwire replay` that judges it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './root.ts';

export interface Verdict {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command as a shell would, over a file of that content. */
export function replayFile(content: string | Uint8Array, ...words: string[]): Verdict {
  const folder = mkdtempSync(join(tmpdir(), 'meetwire-trace-'));
  try {
    const file = join(folder, 'trace.jsonl');
    writeFileSync(file, content);
    return runCli('replay', file, ...words);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function runCli(...words: string[]): Verdict {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist', 'cli.js'), ...words], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return { code: status, out: stdout, err: stderr };
}
