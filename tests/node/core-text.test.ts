// Text and numbers go through the shipped module unharmed.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadClient } from '../../bindings/load-client.ts';

type Core = Awaited<ReturnType<typeof loadClient>>;
let core: Core;
before(async () => {
  core = await loadClient();
});

function create(token: string): number {
  const options = { room: 'r', user: 'u', name: 'Ada', token, secret: '', dialect: 'meetwire', seed: 1, iceTransportPolicy: 'all' };
  return core.clientCreate(JSON.stringify(options));
}

interface Step {
  commands?: { type: string; body?: string }[];
  error?: unknown;
}
const handle = (handle: number, event: object | string): Step =>
  JSON.parse(core.clientHandle(handle, 1000, typeof event === 'string' ? event : JSON.stringify(event))) as Step;

/** The token as it leaves in the greeting. */
function tokenSent(token: string): unknown {
  const session = create(token);
  handle(session, { type: 'join_requested' });
  const { commands = [] } = handle(session, { type: 'transport_opened', attempt: 1 });
  core.clientDispose(session);
  const body = commands.find(({ type }) => type === 'send')?.body;
  return (JSON.parse(body ?? 'null') as { messages: { token: string }[] }).messages[0]?.token;
}

test('every control character, quotes and characters of all lengths come out as they went in', () => {
  const controls = Array.from({ length: 33 }, (_, code) => String.fromCharCode(code)).join('');
  for (const text of [controls.slice(1), '"\\/\u007f\u0080\u2028', 'é ह € 𐍈 😀']) assert.equal(tokenSent(text), text);
});

test('numbers of every form are read', () => {
  const session = create('t');
  handle(session, { type: 'join_requested' });
  for (const number of ['0.1', '-1.5e-7', '123456789012345678901234567890', '5E+2', '-0']) {
    const step = handle(session, `{"type":"transport_opened","attempt":99,"more":${number}}`);
    assert.equal(step.error, undefined, number);
  }
  // Too large for any number: the whole text is refused.
  assert.notEqual(handle(session, '{"type":"transport_opened","attempt":99,"more":1e400}').error, undefined);
  // A fraction is read as one: it is no count.
  assert.notEqual(handle(session, '{"type":"transport_opened","attempt":0.5}').error, undefined);
  core.clientDispose(session);
});
