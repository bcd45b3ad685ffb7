// Tokens: made, judged, refused with a code of its own each, renewed in a call; and the command that makes them.

import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, test } from 'node:test';
import { issueToken } from '../../web/server/index.ts';
import type { AttachOptions, AdmissionRequest, IceMember, TokenRequest } from '../../web/server/index.ts';
import { tokenCommand } from '../../web/server/token-command.ts';
import { TokenKeys } from '../../web/server/tokens.ts';
import { Harness } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const harness = new Harness();
afterEach(() => harness.close());

const secret = 'a secret of thirty-two bytes or more';
const another = 'another secret of thirty-two bytes..';
const pair = (): { publicKey: string; privateKey: string } => {
  const keys = generateKeyPairSync('ed25519');
  return { publicKey: keys.publicKey.export({ type: 'spki', format: 'pem' }) as string, privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
};
const mine = pair();
const strange = pair();
const ada = { room: 'r', user: 'ada' };

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token by hand, as an attacker makes it. */
function forged(header: object, claims: object, key?: string): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${key === undefined ? '' : createHmac('sha256', key).update(text).digest('base64url')}`;
}
const seconds = Math.floor(Date.now() / 1000);
const good = { room: 'r', sub: 'ada', aud: 'meetwire', iat: seconds, exp: seconds + 600 };

async function answer(url: string, token: string | undefined, hello = ada): Promise<string> {
  const client = harness.client(url);
  client.hello({ ...hello, ...(token === undefined ? {} : { token }) });
  await until('an answer', () => client.messages[0]);
  const { type, error } = client.messages[0] as { type: string; error?: { code: string } };
  return error?.code ?? type;
}

describe('a token', () => {
  test('D11: opens its room for its user, by each of the keys, as whom and what it says', async () => {
    const { url, log } = await harness.serve({ secret: [secret, another], publicKey: [strange.publicKey, mine.publicKey] });
    for (const key of [{ secret }, { secret: another }, { privateKey: mine.privateKey }, { privateKey: strange.privateKey }]) {
      const token = await issueToken({ ...ada, name: 'Ada Lovelace', role: 'host', ...key });
      const member = await harness.member(url, { ...ada, name: 'The Queen', token });
      assert.deepEqual([member.welcome.self.role, member.welcome.self.name], ['host', 'Ada Lovelace']);
      member.send({ type: 'leave' });
      await until('it is gone', () => member.disconnected);
      assert.doesNotMatch(log.text, new RegExp(token));
    }
    assert.doesNotMatch(log.text, /this server is open/);
  });

  const refusals: [string, AttachOptions, string | undefined | (() => Promise<string>), string][] = [
    ['none', { secret }, undefined, 'token-required'],
    ['of another room', { secret }, () => issueToken({ user: 'ada', room: 'R', secret }), 'token-other-room'],
    ['of no room', { secret }, () => issueToken({ user: 'ada', secret }), 'token-other-room'],
    ['of another user', { secret }, () => issueToken({ room: 'r', user: 'Ada', secret }), 'token-other-user'],
    ['that has expired', { secret }, async () => forged({ alg: 'HS256' }, { ...good, iat: seconds - 600, exp: seconds - 60 }, secret), 'token-expired'],
    ['that is older than a day, whatever it says', { secret }, async () => forged({ alg: 'HS256' }, { ...good, iat: seconds - 86_460, exp: seconds + 600 }, secret), 'token-expired'],
    ['that holds later', { secret }, () => issueToken({ ...ada, secret, validAfterSeconds: 60 }), 'token-not-yet-valid'],
    ['of the future', { secret }, async () => forged({ alg: 'HS256' }, { ...good, iat: seconds + 60 }, secret), 'token-not-yet-valid'],
    ['with alg none', { secret }, async () => forged({ alg: 'none' }, good), 'token-algorithm'],
    ['with alg none and a signature', { secret, publicKey: mine.publicKey }, async () => forged({ alg: 'none' }, good, secret), 'token-algorithm'],
    ['with no algorithm', { secret }, async () => forged({}, good, secret), 'token-algorithm'],
    ['symmetric, by the public key, where there are only public keys', { publicKey: mine.publicKey }, async () => forged({ alg: 'HS256' }, good, mine.publicKey), 'token-algorithm'],
    ['symmetric, by the public key, where there are both', { secret, publicKey: mine.publicKey }, async () => forged({ alg: 'HS256' }, good, mine.publicKey), 'token-signature'],
    ['by HS512', { secret }, async () => forged({ alg: 'HS512' }, good, secret), 'token-algorithm'],
    ['by a strange secret', { secret }, () => issueToken({ ...ada, secret: another }), 'token-signature'],
    ['by a strange private key', { publicKey: mine.publicKey }, () => issueToken({ ...ada, privateKey: strange.privateKey }), 'token-signature'],
    ['that names its own key', { publicKey: mine.publicKey }, async () => forged({ alg: 'EdDSA', jwk: { kty: 'OKP' } }, good, 'x'), 'token-signature'],
    ['for something else', { secret }, async () => forged({ alg: 'HS256' }, { ...good, aud: 'mail' }, secret), 'token-refused'],
    ['without an end', { secret }, async () => forged({ alg: 'HS256' }, { ...good, exp: undefined }, secret), 'token-refused'],
    ['with a critical extension', { secret }, async () => forged({ alg: 'HS256', crit: ['b64'], b64: false }, good, secret), 'token-refused'],
    ['with a role that there is not', { secret }, async () => forged({ alg: 'HS256' }, { ...good, role: 'director' }, secret), 'token-refused'],
    ['with a name that is no text', { secret }, async () => forged({ alg: 'HS256' }, { ...good, name: 7 }, secret), 'token-refused'],
    ['that is no token', { secret }, 'no token', 'token-refused'],
    ['whose claims are no object', { secret }, async () => forged({ alg: 'HS256' }, [1], secret), 'token-refused'],
  ];
  for (const [what, options, token, code] of refusals) {
    test(`D11: ${what}: ${code}`, async () => {
      const { url } = await harness.serve(options);
      assert.equal(await answer(url, typeof token === 'function' ? await token() : token), code);
    });
  }

  test('that is fine but for one character of any of its parts opens nothing', async () => {
    const keys = new TokenKeys([secret], []);
    const token = await issueToken({ ...ada, secret });
    await keys.check(token, ada, Date.now());
    for (const at of [5, token.indexOf('.') + 5, token.lastIndexOf('.') + 5]) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      await assert.rejects(keys.check(changed, ada, Date.now()), { name: 'TokenFault' });
    }
  });

  test('to be online is one without a room', async () => {
    const { url } = await harness.serve({ secret });
    const online = harness.client(url);
    online.hello({ user: 'ada', token: await issueToken({ user: 'ada', secret }) });
    await online.next('welcome');
    assert.equal(await answer(url, await issueToken({ room: 'r', user: 'ben', secret }), { user: 'ben' } as typeof ada), 'token-other-room');
  });

  test('is judged first; then the application is asked, with what it says, and its word goes over it', async () => {
    const asked: AdmissionRequest[] = [];
    const { url } = await harness.serve({ secret, authorize: (request) => asked.push(request) > 0 && request.user !== 'ben' && { role: 'viewer' } });
    const token = await issueToken({ ...ada, role: 'host', secret });
    const member = await harness.member(url, { ...ada, token });
    assert.equal(member.welcome.self.role, 'viewer');
    assert.deepEqual(asked, [{ ...ada, token, claims: { role: 'host' } }]);
    assert.equal(await answer(url, await issueToken({ room: 'r', user: 'ben', secret }), { room: 'r', user: 'ben' }), 'token-refused');
    assert.equal(await answer(url, 'x', { room: 'r', user: 'eve' }), 'token-refused');
    assert.equal(asked.length, 2);
  });
});

describe('renewing', () => {
  test('D11: a fresh token in the meeting goes on from the old one; without it the place ends with the token', async () => {
    const clock = new VirtualClock(Date.now());
    const { url } = await harness.serve({ secret }, { clock });
    const lasting = await harness.member(url, { ...ada, token: await issueToken({ ...ada, secret, lifetimeSeconds: 60 }) });
    const ending = await harness.member(url, { room: 'r', user: 'ben', token: await issueToken({ room: 'r', user: 'ben', secret, lifetimeSeconds: 60 }) });
    const { renewMs } = lasting.welcome as unknown as { renewMs: number };
    assert.ok(renewMs > 30_000 && renewMs < 45_000, String(renewMs));
    lasting.send({ type: 'renew', token: await issueToken({ ...ada, secret, lifetimeSeconds: 600 }) });
    const renewed = await lasting.next('renewed');
    assert.equal(renewed['error'], undefined);
    assert.ok((renewed['renewMs'] as number) > 300_000);
    ending.send({ type: 'renew', token: await issueToken({ ...ada, secret, lifetimeSeconds: 600 }) });
    assert.equal(((await ending.next('renewed'))['error'] as { code: string }).code, 'token-other-user');
    clock.advance(66_000);
    assert.equal(await ending.problem('ended'), 'token-expired');
    await lasting.next('left');
    assert.equal(lasting.disconnected, undefined);
  });

  test('a function for ICE servers is asked about each newcomer and at each renewal', async () => {
    const asked: IceMember[] = [];
    const clock = new VirtualClock(Date.now());
    const iceServers = (member: IceMember) => ({ iceServers: [{ urls: 'turn:t', username: member.user, credential: String(asked.push(member)) }], lifetimeMs: 100_000 });
    const { url } = await harness.serve({ iceServers }, { clock });
    const first = await harness.member(url, ada);
    assert.deepEqual(first.welcome.iceServers, [{ urls: 'turn:t', username: 'ada', credential: '1' }]);
    assert.equal((first.welcome as unknown as { renewMs: number }).renewMs, 60_000);
    assert.equal(first.welcome.self.role, 'host');
    const second = await harness.member(url, { room: 'r', user: 'ben' });
    assert.deepEqual(second.welcome.iceServers, [{ urls: 'turn:t', username: 'ben', credential: '2' }]);
    clock.advance(2_000);
    first.send({ type: 'renew' });
    assert.deepEqual((await first.next('renewed'))['iceServers'], [{ urls: 'turn:t', username: 'ada', credential: '3' }]);
    clock.advance(10 ** 7);
    first.chat('1', 'still here');
    await first.next('chat-settled');
  });

  test('a function for ICE servers that fails keeps nobody out, takes nothing away, and is asked again soon', async () => {
    const bad = [() => { throw new Error('turn password'); }, async () => Promise.reject(new Error('turn password')), () => [{ urls: 'http://x' }], () => 7];
    let turn = 0;
    const { url, log } = await harness.serve({ iceServers: () => bad[turn++ % bad.length]!() as [] });
    for (const user of ['ada', 'ben', 'cyd', 'dan']) {
      const member = await harness.member(url, { room: 'r', user });
      assert.deepEqual(member.welcome.iceServers, []);
      assert.equal((member.welcome as unknown as { renewMs: number }).renewMs, 30_000);
      member.send({ type: 'renew' });
      const renewed = await member.next('renewed');
      assert.deepEqual([renewed['iceServers'], renewed['error'], renewed['renewMs']], [[], undefined, 30_000]);
    }
    assert.equal(log.lines.filter(({ message }) => message === 'iceServers failed').length, 8);
    assert.doesNotMatch(log.text, /password/);
  });
});

test('a server without a secret says that it is open, once and loudly', async () => {
  const { log, url } = await harness.serve();
  await harness.member(url, ada);
  const lines = log.lines.filter(({ message }) => message.includes('this server is open'));
  assert.deepEqual(lines.map(({ level }) => level), ['warn']);
});

describe('what cannot be', () => {
  const wrong: [string, Partial<TokenRequest>][] = [
    ['secret', { secret: 'short' }], ['secret', {}], ['secret', { secret, privateKey: mine.privateKey }], ['privateKey', { privateKey: mine.publicKey }],
    ['privateKey', { privateKey: 'x' }], ['user', { user: '', secret }], ['room', { room: '', secret }], ['user', { user: 'x'.repeat(129), secret }],
    ['role', { role: 'director' as 'host', secret }], ['lifetimeSeconds', { lifetimeSeconds: 0, secret }], ['lifetimeSeconds', { lifetimeSeconds: 86_401, secret }],
    ['validAfterSeconds', { validAfterSeconds: -1, secret }], ['name', { name: 7 as unknown as string, secret }],
  ];
  for (const [option, request] of wrong) {
    test(`issueToken: ${option}: ${JSON.stringify(request).slice(0, 40)}`, async () => {
      await assert.rejects(issueToken({ ...ada, ...request }), { name: 'OptionError', option });
    });
  }

  for (const [option, options] of [
    ['secret', { secret: 'short' }], ['secret', { secret: [] }], ['secret', { secret: [secret, ''] }], ['publicKey', { publicKey: [] }],
    ['publicKey', { publicKey: 'x' }], ['publicKey', { publicKey: mine.privateKey }], ['publicKey', { publicKey: '-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----' }],
  ] as [string, AttachOptions][]) {
    test(`serve: ${option}: ${JSON.stringify(options).slice(0, 40)}`, async () => {
      await assert.rejects(harness.serve(options), (error: { name: string; option: string; message: string }) => {
        assert.deepEqual([error.name, error.option], ['OptionError', option]);
        assert.doesNotMatch(error.message, /a secret of|MC4C/);
        return true;
      });
    });
  }
});

describe('meetwire token', () => {
  const keys = new TokenKeys([secret], [mine.publicKey]);

  test('signs with what is typed, or with what the environment has', async () => {
    const words = ['--room', 'r', '--user', 'ada', '--name', 'Ada', '--role', 'viewer', '--lifetime', '60'];
    for (const [more, environment] of [
      [['--secret', secret], {}], [[], { MEETWIRE_SECRET: `${secret},${another}` }], [[], { MEETWIRE_PRIVATE_KEY: mine.privateKey.replaceAll('\n', '\\n') }],
      [['--secret', secret], { MEETWIRE_PRIVATE_KEY: strange.privateKey }],
    ] as [string[], Record<string, string>][]) {
      const token = (await tokenCommand([...words, ...more], environment)).trim();
      const { role, name, expiresAt } = await keys.check(token, ada, Date.now());
      assert.deepEqual([role, name], ['viewer', 'Ada']);
      assert.ok(expiresAt <= Date.now() + 66_000);
    }
  });

  test('says what is missing or wrong', async () => {
    for (const [words, name] of [
      [['--room', 'r', '--secret', secret], 'UsageError'], [['--user', 'ada'], 'UsageError'], [['--user', 'ada', '--secret', secret, '--lifetime', 'x'], 'UsageError'],
      [['--user', 'ada', '--private-key', '/no/such/file'], 'UsageError'], [['--user', 'ada', '--secret', 'short'], 'OptionError'], [['--nonsense'], 'UsageError'],
    ] as [string[], string][]) {
      await assert.rejects(tokenCommand(words, {}), (error: Error) => error.constructor.name === name, words.join(' '));
    }
    assert.match(await tokenCommand(['--help'], {}), /--lifetime SECONDS/);
  });
});
