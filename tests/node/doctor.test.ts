// `meetwire doctor` against real servers that are well, and against each fault that it has a remedy for.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { issueToken } from '../../web/server/index.ts';
import { doctorCommand } from '../../web/server/doctor/command.ts';
import type { Finding } from '../../web/server/doctor/finding.ts';
import { checkHealth, checkTls } from '../../web/server/doctor/http-checks.ts';
import { startCoturn } from '../support/coturn.ts';
import type { Coturn } from '../support/coturn.ts';
import { proxy } from '../support/proxies.ts';
import type { ProxyRules } from '../support/proxies.ts';
import { Harness } from '../support/server-harness.ts';

const harness = new Harness();
afterEach(() => harness.close());

async function examine(...words: string[]): Promise<{ exitCode: number; of(check: string): Finding; all: Finding[] }> {
  const { text, exitCode } = await doctorCommand([...words, '--json', '--timeout', '2']);
  const all = JSON.parse(text) as Finding[];
  return { exitCode, all, of: (check) => all.find((one) => one.check.startsWith(check))! };
}
async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  harness.later(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
const answering = (listener: RequestListener): Promise<string> => listening(createServer(listener));
async function behind(rules: ProxyRules): Promise<string> {
  const { url } = await harness.serve();
  const between = await proxy(url, rules);
  harness.later(() => between.close());
  return between.url;
}

test('a server that is well: all is ok, and only TURN is missing', async () => {
  const { url } = await harness.serve();
  const { exitCode, all } = await examine(url);
  assert.equal(exitCode, 0);
  assert.deepEqual(all.filter(({ outcome }) => outcome !== 'ok').map(({ check, found }) => [check, found]), [['TURN', 'members are given no TURN server']]);
  assert.deepEqual(all.map(({ check }) => check), ['TLS', 'server', 'version', 'clock', 'long polling', 'WebSocket', 'protocol', 'TURN']);
  const { text } = await doctorCommand([url]);
  assert.match(text, /^ok {7}WebSocket: pages of http:\/\/127\.0\.0\.1:\d+ may$/m);
  assert.match(text, /^warning {2}TURN: .+\n {9}\S.*--turn/m);
});

test('nobody there', async () => {
  const { url, server } = await harness.serve();
  await server.close();
  const { exitCode, of, all } = await examine(url);
  assert.equal(exitCode, 1);
  assert.match(of('server').found, /ECONNREFUSED/);
  assert.equal(all.at(-1)!.outcome, 'skipped');
});

test('pages of another origin that may not, and that may', async () => {
  for (const [origins, outcome] of [[undefined, 'failed'], [['https://pages.example'], 'ok']] as const) {
    const { url } = await harness.serve(origins ? { origins } : {});
    const { exitCode, of } = await examine(url, '--origin', 'https://pages.example');
    for (const check of ['long polling', 'WebSocket']) assert.equal(of(check).outcome, outcome, check);
    if (outcome === 'failed') assert.match(of('WebSocket').mend!, /--origin https:\/\/pages\.example/);
    assert.equal(exitCode, outcome === 'ok' ? 0 : 1);
  }
});

test('a shut door: said so, and opened with a token', async () => {
  const secret = 'a secret of thirty-two bytes or more';
  const { url } = await harness.serve({ secret });
  const shut = await examine(url);
  assert.equal(shut.exitCode, 0);
  assert.match(shut.of('protocol').found, /token-required/);
  assert.equal(shut.of('TURN').outcome, 'skipped');
  const token = await issueToken({ room: 'r', user: 'ada', secret });
  const open = await examine(url, '--token', token, '--room', 'r', '--user', 'ada');
  assert.equal(open.of('protocol').outcome, 'ok');
  const wrong = await examine(url, '--token', token, '--room', 'q', '--user', 'ada');
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.of('protocol').found, /token-other-room/);
  assert.doesNotMatch(JSON.stringify([open.all, wrong.all]), new RegExp(token));
});

describe('a proxy', () => {
  for (const [what, rules, bad, good, mend] of [
    ['that keeps upgrades back', { upgrade: 'refuse' }, 'WebSocket', 'long polling', /does not reach/],
    ['that swallows upgrades', { upgrade: 'swallow' }, 'WebSocket', 'long polling', /upgrade does not get through/],
    ['that is mute after the upgrade', { upgrade: 'mute' }, 'WebSocket', 'long polling', /buffering/],
    ['that answers polling with 502', { refuse: ({ url = '' }) => url.includes('transport=polling') }, 'long polling', 'WebSocket', /does not reach/],
    ['that never answers polling', { swallow: ({ url = '' }) => url.includes('transport=polling') }, 'long polling', 'WebSocket', /stands in between/],
  ] as [string, ProxyRules, string, string, RegExp][]) {
    test(what, async () => {
      const { exitCode, of } = await examine(await behind(rules));
      assert.equal(exitCode, 1);
      assert.deepEqual([of(bad).outcome, of(good).outcome], ['failed', 'ok']);
      assert.match(of(bad).mend!, mend);
    });
  }

  test('under a path', async () => {
    const { exitCode, of } = await examine(`${await behind({ under: '/meet' })}/meet`);
    assert.equal(exitCode, 0, JSON.stringify(of('protocol')));
  });
});

