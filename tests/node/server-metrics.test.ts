// Figures for Prometheus, the probes of supervisors, and ids that tie the lines of the log together.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { io } from 'socket.io-client';
import { attach, issueToken } from '../../web/server/index.ts';
import { Harness, KeptLog, pair } from '../support/server-harness.ts';
import { root } from '../support/root.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

async function figures(url: string): Promise<Map<string, number>> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

describe('metrics', () => {
  test('are off unless asked for', async () => {
    const { url, server } = await harness.serve();
    assert.equal((await fetch(`${url}/metrics`)).status, 404);
    assert.equal(server.metricsUrl, undefined);
  });

  test('count what happens: places, refusals by code, relays, resumes, renewals', async () => {
    const secret = 'a secret of thirty-two bytes or more';
    const token = (user: string) => issueToken({ room: 'r', user, secret });
    const { url, log } = await harness.serve({ metrics: true, secret });
    const ada = await harness.member(url, { room: 'r', user: 'ada', token: await token('ada') });
    const ben = await harness.member(url, { room: 'r', user: 'ben', token: await token('ben') });
    const count = async (name: string): Promise<number | undefined> => (await figures(`${url}/metrics`)).get(name);
    const before = (await count('meetwire_relays_total'))!;
    ada.send({ type: 'signal', to: 'ben', session: ben.welcome.self.session, ...pair(1, { offer: { sdp: 'v=0', slots: {} } }) });
    await ben.next('signal');
    assert.equal(await count('meetwire_relays_total'), before + 1);
    ada.chat('1', 'hi');
    await Promise.all([ben.next('chat'), ada.next('chat-settled')]);
    assert.equal(await count('meetwire_relays_total'), before + 2, 'a receipt is no relay');
    for (const user of ['eve', 'eve']) {
      const stranger = harness.client(url);
      stranger.hello({ room: 'r', user, token: await token('ada') });
      assert.equal(await stranger.problem('refused'), 'token-other-user');
    }
    const elsewhere = harness.client(url, { transports: ['polling'], extraHeaders: { origin: 'https://evil.example' } });
    await until('it is refused', () => elsewhere.refused);
    const odd = io(url, { transports: ['polling'], query: { j: '1', EIO: '9' }, reconnection: false, forceNew: true });
    harness.later(() => odd.close());
    await new Promise((resolve) => odd.once('connect_error', resolve));
    ada.send({ type: 'renew', token: await token('ada') });
    await ada.next('renewed');
    ben.cut();
    await ada.next('changed');
    const back = harness.client(url);
    back.hello({ room: 'r', user: 'ben', token: await token('ben'), resume: ben.welcome.secret, received: ben.received });
    await back.next('welcome');
    ada.send({ type: 'leave' });
    await until('ada is gone', async () => (await count('meetwire_leaves_total{reason="left"}')) === 1);
    const now = await figures(`${url}/metrics`);
    for (const [name, value] of [
      ['meetwire_joins_total', 2], ['meetwire_resumes_total', 1], ['meetwire_renewals_total', 1], ['meetwire_rooms', 1], ['meetwire_members', 1],
      ['meetwire_connections', 1], ['meetwire_refusals_total{code="token-other-user"}', 2], ['meetwire_refusals_total{code="origin-refused"}', 1],
      ['meetwire_refusals_total{code="jsonp-refused"}', 1], ['meetwire_state{state="ok"}', 1], ['meetwire_state{state="closing"}', 0],
    ] as const) assert.equal(now.get(name), value, name);
    for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes', 'process_cpu_seconds_total']) assert.ok(now.get(name)! >= 0, name);
    // Neither people nor rooms are labels.
    assert.doesNotMatch([...now.keys()].join('\n'), /ada|ben|"r"|evil/);
    assert.doesNotMatch(log.text, new RegExp(secret));
  });

  test('on a port of their own are not on the other one, and that port has nothing else', async () => {
    const { url, server } = await harness.serve({ metricsPort: 0 });
    assert.equal((await fetch(`${url}/metrics`)).status, 404);
    assert.ok((await figures(server.metricsUrl!)).has('meetwire_rooms'));
    const own = new URL('/', server.metricsUrl!).href;
    for (const [path, status] of [['readyz', 200], ['healthz', 200], ['', 404], ['socket.io/?EIO=4&transport=polling', 404]] as const) {
      assert.equal((await fetch(own + path)).status, status, path);
    }
    assert.equal((await fetch(own + 'metrics', { method: 'POST' })).status, 405);
    await server.close();
    await assert.rejects(fetch(own));
  });

  test('of an attached server are the application’s to answer', async () => {
    const http = createServer();
    const attachment = attach(http, { logger: new KeptLog() });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    harness.later(() => new Promise((resolve) => http.close(resolve)));
    harness.later(() => attachment.close());
    await attachment.ready;
    await harness.member(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { room: 'r', user: 'ada' });
    assert.match(await attachment.metrics(), /^meetwire_members 1$/m);
    assert.match(await attachment.metrics(), /^meetwire_joins_total 1$/m);
  });

  test('are what the dashboard asks for', async () => {
    const { server } = await harness.serve({ metricsPort: 0 });
    const known = await (await fetch(server.metricsUrl!)).text();
    const { panels } = JSON.parse(readFileSync(join(root, 'web', 'server', 'grafana-dashboard.json'), 'utf8')) as { panels: { title: string; targets: { expr: string }[] }[] };
    const asked = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/\b(meetwire|nodejs|process)_\w+/g) ?? []));
    assert.ok(asked.length > 15);
    for (const name of asked) assert.ok(known.includes(`# TYPE ${name} `), name);
    const own = [...known.matchAll(/^# TYPE (meetwire_\w+) /gm)].map(([, name]) => name!);
    assert.ok(own.length >= 12);
    for (const name of own) assert.ok(asked.includes(name), `${name} is in no panel`);
  });
});

test('the probes: well and ready; while it closes neither new nor dead', async () => {
  const { url, server } = await harness.serve({ drainMs: 60_000 });
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const probe = async (path: string): Promise<[number, unknown]> => {
    const response = await fetch(`${url}/${path}`);
    return [response.status, await response.json()];
  };
  assert.deepEqual(await probe('readyz'), [200, { status: 'ok' }]);
  assert.deepEqual(await probe('healthz'), [200, { status: 'ok' }]);
  const closed = server.close();
  assert.deepEqual(await probe('readyz'), [503, { status: 'closing' }]);
  assert.deepEqual(await probe('healthz'), [200, { status: 'closing' }]);
  ada.send({ type: 'leave' });
  await closed;
});

test('all lines of a connection have one id; that of a proxy in front only where it is trusted', async () => {
  for (const [trustedProxies, expected] of [[['127.0.0.1'], 'proxy-id-1'], [[], undefined]] as const) {
    const { url, log } = await harness.serve({ trustedProxies });
    const client = harness.client(url, { extraHeaders: { 'x-request-id': 'proxy-id-1' } });
    client.hello({ room: 'r', user: 'ada' });
    await client.next('welcome');
    client.close();
    await until('it is logged', () => log.lines.some(({ message }) => message === 'away' || message === 'left'));
    const ids = log.lines.filter(({ text }) => text.includes('"user":"ada"')).map(({ text }) => (JSON.parse(text) as { correlation?: string }).correlation);
    assert.ok(ids.length >= 2);
    assert.equal(new Set(ids).size, 1);
    if (expected === undefined) assert.match(String(ids[0]), /^[\w-]{12}$/);
    else assert.equal(ids[0], expected);
  }
});
