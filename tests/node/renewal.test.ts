// A meeting outlives its tokens and its TURN credentials: renewed in the call, on virtual time.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { ServerOptions } from '../../web/testing/server.ts';
import type { VirtualWorld } from '../../web/testing/index.ts';
import { FakePeerConnection } from '../../web/testing/fake-peer-connection.ts';
import { virtualWorld } from '../../web/testing/index.ts';

let world: VirtualWorld;
afterEach(() => world.close());
const open = async (server: ServerOptions): Promise<VirtualWorld> => (world = await virtualWorld({ seed: 4, server }));

const minutes = 60_000;

describe('a token', () => {
  test('given by a function is renewed in the call, again and again, without a break', async () => {
    const judged: (string | undefined)[][] = [];
    let asked = 0;
    await open({ authorize: ({ user, token, renewal }) => judged.push([user, token, String(renewal)]) > 0 && { lifetimeMs: 10 * minutes } });
    const ada = await world.join('r', { user: 'ada', token: () => `token-${++asked}` });
    const states: string[] = [];
    ada.on('state', ({ state }) => states.push(state));
    await world.advance(60 * minutes);
    assert.equal(ada.state, 'joined');
    assert.deepEqual(states, []);
    assert.ok(asked >= 7 && asked <= 16, `${asked} tokens in an hour`);
    assert.deepEqual(judged.slice(0, 2), [['ada', 'token-1', 'undefined'], ['ada', 'token-2', 'true']]);
  });

  test('given as a text ends the meeting when it has expired, with a code that says so', async () => {
    let good = true;
    await open({ authorize: () => good && { lifetimeMs: 10 * minutes } });
    const ada = await world.join('r', { user: 'ada', token: 'a text' });
    good = false;
    await world.until(() => ada.state === 'left', { within: 11 * minutes });
    assert.ok(world.now >= 10 * minutes - 1_000, String(world.now));
    assert.equal(ada.error?.code, 'token-expired');
  });

  test('whose function fails for a while is renewed once it works again', async () => {
    let works = true;
    await open({ authorize: () => ({ lifetimeMs: 10 * minutes }) });
    const ada = await world.join('r', { user: 'ada', token: () => { if (!works) throw new Error('503'); return 't'; } });
    works = false;
    await world.advance(9 * minutes);
    works = true;
    await world.advance(30 * minutes);
    assert.equal(ada.state, 'joined');
    assert.ok(world.errors.length > 0);
    for (const error of world.errors.splice(0)) assert.equal((error as { code?: string }).code, 'token-refused');
  });
});

describe('ICE servers', () => {
  const turn = (credential: string): RTCIceServer[] => [{ urls: 'turn:t.invalid', username: 'u', credential }];
  // What living connections are told, the latest last.
  let told: string[];
  const { setConfiguration } = FakePeerConnection.prototype;
  beforeEach(() => {
    told = [];
    FakePeerConnection.prototype.setConfiguration = function (configuration) {
      told.push(configuration.iceServers?.[0]?.credential as string);
      setConfiguration.call(this, configuration);
    };
  });
  afterEach(() => void (FakePeerConnection.prototype.setConfiguration = setConfiguration));

  test('of the server are renewed in the call, for links that live', async () => {
    let asked = 0;
    await open({ iceServers: () => ({ iceServers: turn(`server-${++asked}`) as [], lifetimeMs: 5 * minutes }) });
    const ada = await world.join('r', { user: 'ada' });
    await world.join('r', { user: 'ben' });
    await world.settle();
    assert.deepEqual([asked, told], [2, []]);
    await world.advance(4 * minutes);
    assert.deepEqual(told, ['server-3', 'server-4']);
    assert.equal(ada.participants.get('ben')?.connection, 'connected');
  });

  test('of a function of the application go before, and are asked for anew at least every some minutes', async () => {
    let asked = 0;
    await open({ iceServers: turn('of the server') as [] });
    await world.join('r', { user: 'ada', iceServers: async () => turn(`own-${++asked}`) });
    await world.join('r', { user: 'ben' });
    await world.settle();
    assert.deepEqual([asked, told], [1, []]);
    await world.advance(13 * minutes);
    assert.deepEqual([asked, told], [2, ['own-2']]);
  });

  test('of a function that gives no list fail the join', async () => {
    await open({});
    await assert.rejects(world.join('r', { iceServers: () => ({}) as [] }), { code: 'invalid-argument' });
    await assert.rejects(world.join('r', { iceServers: () => Promise.reject(new Error('503')) }), { code: 'invalid-argument' });
  });
});
