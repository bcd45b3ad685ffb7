// TURN credentials of each member's own: by coturn's scheme, taken by a real coturn while they hold, and by nobody after.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { probeTurn, targetOf } from '../../web/server/doctor/turn-probe.ts';
import type { TurnTarget } from '../../web/server/doctor/turn-probe.ts';
import type { AttachOptions, IceServer } from '../../web/server/index.ts';
import { turnCredential, turnSourceOf } from '../../web/server/turn.ts';
import { startCoturn } from '../support/coturn.ts';
import type { Coturn } from '../support/coturn.ts';
import { startRefusingTurn } from '../support/refusing-turn.ts';
import { Harness } from '../support/server-harness.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const harness = new Harness();
afterEach(() => harness.close());

const secret = 'the secret of both';
const seconds = (): number => Math.floor(Date.now() / 1000);

test('a credential is the one that others make of the same', () => {
  // By hand: printf '1700000000:ada' | openssl dgst -sha1 -hmac 'north' -binary | base64
  assert.deepEqual(turnCredential('north', 'ada', 1_700_000_000), { username: '1700000000:ada', credential: 'ndZ88ryT1whVxdkcRLepT9D1MpM=' });
});

test('each member gets its own, without its name in it, with the welcome and again in the meeting', async () => {
  const clock = new VirtualClock(Date.now());
  const { url, log } = await harness.serve({ turn: ['turn:t.invalid:3478', 'turns:t.invalid:443?transport=tcp'], turnSecret: secret, iceServers: [{ urls: 'stun:s.invalid' }] }, { clock });
  const ada = await harness.member(url, { room: 'r', user: 'ada' });
  const ben = await harness.member(url, { room: 'r', user: 'ben' });
  const [stun, turn] = ada.welcome.iceServers as [IceServer, Required<IceServer>];
  assert.deepEqual(stun, { urls: 'stun:s.invalid' });
  assert.deepEqual(turn.urls, ['turn:t.invalid:3478', 'turns:t.invalid:443?transport=tcp']);
  const [ends, name] = turn.username.split(':') as [string, string];
  assert.ok(Number(ends) > seconds() + 590 && Number(ends) < seconds() + 680, ends);
  assert.deepEqual(turnCredential(secret, name, Number(ends)), { username: turn.username, credential: turn.credential });
  assert.doesNotMatch(turn.username, /ada/);
  const other = (ben.welcome.iceServers[1] as Required<IceServer>).username;
  assert.notEqual(other.split(':')[1], name);
  assert.equal((ada.welcome as unknown as { renewMs: number }).renewMs, 360_000);
  clock.advance(360_000);
  ada.send({ type: 'renew' });
  const fresh = ((await ada.next('renewed'))['iceServers'] as Required<IceServer>[])[1]!;
  assert.equal(fresh.username.split(':')[1], name);
  assert.ok(Number(fresh.username.split(':')[0]) >= Number(ends) + 359);
  assert.doesNotMatch(log.text, new RegExp(`${secret}|${turn.credential.replace(/[+/]/g, '.')}`));
});

for (const [option, options] of [
  ['turn', { turn: 'stun:x', turnSecret: secret }], ['turn', { turnSecret: secret }], ['turn', { turn: [], turnSecret: secret }], ['turnSecret', { turn: 'turn:x' }], ['turnSecret', { turn: 'turn:x', turnSecret: '' }],
] as [string, AttachOptions][]) {
  test(`what cannot be: ${JSON.stringify(options)}`, async () => {
    await assert.rejects(harness.serve(options), { name: 'OptionError', option });
  });
}

describe('with a real coturn', () => {
  let coturn: Coturn;
  before(async () => (coturn = await startCoturn(secret, 2)));
  after(() => coturn.close());
  const target = (transport: TurnTarget['transport']): TurnTarget => ({ host: transport === 'tls' ? 'localhost' : '127.0.0.1', port: transport === 'tls' ? coturn.tlsPort : coturn.port, transport });

  test('what a member is given opens a relay, over UDP and TCP', async () => {
    const give = turnSourceOf({ turn: 'turn:t.invalid', turnSecret: secret }, Date.now)!;
    for (const transport of ['udp', 'tcp'] as const) {
      const { iceServers } = give({ room: 'r', user: transport, role: 'guest' }) as { iceServers: Required<IceServer>[] };
      assert.deepEqual(await probeTurn(target(transport), iceServers[0]!), { ok: true });
    }
  });

  test('over TLS its certificate has to be good', async () => {
    assert.equal((await probeTurn(target('tls'), turnCredential(secret, 'ada', seconds() + 60)) as { why?: string }).why, 'certificate');
  });

  test('one that has ended, and one by another secret, open none', async () => {
    for (const wrong of [turnCredential(secret, 'ada', seconds() - 5), turnCredential('another', 'ada', seconds() + 60)]) {
      assert.deepEqual(await probeTurn(target('udp'), wrong), { ok: false, why: 'refused', code: 401 });
    }
  });
});

describe('the probe', () => {
  test('reads urls as browsers do', () => {
    for (const [url, expected] of [
      ['turn:t', { host: 't', port: 3478, transport: 'udp' }], ['turn:t:99?transport=tcp', { host: 't', port: 99, transport: 'tcp' }],
      ['turns:t', { host: 't', port: 5349, transport: 'tls' }], ['turns:[2001:db8::1]:443?transport=tcp', { host: '2001:db8::1', port: 443, transport: 'tls' }],
      ['stun:t', undefined], ['turn:', undefined], ['turn:t?transport=sctp', undefined],
    ] as const) assert.deepEqual(targetOf(url), expected, url);
  });

  test('tells apart who is silent, who is not there, who refuses', async () => {
    const refusing = await startRefusingTurn();
    harness.later(() => refusing.close());
    const identity = { username: 'u', credential: 'c' };
    assert.deepEqual(await probeTurn(targetOf(refusing.url)!, identity), { ok: false, why: 'refused', code: 401 });
    assert.equal((await probeTurn({ ...targetOf(refusing.url)!, transport: 'tcp' }, identity) as { why?: string }).why, 'unreachable');
    const { url } = await harness.serve();
    const port = Number(new URL(url).port);
    assert.equal((await probeTurn({ host: '127.0.0.1', port, transport: 'tcp' }, identity, 500) as { ok: boolean }).ok, false);
  });
});
