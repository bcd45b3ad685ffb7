// Nothing that is secret stands where it could be read: not in the log, a trace, the figures, an error, or what the command prints.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { issueToken } from '../../web/server/index.ts';
import type { IceServer } from '../../web/server/index.ts';
import { Harness } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
afterEach(() => harness.close());

const secret = 'signing-secret-of-thirty-two-bytes-or-more';
const turnSecret = 'relay-secret-of-both';

test('a day in the life of a server with every kind of secret in it', async () => {
  const { url, server, log } = await harness.serve({ secret, turn: 'turn:t.invalid', turnSecret, trace: true, metrics: true, logLevel: 'trace' });
  const secrets: string[] = [secret, turnSecret];
  const keep = (...texts: string[]): void => void secrets.push(...texts.flatMap((text) => [text, ...text.split('.')]).filter((text) => text.length > 7 && text !== 't.invalid'));
  const token = async (user: string, more = {}): Promise<string> => {
    const made = await issueToken({ room: 'r', user, secret, ...more });
    // The header is the same for all, and no secret.
    keep(...made.split('.').slice(1));
    return made;
  };
  const ada = await harness.member(url, { room: 'r', user: 'ada', token: await token('ada') });
  const { username, credential } = ada.welcome.iceServers[0] as Required<IceServer>;
  keep(ada.welcome.secret, username, credential);
  for (const [user, bad] of [['eve', await token('ada')], ['eve', `${await token('eve')}x`], ['eve', 'not-a-token-but-somebody-s-password']] as const) {
    keep(bad);
    const stranger = harness.client(url);
    stranger.hello({ room: 'r', user, token: bad, resume: ada.welcome.secret });
    assert.match(await stranger.problem('refused'), /^token-/);
  }
  ada.send({ type: 'renew', token: await token('ada') });
  const { iceServers } = (await ada.next('renewed')) as unknown as { iceServers: Required<IceServer>[] };
  keep(iceServers[0]!.credential);
  ada.chat('1', 'something-that-was-said-in-private');
  keep('something-that-was-said-in-private');
  await ada.next('chat-settled');
  ada.cut();
  const back = harness.client(url);
  back.hello({ room: 'r', user: 'ada', token: await token('ada'), resume: ada.welcome.secret });
  keep(((await back.next('welcome')) as unknown as { secret: string }).secret);
  const places = { log: log.text, trace: server.trace(), metrics: await (await fetch(`${url}/metrics`)).text(), health: await (await fetch(`${url}/health`)).text() };
  assert.ok(secrets.length > 15);
  for (const [place, text] of Object.entries(places)) {
    assert.ok(text.length > 20, place);
    for (const one of secrets) assert.ok(!text.includes(one), `${one} stands in the ${place}`);
  }
  assert.match(places.trace, /"type":"authorized"/);
});

test('what the command prints of its own environment', async () => {
  const cli = fileURLToPath(new URL('../../web/server/cli.js', import.meta.url));
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...inherited } = process.env;
  for (const [more, code] of [[{}, 0], [{ MEETWIRE_SECRET: 'too-short-secret' }, 2], [{ MEETWIRE_TURN: 'no-url' }, 2], [{ MEETWIRE_ICE_SERVERS: '[{"urls":"turn:x","credential":"credential-of-somebody"' }, 2]] as const) {
    const environment = { ...inherited, MEETWIRE_SECRET: secret, MEETWIRE_TURN: 'turn:t.invalid', MEETWIRE_TURN_SECRET: turnSecret, ...more };
    const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--no-page', '--log-level', 'trace'], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    const exit = new Promise((resolve) => child.once('exit', resolve));
    harness.later(() => child.kill('SIGKILL'));
    if (code === 0) {
      await until('it listens', () => said.includes('listening on'), 15_000);
      assert.doesNotMatch(said, /this server is open/);
      child.kill('SIGTERM');
    }
    assert.equal(await exit, code, said);
    for (const one of [secret, turnSecret, 'too-short-secret', 'credential-of-somebody']) assert.ok(!said.includes(one), `${one} is printed: ${said}`);
  }
});