test('something else than Meetwire, something that sends elsewhere, a server that is closing, one of another version', async () => {
  const other = await examine(await answering((_request, response) => void response.writeHead(404).end('no')));
  assert.equal(other.exitCode, 1);
  assert.match(other.of('long polling').mend!, /Nothing serves socket\.io there/);
  const moved = await examine(await answering((_request, response) => void response.writeHead(308, { location: 'https://elsewhere.example/' }).end()));
  assert.match(moved.of('server').found, /https:\/\/elsewhere\.example\//);
  const health = (body: object): RequestListener => (_request, response) => void response.end(JSON.stringify(body));
  const [closing] = await checkHealth(new URL(await answering(health({ status: 'closing', version: '0.1.0' }))), 2_000, '0.1.5');
  assert.equal(closing!.outcome, 'failed');
  const [, version] = await checkHealth(new URL(await answering(health({ status: 'ok', version: '0.3.0' }))), 2_000, '0.1.5');
  assert.equal(version!.outcome, 'warning');
});

test('a clock that is wrong', async () => {
  const url = await answering((_request, response) => {
    response.setHeader('date', new Date(Date.now() - 90_000).toUTCString());
    response.end('{"status":"ok","version":"0.1.0"}');
  });
  const clock = (await checkHealth(new URL(url), 2_000, '0.1.0')).find(({ check }) => check === 'clock')!;
  assert.equal(clock.outcome, 'failed');
  assert.match(clock.found, /^(89|90|91) s behind/);
  assert.match(clock.mend!, /NTP/);
});

test('TLS: none, one that nobody trusts, none where it should be', async () => {
  assert.equal((await checkTls(new URL('http://meet.example/'), 2_000, Date.now())).outcome, 'failed');
  assert.equal((await checkTls(new URL('http://localhost:1/'), 2_000, Date.now())).outcome, 'ok');
  const folder = mkdtempSync(join(tmpdir(), 'meetwire-tls-'));
  harness.later(() => rmSync(folder, { recursive: true }));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(folder, 'k'), '-out', join(folder, 'c'),
    '-days', '3', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
  const secure = await listening(createTlsServer({ key: readFileSync(join(folder, 'k')), cert: readFileSync(join(folder, 'c')) }));
  const untrusted = await checkTls(new URL(secure.replace('http://127.0.0.1', 'https://localhost')), 2_000, Date.now());
  assert.equal(untrusted.outcome, 'failed');
  assert.match(untrusted.found, /certificate is not good/);
  const plain = await answering((_request, response) => void response.end());
  assert.match((await checkTls(new URL(plain.replace('http', 'https')), 2_000, Date.now())).found, /no TLS connection/);
});

describe('TURN', () => {
  const secret = 'of both';
  let coturn: Coturn;
  before(async () => (coturn = await startCoturn(secret, 2)));
  after(() => coturn.close());

  test('that gives relays, and that does not: each url with its own remedy', async () => {
    const turn = [`turn:127.0.0.1:${coturn.port}`, `turn:127.0.0.1:${coturn.port}?transport=tcp`, `turns:localhost:${coturn.tlsPort}`, 'turn:127.0.0.1:9?transport=tcp'];
    const good = await harness.serve({ turn, turnSecret: secret });
    const { of, exitCode, all } = await examine(good.url);
    assert.deepEqual([0, 1, 2, 3].map((at) => of(`TURN ${turn[at]}`).outcome), ['ok', 'ok', 'failed', 'failed']);
    assert.match(of(`TURN ${turn[2]}`).mend!, /certificate/);
    assert.match(of(`TURN ${turn[3]}`).mend!, /firewalls let TCP port 9/);
    assert.equal(exitCode, 1);
    assert.ok(!all.some(({ found }) => found === 'no relay over TCP or TLS'));
    const bad = await harness.serve({ turn: turn[0]!, turnSecret: 'another' });
    assert.match((await examine(bad.url)).of('TURN').mend!, /--turn-secret/);
    const udpOnly = await harness.serve({ turn: turn[0]!, turnSecret: secret });
    const { all: findings, exitCode: fine } = await examine(udpOnly.url);
    assert.equal(fine, 0);
    assert.ok(findings.some(({ found }) => found === 'no relay over TCP or TLS'));
  });
});

test('wrong usage', async () => {
  for (const words of [[], ['x'], ['ftp://x'], ['http://x', 'http://y'], ['http://x', '--timeout', 'soon'], ['http://x', '--nonsense']]) {
    await assert.rejects(doctorCommand(words), (error: Error) => error.constructor.name === 'UsageError', words.join(' '));
  }
  assert.match((await doctorCommand(['--help'])).text, /Exit codes/);
});
