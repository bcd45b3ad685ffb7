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

const codeOf = (sent: Promise<unknown>): Promise<string | undefined> => sent.then(() => undefined, ({ code }: { code: string }) => code);
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

  test('nobody listens for files: it is declined after a while', async () => {
    const before = world.now;
    const sent = ada.files.send(new Blob(['x']), { to: 'ben' }).catch((error: { code: string }) => error.code);
    assert.equal(await world.until(sent), 'file-declined');
    assert.ok(world.now - before >= 5_000);
  });

  test('M9: what is sent as soon as the join has resolved reaches everybody who is in the room, once each and in order', async () => {
    const heard = new Map<string, unknown[]>();
    const listen = async (meeting: VirtualMeeting): Promise<void> => {
      const channel = await meeting.channel('pens');
      heard.set(meeting.me.id, []);
      channel.on('message', ({ data }) => heard.get(meeting.me.id)!.push(data));
    };
    await listen(ada);
    // Ben opens it a moment later than he is connected.
    const cem = await world.join('standup', { name: 'Cem' });
    assert.equal(cem.participants.get('ada')?.connection, 'connecting');
    const here = await cem.channel('pens');
    for (const text of ['one', 'two']) await here.send(text);
    const toAda = here.send('three', { to: 'ada' });
    await world.until(toAda);
    await world.advance(2_000);
    await listen(ben);
    await world.settle();
    assert.deepEqual([...heard], [['ada', ['one', 'two', 'three']], ['ben', ['one', 'two']]]);
  });

  test('M9: to a newcomer, from the moment that they are in the list', async () => {
    const here = await ada.channel('pens');
    ada.on('participant-joined', ({ id }) => void here.send(`welcome, ${id}`, { to: id }));
    const heard: unknown[] = [];
    const cem = await world.join('standup', { name: 'Cem' });
    (await cem.channel('pens')).on('message', ({ data }) => heard.push(data));
    await world.settle();
    assert.deepEqual(heard, ['welcome, cem']);
  });

  test('M9: whoever opens the channel within five seconds gets it; later, or never, it is refused, and nobody else waits', async () => {
    const here = await ada.channel('pens');
    const before = world.now;
    await here.send('to all');
    assert.ok(world.now - before < 1_000);
    assert.equal(await world.until(codeOf(here.send('to one', { to: 'ben' }))), 'channel-closed');
    assert.ok(world.now - before >= 5_000);
    assert.equal(await codeOf(here.send('once more', { to: 'ben' })), 'channel-closed');
    await assert.rejects(here.send('x', { to: 'cem' }), { code: 'target-unknown' });
    const lost: unknown[] = [];
    here.on('lost', (event) => lost.push(event));
    const heard: unknown[] = [];
    const there = await ben.channel('pens');
    there.on('message', ({ data }) => heard.push(data));
    await world.settle();
    await here.send('now');
    await world.settle();
    assert.deepEqual([heard, lost], [['now'], []]);
    there.close();
    await world.settle();
    assert.equal(await world.until(codeOf(here.send('x', { to: 'ben' }))), 'channel-closed');
    await assert.rejects(there.send('x'), { code: 'channel-closed' });
  });

  test('M9: somebody to whom no connection can be made does not get it: `lost` tells, and `link-failed`', async () => {
    const cem = world.person('Cem');
    cem.network.cut('media');
    const meeting = await world.until(cem.join('standup', {}));
    const here = await meeting.channel('pens');
    const lost: string[] = [];
    here.on('lost', ({ to, messages }) => void lost.push(`${to.id} ${messages}`));
    await here.send('one');
    await here.send('two');
    const toAda = codeOf(here.send('three', { to: 'ada' }));
    assert.equal(await world.until(toAda), 'link-failed');
    await world.until(() => lost.length === 2);
    assert.deepEqual(lost.sort(), ['ada 3', 'ben 2']);
    await here.send('four');
    assert.deepEqual(lost.slice(2).sort(), ['ada 1', 'ben 1']);
    // It can, after all.
    const heard: unknown[] = [];
    (await ada.channel('pens')).on('message', ({ data }) => heard.push(data));
    cem.network.mend('media');
    await world.until(() => here.openTo.has('ada'));
    await here.send('five', { to: 'ada' });
    await world.settle();
    assert.deepEqual(heard, ['five']);
  });

  test('M9: what is unreliable goes to those for whom the channel is open, and waits for nobody', async () => {
    const options = { ordered: false, maxRetransmits: 0 };
    const there = await ada.channel('game', options);
    const heard: unknown[] = [];
    there.on('message', ({ data }) => heard.push(data));
    const cem = await world.join('standup', { name: 'Cem' });
    const here = await cem.channel('game', options);
    await here.send('to nobody yet');
    assert.equal(await codeOf(here.send('x', { to: 'ada' })), 'channel-closed');
    await world.settle();
    await here.send('now');
    await world.settle();
    assert.deepEqual(heard, ['now']);
  });

  test('M9: a viewer to a viewer, between whom there is no connection: refused at once, for messages and for files', async () => {
    const cem = await world.join('standup', { name: 'Cem', viewer: true });
    const dan = await world.join('standup', { name: 'Dan', viewer: true });
    await world.settle();
    assert.equal(cem.participants.get('dan')?.connection, 'none');
    const here = await cem.channel('pens');
    await dan.channel('pens');
    assert.equal(await codeOf(here.send('x', { to: 'dan' })), 'channel-closed');
    assert.equal(await codeOf(cem.files.send(new Blob(['x']), { to: 'dan' })), 'channel-closed');
  });

  test('M9: a file and a chat message as soon as the join has resolved', async () => {
    const received: Promise<File> = new Promise((resolve) => ada.on('file', (offer) => resolve(offer.accept() as Promise<File>)));
    const cem = await world.join('standup', { name: 'Cem' });
    const sent = cem.files.send(new File(['x'], 'x.txt'), { to: 'ada' });
    await cem.chat.send('hello');
    assert.equal(ada.chat.history.at(-1)?.text, 'hello');
    assert.equal((await world.until(sent)).delivered.length, 1);
    assert.equal((await received).name, 'x.txt');
  });
});
