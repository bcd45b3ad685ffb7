// The TURN server coturn on this machine's loopback, for tests of what goes by a relay. The set-up brings it; where it is
// missing, a test that needs it fails.

import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './waiting.ts';

export interface Coturn {
  /** For a connection's configuration. */
  readonly iceServers: RTCIceServer[];
  /** What it has written: an allocation is a line with `ALLOCATE processed, success`. */
  log(): string;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const user = { username: 'meetwire', credential: 'relayed' };

export async function startCoturn(): Promise<Coturn> {
  const port = await freePort();
  const process = spawn(
    'turnserver',
    [
      '-n', '--no-cli', '--no-tls', '--no-dtls', '--fingerprint', '--lt-cred-mech', '--realm=meetwire.test', `--user=${user.username}:${user.credential}`,
      `--listening-ip=${host}`, `--relay-ip=${host}`, `--listening-port=${port}`,
      // Both ends are on this machine.
      '--allow-loopback-peers', '--log-file=stdout', '--verbose', `--pidfile=${join(tmpdir(), `coturn-${port}.pid`)}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  let failed: Error | undefined;
  process.on('error', (error) => (failed = error));
  for (const stream of [process.stdout, process.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = new Promise<void>((resolve) => process.once('close', () => resolve()));
  await until('coturn listens', async () => {
    if (failed !== undefined) throw new Error('coturn cannot be started: npm run setup', { cause: failed });
    if (process.exitCode !== null) throw new Error(`coturn has ended: ${log}`);
    return answers(port);
  });
  return {
    iceServers: [{ urls: `turn:${host}:${port}?transport=udp`, ...user }],
    log: () => log,
    stop: async () => {
      process.kill();
      await ended;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, host, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const done = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}
