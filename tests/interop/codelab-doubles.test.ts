// The doubles of the codelab's pages and servers against each other: only if they work together are they worth testing against.
// And each known defect, seen by those whom it harms.

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { CodelabDataPage, CodelabPage } from '../support/codelab-page.ts';
import { peersOn } from '../support/codelab-peers.ts';
import { CodelabServer, codelabVariants } from '../support/codelab-server.ts';
import type { CodelabVariant } from '../support/codelab-server.ts';
import { FakeWire } from '../../web/testing/fake-wire.ts';
import { until } from '../support/waiting.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(variant: CodelabVariant): Promise<CodelabServer> {
  const server = await CodelabServer.start(variant);
  cleanUps.push(() => server.stop());
  return server;
}

async function open<Kind extends CodelabPage | CodelabDataPage>(page: Kind): Promise<Kind> {
  cleanUps.push(() => page.vanish());
  await page.open();
  await until('it is told something', () => page.count('created') + page.count('joined') + page.count('full') === 1);
  return page;
}

const together = (...pages: (CodelabPage | CodelabDataPage)[]): Promise<unknown> =>
  until(`they are connected: ${pages.map((page) => page.faults.join())}`, () => pages.every((page) => page.connected));

for (const variant of codelabVariants.filter((one) => one !== 'step 6')) {
  describe(`codelab doubles on the server of ${variant}`, () => {
    test('two pages connect; a third one is told that the room is full', async () => {
      const server = await start(variant);
      const peers = peersOn(new FakeWire());
      const ada = await open(new CodelabPage(server.url, { room: 'foo', ...peers }));
      const ben = await open(new CodelabPage(server.url, { room: 'foo', ...peers }));
      await together(ada, ben);
      const cyd = await open(new CodelabPage(server.url, { room: 'foo', ...peers }));
      assert.ok(cyd.full);
      assert.deepEqual([...ada.faults, ...ben.faults], []);
      assert.equal(ada.heard.find(([event]) => event === 'created')!.length, variant === 'text' ? 2 : 3);
    });

    test('after a goodbye nobody offers any more, whoever comes', async () => {
      const server = await start(variant);
      const peers = peersOn(new FakeWire());
      const ada = await open(new CodelabPage(server.url, { room: 'foo', ...peers }));
      const ben = await open(new CodelabPage(server.url, { room: 'foo', ...peers }));
      await together(ada, ben);
      ben.close();
      await until('ada has heard it', () => ada.state === 'none');
      await until('ben has left', () => server.inRoom('foo') === 1);
      const cyd = await open(new CodelabPage(server.url, { room: 'foo', ...peers }));
      await until('both wait', () => ada.count('join') === 2 && ada.state !== 'none');
      assert.deepEqual([ada.isInitiator, cyd.isInitiator], [false, false]);
    });
  });
}

test('a word in one room ends the call in another: the server tells everybody', async () => {
  const server = await start('step 4');
  const peers = peersOn(new FakeWire());
  const ada = await open(new CodelabPage(server.url, { room: 'foo', ...peers }));
  const ben = await open(new CodelabPage(server.url, { room: 'foo', ...peers }));
  await together(ada, ben);
  const eve = await open(new CodelabPage(server.url, { room: 'bar', ...peers }));
  eve.sendMessage('bye');
  await until('their call is over', () => ada.state === 'none' && ben.state === 'none');
});

test('an offer before the camera is there is lost', async () => {
  const server = await start('step 4');
  const peers = peersOn(new FakeWire());
  let allow = (): void => {};
  const camera = new Promise<void>((resolve) => (allow = resolve));
  const ada = await open(new CodelabPage(server.url, { room: 'foo', ...peers, camera }));
  ada.socket.emit('message', 'nothing');
  const eve = await open(new CodelabPage(server.url, { room: 'bar', ...peers, camera }));
  eve.sendMessage({ type: 'offer', sdp: 'v=0' });
  await until('it threw', () => ada.faults.length === 1);
  allow();
});

test('step 6: a data channel connects two pages; a lost socket is told to everybody', async () => {
  const server = await start('step 6');
  const peers = peersOn(new FakeWire());
  const ada = await open(new CodelabDataPage(server.url, { room: 'foo', ...peers }));
  const ben = await open(new CodelabDataPage(server.url, { room: 'foo', ...peers }));
  const eve = await open(new CodelabDataPage(server.url, { room: 'bar', ...peers }));
  await until('ready has come twice', () => ada.count('ready') === 2 && ben.count('ready') === 1);
  await together(ada, ben);
  assert.equal(ada.channel!.label, 'photos');
  ben.vanish();
  await until('both have heard of it', () => ada.count('bye') === 1 && eve.count('bye') === 1);
});
