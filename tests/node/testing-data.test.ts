// Data channels and files in a virtual world.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { VirtualMeeting, VirtualWorld } from '../../web/testing/index.ts';
import { virtualWorld } from '../../web/testing/index.ts';

let world: VirtualWorld;
let ada: VirtualMeeting;
let ben: VirtualMeeting;
beforeEach(async () => {
  world = await virtualWorld({ seed: 5 });
  ada = await world.join('standup', { name: 'Ada' });
  ben = await world.join('standup', { name: 'Ben' });
  await world.settle();
});
afterEach(() => world.close());

const bytesOf = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, index) => index * 7 + (index >> 9));

describe('data of a virtual world', () => {
  test('a channel carries text and bytes to those who opened it, and large messages too', async () => {
    const [here, there] = await Promise.all([ada.channel('pens'), ben.channel('pens')]);
    const heard: unknown[] = [];
    there.on('message', ({ from, data }) => heard.push(from.id, typeof data === 'string' ? data : data.byteLength));
    await world.settle();
    assert.deepEqual([...here.openTo], ['ben']);
    await here.send('grüße');
    await here.send(bytesOf(1_000_000));
    await world.settle();
    assert.deepEqual(heard, ['ada', 'grüße', 'ada', 1_000_000]);
    await ben.leave();
    await world.settle();
    assert.deepEqual([...here.openTo], []);
  });

  test('a reliable channel waits out a hole, and backs up meanwhile', async () => {
    const [here, there] = await Promise.all([ada.channel('pens'), ben.channel('pens')]);
    const heard: unknown[] = [];
    there.on('message', ({ data }) => heard.push(data));
    await world.settle();
    ben.network.cut('media');
    const sent = here.send('through the hole');
    await world.advance(2_000);
    assert.deepEqual(heard, []);
    ben.network.mend('media');
    await world.until(sent);
    await world.until(() => heard.length === 1);
  });

  test('a file arrives whole, in the time that its line takes', async () => {
    const content = bytesOf(1_000_000);
    ben.network.limit(8_000_000);
    const received: Promise<File> = new Promise((resolve) => ben.on('file', (offer) => resolve(offer.accept() as Promise<File>)));
    const progress: number[] = [];
    const before = world.now;
    await ada.files.send(new File([content], 'picture.png', { type: 'image/png' }), { onProgress: ({ bytes }) => progress.push(bytes) });
    const took = world.now - before;
    const file = await received;
    assert.deepEqual([file.name, file.size, file.type], ['picture.png', content.length, 'image/png']);
    assert.deepEqual(new Uint8Array(await file.arrayBuffer()), content);
    assert.ok(took >= 1_000 && took < 1_500, `1 MB at 1 MB/s took ${took} ms`);
    assert.ok(progress.length > 1);
  });

  test('a file goes on where it was, after a hole that cost the connection', async () => {
    const content = bytesOf(3_000_000);
    ben.network.limit(8_000_000);
    const received: Promise<File> = new Promise((resolve) => ben.on('file', (offer) => resolve(offer.accept() as Promise<File>)));
    let bytes = 0;
    const sent = ada.files.send(new Blob([content]), { onProgress: (each) => (bytes = each.bytes) });
    await world.until(() => bytes > 1_000_000);
    ben.network.cut('media');
    await world.advance(45_000);
    const held = bytes;
    assert.ok(held < content.length);
    ben.network.mend('media');
    const before = world.now;
    await world.until(() => bytes > held);
    assert.ok(bytes < held + 1_000_000, 'not from the beginning, and not at once');
    await world.until(sent);
    assert.ok(world.now - before < 60_000);
    assert.deepEqual(new Uint8Array(await (await received).arrayBuffer()), content);
  });

  test('nobody listens for files: it is declined', async () => {
    const delivery = await ada.files.send(new Blob(['x'])).catch((error: { code: string }) => error.code);
    assert.ok(delivery);
  });
});
