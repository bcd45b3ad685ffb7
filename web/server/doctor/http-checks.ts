// TLS, the health check, clock and version of a server: what plain requests tell.

import { connect } from 'node:tls';
import type { Finding } from './finding.ts';
import { failed, ok, reasonOf, skipped, warning } from './finding.ts';

const certificateDaysMin = 14;
const clockSecondsMax = 5;
const dayMs = 86_400_000;

export async function checkTls(url: URL, msMax: number, nowMs: number): Promise<Finding> {
  if (url.protocol === 'http:') {
    if (/^(localhost|127\.|\[::1\])|\.localhost$/.test(url.hostname)) return ok('TLS', 'none, which browsers take from localhost alone');
    return failed('TLS', 'none: browsers give a page without it neither camera nor microphone', 'Serve by https: put a reverse proxy with a certificate in front, and give the https url.');
  }
  try {
    const { validTo, protocol } = await certificateOf(url, msMax);
    const days = Math.floor((validTo - nowMs) / dayMs);
    if (days < certificateDaysMin) return warning('TLS', `the certificate ends in ${days} days`, 'Renew it; and let it be renewed by itself.');
    return ok('TLS', `${protocol}, the certificate holds for ${days} more days`);
  } catch (error) {
    const reason = reasonOf(error);
    const certificate = /CERT|ALTNAME|SELF_SIGNED|ISSUER|SIGNATURE/.test(reason);
    if (certificate) return failed('TLS', `the certificate is not good: ${reason}`, 'Have the certificate of this very name, with all intermediate ones, served; browsers refuse this one too.');
    return failed('TLS', `no TLS connection: ${reason}`, 'Check name, port and firewall, and that this port speaks TLS.');
  }
}

function certificateOf(url: URL, msMax: number): Promise<{ validTo: number; protocol: string }> {
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const isName = !/^[\d.]+$|:/.test(host);
    const socket = connect({ host, port: Number(url.port || 443), ...(isName ? { servername: host } : {}) }, () => {
      resolve({ validTo: Date.parse(socket.getPeerCertificate().valid_to), protocol: socket.getProtocol() ?? 'TLS' });
      socket.destroy();
    });
    socket.setTimeout(msMax, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
  });
}

/** Several findings of one answer: the server itself, its version, the clock. */
export async function checkHealth(base: URL, msMax: number, ownVersion: string): Promise<Finding[]> {
  let response: Response;
  const asked = Date.now();
  try {
    response = await fetch(new URL('health', base), { signal: AbortSignal.timeout(msMax), redirect: 'manual' });
  } catch (error) {
    const reason = reasonOf(error);
    return [failed('server', `no answer: ${reason}`, 'Check the url, that the server runs, that it listens on an address that can be reached (--host), and firewalls.')];
  }
  const clock = clockOf(response.headers.get('date'), (asked + Date.now()) / 2);
  if (response.status >= 300 && response.status < 400) {
    const to = response.headers.get('location') ?? '';
    return [failed('server', `it sends elsewhere: ${to}`, 'Give the url that it sends to: signalling does not follow.'), clock];
  }
  const body = (await response.json().catch(() => undefined)) as { status?: unknown; version?: unknown } | undefined;
  if (typeof body?.version !== 'string') {
    // Attached to an application's own http server, it leaves that path alone.
    return [warning('server', `${response.status} for /health, which is not our own answer`, 'Fine for a server that is attached to an application; else check that the path leads to Meetwire.'), clock];
  }
  const state = body.status === 'ok' ? ok('server', `Meetwire ${body.version}, ok`) : failed('server', `Meetwire ${body.version} says ${String(body.status)}`, 'See its log. One that is closing or has failed takes nobody.');
  return [state, versionOf(body.version, ownVersion), clock];
}

function versionOf(theirs: string, own: string): Finding {
  const line = (version: string): string => version.split('.').slice(0, version.startsWith('0.') ? 2 : 1).join('.');
  if (line(theirs) === line(own)) return ok('version', `server ${theirs}, this program ${own}`);
  return warning('version', `server ${theirs}, this program ${own}`, 'Update the older of the two; what is said here may not hold for the other.');
}

function clockOf(date: string | null, hereMs: number): Finding {
  const there = date === null ? NaN : Date.parse(date);
  if (Number.isNaN(there)) return skipped('clock', 'the server does not tell the time');
  // The header has whole seconds.
  const seconds = Math.round((there + 500 - hereMs) / 1000);
  if (Math.abs(seconds) <= clockSecondsMax) return ok('clock', 'as here');
  return failed('clock', `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} this machine's`, 'Set the clocks of both (NTP): tokens and TURN credentials hold for minutes.');
}
