// Whether the TURN servers that members are given hand out relays, over each transport that they are named with.

import type { IceServer } from '../option-types.ts';
import type { Finding } from './finding.ts';
import { failed, ok, warning } from './finding.ts';
import type { TurnOutcome, TurnTarget } from './turn-probe.ts';
import { probeTurn, targetOf } from './turn-probe.ts';

export async function checkRelays(servers: readonly IceServer[], msMax: number): Promise<Finding[]> {
  const wanted = servers.flatMap((server) => (Array.isArray(server.urls) ? (server.urls as string[]) : [server.urls as string]).map((url) => ({ url, server }))).filter(({ url }) => /^turns?:/i.test(url));
  if (wanted.length === 0) {
    return [warning('TURN', 'members are given no TURN server', 'Some two in ten networks let no direct path through: give --turn and --turn-secret, or --ice-servers.')];
  }
  const findings = await Promise.all(wanted.map(({ url, server: { username = '', credential = '' } }) => checkOne(url, { username, credential }, msMax)));
  const works = (transport: string): boolean => wanted.some(({ url }, at) => findings[at]!.outcome === 'ok' && targetOf(url)?.transport === transport);
  if (findings.some(({ outcome }) => outcome === 'ok') && !works('tcp') && !works('tls')) {
    findings.push(warning('TURN', 'no relay over TCP or TLS', 'Networks that let only web traffic through need turns:…:443?transport=tcp, or turn:…?transport=tcp.'));
  }
  return findings;
}

async function checkOne(url: string, identity: { username: string; credential: string }, msMax: number): Promise<Finding> {
  const target = targetOf(url);
  const check = `TURN ${url}`;
  if (target === undefined) return failed(check, 'this is no TURN url', 'Write it as turn:host:port?transport=udp.');
  const outcome = await probeTurn(target, identity, msMax);
  return outcome.ok ? ok(check, `a relay over ${target.transport.toUpperCase()}`) : failed(check, foundOf(outcome, target), mendOf(outcome, target));
}

type Bad = Exclude<TurnOutcome, { ok: true }>;

function foundOf({ why, code, detail }: Bad, { transport }: TurnTarget): string {
  if (why === 'silent') return `no answer over ${transport.toUpperCase()}`;
  if (why === 'unreachable') return `no connection: ${detail}`;
  if (why === 'certificate') return `its certificate is not good: ${detail}`;
  if (why === 'no-turn') return `it answers, but not as a TURN server${code === undefined ? '' : ` (${code})`}`;
  return `refused, with ${code}`;
}

function mendOf({ why, code }: Bad, { host, port, transport }: TurnTarget): string {
  const socket = `${transport === 'udp' ? 'UDP' : 'TCP'} port ${port} of ${host}`;
  if (why === 'silent' || why === 'unreachable') return `Check that it runs, and that firewalls let ${socket} through.`;
  if (why === 'certificate') return 'Give it the certificate of that very name, with all intermediate ones.';
  if (why === 'no-turn') return `Check what listens on ${socket}, and that it asks for long-term credentials (coturn: lt-cred-mech or use-auth-secret, realm).`;
  if (code === 401) return 'The credentials do not hold: --turn-secret has to be its static-auth-secret, and both clocks right.';
  if (code === 403) return 'It lets this address have no relay: see its denied peers and allowed addresses.';
  if (code === 486) return 'Its quota is used up: user-quota, total-quota.';
  if (code === 508) return 'It has no relay ports left: min-port, max-port.';
  return 'See its log.';
}
