// A real TURN server, of the tests' own: coturn on free ports of this machine, over UDP, TCP and TLS. The set-up brings it;
// where it is missing, a test that needs it fails.

import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { turnCredential } from '../../web/server/turn.ts';
import { until } from './waiting.ts';

export interface Coturn {
  readonly port: number;
  readonly tlsPort: number;
  /** As PEM: what a client has to trust for TLS. */
  readonly certificate: string;
  /** For a connection's configuration, over UDP; each time as another user. */
  iceServers(): RTCIceServer[];
  /** What it has written: an allocation is a line with `ALLOCATE processed, success`. */
  log(): string;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** `secret`: what credentials are made with. `relaysMax`: for one user at a time; absent: any number. */
export async function startCoturn(secret = 'of the tests', relaysMax?: number): Promise<Coturn> {
  const folder = mkdtempSync(join(tmpdir(), 'meetwire-coturn-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', certificate,
    '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
  const [port, tlsPort] = [await freePort(), await freePort()];
  // Both ends of what it relays are on this machine.
  const child = spawn('turnserver', ['-n', '--no-cli', '--fingerprint', '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${port}`, `--tls-listening-port=${tlsPort}`,
    `--cert=${certificate}`, `--pkey=${key}`, '--use-auth-secret', `--static-auth-secret=${secret}`, '--realm=meetwire.test', '--allow-loopback-peers', ...(relaysMax === undefined ? [] : [`--user-quota=${relaysMax}`]),
    '--log-file=stdout', '--simple-log', '--verbose', `--pidfile=${join(folder, 'pid')}`, `--userdb=${join(folder, 'db')}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  let missing: Error | undefined;
  child.once('error', (error) => (missing = error));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
  const exit = new Promise((resolve) => child.once('close', resolve));
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exit;
    rmSync(folder, { recursive: true, force: true });
  };
  const listens = (): boolean => {
    if (missing !== undefined) throw new Error('coturn cannot be started: npm run setup', { cause: missing });
    return new RegExp(`TLS.*listener opened on.*:${tlsPort}`).test(log) && new RegExp(`TCP.*listener opened on.*:${port}`).test(log);
  };
  try {
    await until('coturn listens', listens, 15_000);
  } catch (error) {
    await close();
    throw new Error(`coturn did not start:\n${log}`, { cause: error });
  }
  let users = 0;
  return {
    port,
    tlsPort,
    certificate: readFileSync(certificate, 'utf8'),
    iceServers: () => [{ urls: `turn:127.0.0.1:${port}?transport=udp`, ...turnCredential(secret, `user-${++users}`, Math.floor(Date.now() / 1000) + 3_600) }],
    log: () => log,
    close,
  };
}
