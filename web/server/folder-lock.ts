// One process at a time for a folder: a local socket in it, which the operating system closes with the process that holds it,
// however that ends.

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { join, resolve } from 'node:path';
import { OptionError } from './option-types.ts';

// A local socket's path has 103 bytes on some systems and 107 on others, and is cut where it is longer.
const pathBytesMax = 103;

/** Gives the undo. Rejects with OptionError. */
export async function lockFolder(folder: string): Promise<() => void> {
  const path =
    process.platform === 'win32'
      ? `\\\\.\\pipe\\meetwire-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 32)}`
      : join(folder, 'lock');
  if (Buffer.byteLength(path) > pathBytesMax) throw new OptionError('data', `must have a shorter path: ${pathBytesMax - '/lock'.length} bytes at most`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const server = await listen(path);
      return () => void server.close();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE') throw new OptionError('data', `cannot be locked: ${message}`);
      if (attempt > 3 || (await isAnswered(path))) throw new OptionError('data', 'is in use by another process');
      // What is left of one that was killed.
      rmSync(path, { force: true });
    }
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((done, failed) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', failed);
    server.listen(path, () => done(server));
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
