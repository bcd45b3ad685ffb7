// One-to-one calls across the two worlds: classic clients at our server, our SDK at classic servers with all their
// defects, all of them online in no room. Sockets are real; connections are fakes that insist on what browsers insist on.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { socketPort } from '../../bindings/browser/socket.ts';
import type { Call } from '../../web/sdk/call.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import type { ClassicEdition } from '../support/classic-client.ts';
import { ClassicClient } from '../support/classic-client.ts';
import { peersOf } from '../support/classic-peers.ts';
import { ClassicServer, asPublished } from '../support/classic-server.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { Harness } from '../support/server-harness.ts';
import { until } from '../support/waiting.ts';

const harness = new Harness();
let world: FakeWorld;
beforeEach(async () => {
  world = await FakeWorld.make();
  harness.later(() => world.close());
});
afterEach(() => harness.close());

async function online(url: string, user: string): Promise<Meeting> {
  const person = world.person();
  person.ports.transport = socketPort(url, undefined);
  const meeting = await world.joinAs(person, undefined, { user, camera: true });
  harness.later(() => meeting.leave());
  return meeting;
}
async function classic(url: string, user: string, edition: ClassicEdition): Promise<ClassicClient> {
  const client = new ClassicClient(url, { edition, user, peers: peersOf(world.wire) });
  harness.later(() => client.close());
  await client.connect();
  return client;
}
async function classicServer(edition: ClassicEdition): Promise<string> {
  const server = await ClassicServer.start({ edition, defects: asPublished(edition) });
  harness.later(() => server.stop());
  return server.url;
}
const ours = async (): Promise<string> => (await harness.serve()).url;

const rung = (meeting: Meeting): Promise<Call> => new Promise((resolve) => meeting.once('call', resolve));
const connected = (meeting: Meeting, user: string): Promise<unknown> =>
  until(`${meeting.me.id} is connected with ${user}`, () => meeting.participants.get(user)?.connection === 'connected');
const alone = (meeting: Meeting): Promise<unknown> =>
  until(`${meeting.me.id} is alone`, () => meeting.participants.size === 0);

for (const edition of ['first', 'later'] satisfies ClassicEdition[]) {
  for (const [where, serve] of [['our server', ours], ['a classic server', () => classicServer(edition)]] as const) {
    describe(`calls with a classic client of the ${edition} edition at ${where}`, () => {
      test('ours calls it: it answers, and that is the acceptance', async () => {
        const url = await serve();
        const ada = await online(url, 'ada');
        const cleo = await classic(url, 'cleo', edition);
        const call = await ada.call('cleo');
        assert.equal(await call.answered, 'accepted');
        await connected(ada, 'cleo');
        await until('cleo too', () => cleo.connectedPeers.join() === 'ada');
        assert.equal(cleo.envelopes('call').length, 1);
        assert.deepEqual(cleo.faults, []);
        await call.hangUp();
        assert.equal(await call.ended, 'hung-up');
        await alone(ada);
      });

      test('it calls ours: it rings, and its offer is answered once the call is taken', async () => {
        const url = await serve();
        const ada = await online(url, 'ada');
        const cleo = await classic(url, 'cleo', edition);
        const heard = rung(ada);
        await cleo.call('ada');
        const call = await heard;
        assert.deepEqual([call.from, call.incoming, call.state], ['cleo', true, 'ringing']);
        assert.equal(ada.participants.size, 0);
        await call.accept();
        assert.equal(await call.answered, 'accepted');
        await connected(ada, 'cleo');
        await until('cleo too', () => cleo.connectedPeers.join() === 'ada');
        assert.deepEqual(cleo.faults, []);
      });

      test('G5: what is not taken is not answered; nobody there is told as far as the server tells', async () => {
        const url = await serve();
        const ada = await online(url, 'ada');
        const cleo = await classic(url, 'cleo', edition);
        const heard = rung(ada);
        await cleo.call('ada');
        const call = await heard;
        await call.reject();
        assert.equal(await call.ended, 'rejected');
        const lost = await ada.call('nobody', { timeout: 1_000 });
        assert.equal(await lost.ended, serve === ours ? 'unavailable' : 'timed-out');
        await alone(ada);
        assert.deepEqual([cleo.connectedPeers, cleo.envelopes('answer')], [[], []]);
        // And the next one is taken.
        const again = rung(ada);
        await cleo.call('ada');
        await (await again).accept();
        await connected(ada, 'cleo');
      });
    });
  }

  test(`two of ours call each other at a classic server of the ${edition} edition`, async () => {
    const url = await classicServer(edition);
    const [ada, ben] = [await online(url, 'ada'), await online(url, 'ben')];
    assert.equal(ada.dialect, 'classic');
    const heard = rung(ben);
    const out = await ada.call('ben');
    await (await heard).accept();
    await Promise.all([connected(ada, 'ben'), connected(ben, 'ada')]);
    assert.deepEqual([out.outcome, ben.calls[0]?.outcome], ['accepted', 'accepted']);
    await out.hangUp();
    assert.equal(await out.ended, 'hung-up');
    await alone(ada);
  });
}
