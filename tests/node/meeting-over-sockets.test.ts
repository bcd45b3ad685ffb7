// The SDK over real sockets: the real server, socket.io-client, both cores; only the connections between the
// participants and their devices are fakes.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { DialectName } from '../../bindings/client-types.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { socketPort } from '../../bindings/browser/socket.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { until } from '../support/waiting.ts';
import { Harness, type TestServer } from '../support/server-harness.ts';

const harness = new Harness();
let world: FakeWorld;
let server: TestServer;

beforeEach(async () => {
  world = await FakeWorld.make();
  harness.later(() => world.close());
  server = await harness.serve();
});
afterEach(() => harness.close());

async function enter(user: string, dialect: DialectName): Promise<Meeting> {
  const person = world.person();
  person.ports.transport = socketPort(server.url, undefined);
  const meeting = await world.joinAs(person, 'standup', { user, name: user.toUpperCase(), camera: true, dialect });
  harness.later(() => meeting.leave());
  return meeting;
}

const sees = (viewer: Meeting, sender: Meeting): Promise<unknown> =>
  until(`${viewer.me.id} sees ${sender.me.id}`, () => {
    const sent = sender.camera.track;
    return sent !== undefined && world.wire.sentInto(viewer.participants.get(sender.me.id)?.camera.track) === sent;
  });

describe('over real sockets', () => {
  const pairs: [DialectName, DialectName][] = [['auto', 'auto'], ['meetwire', 'classic'], ['classic', 'meetwire'], ['classic', 'classic']];
  for (const [first, second] of pairs) {
    test(`one who speaks ${first} and one who speaks ${second} see each other, and chat`, async () => {
      const ada = await enter('ada', first);
      const ben = await enter('ben', second);
      assert.equal(ada.dialect, first === 'auto' ? 'meetwire' : first);
      await Promise.all([sees(ada, ben), sees(ben, ada)]);
      await ada.chat.send('good morning ☕');
      await until('ben has it', () => ben.chat.history.some(({ text, from }) => text === 'good morning ☕' && from === 'ada'));
      await ben.leave();
      await until('ben is gone', () => ada.participants.size === 0);
    });
  }

  test('E8: a server that shuts down is told of, and the meeting waits for it to come back', async () => {
    const ada = await enter('ada', 'auto');
    const states: string[] = [];
    ada.on('state', ({ state, error }) => states.push(`${state} ${error?.code ?? ''}`));
    await server.server.close();
    await until('it is noticed', () => states.length > 0);
    assert.equal(states[0], 'reconnecting server-closing');
  });
});
