// Data channels and files between real browsers: two Chromiums, then a Chromium and a Firefox.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, ElementHandle } from 'puppeteer-core';
import type { Channel, FileDelivery, FileOffer } from '../../web/sdk/index.ts';
import { launchFirefox } from '../support/browsers.ts';
import { closeAll, Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

const stage = useStage();
let firefox: Browser;
before(async () => {
  firefox = await launchFirefox();
});
after(() => firefox?.close());

/** What the tests keep in a page between two steps. */
interface Kept {
  channel: Channel;
  heard: { from: string; text?: string; bytes?: number; sum?: number }[];
  lost: number;
  made: RTCDataChannel[];
  progress: number;
  sent: Promise<FileDelivery>;
  taken: Promise<File | undefined>;
  offers: FileOffer[];
  release: () => void;
  pattern(size: number): Uint8Array<ArrayBuffer>;
}
declare global {
  interface Window {
    kept: Kept;
  }
}

async function enter(browser: Browser, room: string, user: string): Promise<Guest> {
  const guest = await Guest.arrive(browser, stage.site);
  await guest.page.evaluate(() => {
    const made: RTCDataChannel[] = [];
    const make = RTCPeerConnection.prototype.createDataChannel;
    RTCPeerConnection.prototype.createDataChannel = function (...given) {
      const channel = make.apply(this, given);
      made.push(channel);
      return channel;
    };
    const pattern = (size: number): Uint8Array<ArrayBuffer> => {
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; ++at) bytes[at] = (at * 31 + (at >> 10)) % 251;
      return bytes;
    };
    window.kept = { made, heard: [], lost: 0, progress: 0, offers: [], pattern } as unknown as Kept;
  });
  await guest.join(room, { user, camera: false, microphone: false });
  await guest.page.evaluate(() => void window.meeting.on('file', (offer) => window.kept.offers.push(offer)));
  return guest;
}

async function enterBoth(room: string, browsers: [Browser, Browser]): Promise<[Guest, Guest]> {
  const ada = await enter(browsers[0], room, 'ada');
  const ben = await enter(browsers[1], room, 'ben');
  await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
  return [ada, ben];
}

async function openChannel(...guests: Guest[]): Promise<void> {
  await Promise.all(
    guests.map((guest) =>
      guest.page.evaluate(async () => {
        const channel = await window.meeting.channel('chat');
        window.kept.channel = channel;
        channel.on('lost', ({ messages }) => (window.kept.lost += messages));
        channel.on('message', ({ from, data }) => {
          const sum = (bytes: ArrayBuffer) => new Uint8Array(bytes).reduce((total, byte, at) => (total + byte * (at % 7)) % 1_000_003, 0);
          window.kept.heard.push(typeof data === 'string' ? { from: from.id, text: data } : { from: from.id, bytes: data.byteLength, sum: sum(data) });
        });
      }),
    ),
  );
  for (const guest of guests) await guest.until('the channel is open', (count) => window.kept.channel.openTo.size === count, guests.length - 1);
}

/** `from` begins to send a file; `to` accepts it. */
async function beginFile(from: Guest, to: Guest, size: number): Promise<void> {
  await from.page.evaluate(
    (bytes, user) => {
      const file = new File([window.kept.pattern(bytes)], 'pattern.bin', { type: 'application/x-pattern' });
      window.kept.sent = window.meeting.files.send(file, { to: user, onProgress: ({ bytes: held }) => (window.kept.progress = held) });
      window.kept.sent.catch(() => {});
    },
    size,
    to.id,
  );
  await to.until('has the offer', () => window.kept.offers.length > 0);
  await to.page.evaluate(() => {
    window.kept.taken = window.kept.offers.shift()!.accept();
    window.kept.taken.catch(() => {});
  });
}

async function assertArrived(from: Guest, to: Guest, size: number): Promise<void> {
  const arrived = await to.page.evaluate(async (bytes) => {
    const file = await window.kept.taken;
    const came = new Uint8Array(await file!.arrayBuffer());
    const wanted = window.kept.pattern(bytes);
    return { name: file?.name, type: file?.type, same: came.length === wanted.length && came.every((byte, at) => byte === wanted[at]) };
  }, size);
  assert.deepEqual(arrived, { name: 'pattern.bin', type: 'application/x-pattern', same: true });
  assert.deepEqual(await from.page.evaluate(async () => (await window.kept.sent).delivered.map(({ id }) => id)), [to.id]);
}

/** C15: as after a path that broke. The browser is made to say so; the restart and what comes of it are real. */
async function restartIce(guest: Guest): Promise<void> {
  const before = await guest.page.evaluate(() => {
    const connection = window.probe.connections.at(-1)!;
    Object.defineProperty(connection, 'connectionState', { configurable: true, get: () => 'failed' });
    connection.dispatchEvent(new Event('connectionstatechange'));
    return { descriptions: window.probe.localDescriptions.length, fragment: /ice-ufrag:(\S+)/.exec(connection.localDescription!.sdp)![1]! };
  });
  await guest.until(
    'ICE has restarted',
    (descriptions, fragment) => {
      const connection = window.probe.connections.at(-1)!;
      const isNew = window.probe.localDescriptions.length > descriptions && !connection.localDescription!.sdp.includes(`ice-ufrag:${fragment}`);
      return isNew && connection.signalingState === 'stable' && connection.iceConnectionState !== 'checking';
    },
    before.descriptions,
    before.fragment,
  );
  await guest.page.evaluate(() => {
    const connection = window.probe.connections.at(-1)!;
    Reflect.deleteProperty(connection, 'connectionState');
    connection.dispatchEvent(new Event('connectionstatechange'));
  });
}

const mostAtOnce = 16 * 1024 * 1024;

const pairs = [
  { name: 'two Chromiums', browsers: () => [stage.browser, stage.browser], ends: 'a restart of ICE' },
  // It takes a browser several seconds to see that a connection is dead: once is enough.
  { name: 'Chromium and Firefox', browsers: () => [stage.browser, firefox], ends: 'the end of its connection' },
  { name: 'Firefox and Chromium', browsers: () => [firefox, stage.browser], ends: 'the end of its stream' },
] as const;

for (const { name, browsers, ends } of pairs) {
  test(`${name}: I7, I9, L8: messages of every kind, both ways; C15: a file survives ${ends}`, async () => {
    const guests = await enterBoth(`flow ${name}`, browsers() as [Browser, Browser]);
    const [ada, ben] = guests;
    try {
      const negotiated = await ada.page.evaluate(() => window.probe.localDescriptions.length);
      await openChannel(ada, ben);
      for (const guest of guests) {
        await guest.page.evaluate(async (most) => {
          const { channel, pattern } = window.kept;
          await channel.send('');
          await channel.send('a\ud800b');
          await channel.send(new ArrayBuffer(0));
          await channel.send(pattern(300_000));
          await channel.send(pattern(most));
          await channel.send('{"from":"somebody else"}');
        }, mostAtOnce);
      }
      for (const [guest, other] of [[ada, ben], [ben, ada]] as const) {
        await guest.until('has heard all', () => window.kept.heard.length === 6);
        const heard = await guest.page.evaluate(() => window.kept.heard);
        assert.deepEqual(heard.map(({ text, bytes }) => text ?? bytes), ['', 'a\ufffdb', 0, 300_000, mostAtOnce, '{"from":"somebody else"}']);
        assert.deepEqual(new Set(heard.map(({ from }) => from)), new Set([other.id]));
      }
      assert.equal(await ada.page.evaluate(() => window.probe.localDescriptions.length), negotiated, 'nothing was negotiated for it');

      const size = 40 * 1024 * 1024 + 17;
      await beginFile(ada, ben, size);
      await ada.until('a part of it is there', () => window.kept.progress > 2_000_000);
      if (ends === 'a restart of ICE') await restartIce(ada);
      await ada.page.evaluate(() => window.kept.made.filter(({ label }) => label === 'meetwire files').at(-1)!.close());
      const before = await ada.page.evaluate(() => window.kept.progress);
      // Some of it may be through by now, on a fast machine nearly all.
      const further = Math.min(before + 9_000_000, size);
      await ada.until('it goes on over another stream', (held) => window.kept.progress >= held, further);
      // Under the feet of the SDK: the other end notices, and the link begins anew.
      if (ends === 'the end of its connection') await ada.page.evaluate(() => window.probe.connections.at(-1)!.close());
      await assertArrived(ada, ben, size);
      assert.equal(await ada.page.evaluate(() => window.probe.connections.length > 1), ends === 'the end of its connection');
      await Promise.all(guests.map((guest) => guest.until('the channel is open again', () => window.kept.channel.openTo.size === 1)));
      await ada.page.evaluate(() => window.kept.channel.send('and on'));
      await ben.until('has heard it', () => window.kept.heard.at(-1)?.text === 'and on');
      for (const guest of guests) await guest.assertNoErrors();
    } finally {
      await closeAll(guests);
    }
  });
}

test('I1, I8: 250 MB are paced in a real browser; a channel that dies is rebuilt', async () => {
  const guests = await enterBoth('paced', [stage.browser, stage.browser]);
  const [ada, ben] = guests;
  try {
    await openChannel(ada, ben);
    await ben.page.evaluate(() => {
      let bytes = 0;
      window.kept.channel.on('message', ({ data }) => typeof data !== 'string' && (window.kept.progress = bytes += data.byteLength));
    });
    const most = await ada.page.evaluate(async () => {
      const piece = window.kept.pattern(1024 * 1024);
      let buffered = 0;
      for (let count = 0; count < 250; ++count) {
        await window.kept.channel.send(piece);
        buffered = Math.max(buffered, ...window.kept.made.map((channel) => channel.bufferedAmount));
      }
      return buffered;
    });
    await ben.until('all of it is there', (bytes) => window.kept.progress === bytes, 250 * 1024 * 1024);
    assert.ok(most <= 3 * 1024 * 1024, `${most} bytes lay in the browser`);

    await ben.page.evaluate(() => window.kept.made.filter(({ label }) => label === 'chat').at(-1)!.close());
    await Promise.all(guests.map((guest) => guest.until('is open again', () => window.kept.channel.openTo.size === 1 && window.kept.made.filter(({ label, readyState }) => label === 'chat' && readyState === 'open').length === 1)));
    await ada.page.evaluate(() => window.kept.channel.send('rebuilt'));
    await ben.until('has heard it', () => window.kept.heard.at(-1)?.text === 'rebuilt');
    assert.equal(await ada.page.evaluate(() => window.probe.connections.length), 1);
    for (const guest of guests) await guest.assertNoErrors();
  } finally {
    await closeAll(guests);
  }
});

test('M9, M10: what is sent as soon as the join has resolved arrives, with a long name, before anybody listens', async () => {
  const ada = await enter(stage.browser, 'at once', 'ada');
  const ben = await Guest.arrive(stage.browser, stage.site);
  try {
    // Ada opens the channel, and listens a good while after the messages have come.
    await ada.page.evaluate(async () => void (window.kept.channel = await window.meeting.channel('chat')));
    const connection = await ben.page.evaluate(async () => {
      const wish = { user: 'ben', camera: false, microphone: false } as const;
      window.meeting = await window.fixture.join('at once', wish);
      const state = window.meeting.participants.get('ada')?.connection;
      const channel = await window.meeting.channel('chat');
      await channel.send('one');
      const two = channel.send('two', { to: 'ada' });
      window.kept = { sent: window.meeting.files.send(new File(['x'], `${'愛'.repeat(88)}.pdf`)) } as Kept;
      await two;
      return state;
    });
    ben.id = 'ben';
    assert.equal(connection, 'connecting');
    await ada.until('has the offer', () => window.kept.offers.length > 0);
    const name = await ada.page.evaluate(async () => {
      window.kept.channel.on('message', ({ from, data }) => window.kept.heard.push({ from: from.id, text: String(data) }));
      return (await window.kept.offers.shift()!.accept())?.name;
    });
    await ada.until('has heard both', () => window.kept.heard.length === 2);
    assert.deepEqual(await ada.page.evaluate(() => window.kept.heard.map(({ text }) => text)), ['one', 'two']);
    assert.equal(name, `${'愛'.repeat(83)}.pdf`);
    assert.deepEqual(await ben.page.evaluate(async () => (await window.kept.sent).delivered.map(({ id }) => id)), ['ada']);
  } finally {
    await closeAll([ada, ben]);
  }
});

test('I10: a thousand unsolicited channels of a raw connection are closed', async () => {
  const guests = await enterBoth('unsolicited', [stage.browser, stage.browser]);
  const [ada, ben] = guests;
  try {
    await openChannel(ada, ben);
    await ada.page.evaluate(() => {
      const connection = window.probe.connections.at(-1)!;
      for (let count = 0; count < 400; ++count) connection.createDataChannel(`spam ${count}`);
    });
    await ada.until('all are closed', () => {
      const spam = window.kept.made.filter(({ label }) => label.startsWith('spam'));
      return spam.length === 400 && spam.every(({ readyState }) => readyState === 'closed');
    });
    await ada.page.evaluate(() => window.kept.channel.send('unharmed'));
    await ben.until('has heard it', () => window.kept.heard.at(-1)?.text === 'unharmed');
  } finally {
    await closeAll(guests);
  }
});

test('a file goes to disk as it comes, and what vanishes while it is sent is told to both', async () => {
  const guests = await enterBoth('disk', [stage.browser, stage.browser]);
  const [ada, ben] = guests;
  try {
    await ada.page.evaluate(() => {
      window.kept.sent = window.meeting.files.send(new File([window.kept.pattern(20_000_000)], 'big.bin'));
    });
    await ben.until('has the offer', () => window.kept.offers.length > 0);
    const stored = await ben.page.evaluate(async () => {
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle('big.bin', { create: true });
      const result = await window.kept.offers.shift()!.accept({ writable: await handle.createWritable() });
      const file = await handle.getFile();
      const bytes = new Uint8Array(await file.arrayBuffer());
      const wanted = window.kept.pattern(20_000_000);
      return { result, same: bytes.length === wanted.length && bytes.every((byte, at) => byte === wanted[at]) };
    });
    assert.deepEqual(stored, { same: true });

    // The receiver takes its time, so that the file is gone before all of it is read.
    const folder = mkdtempSync(join(tmpdir(), 'meetwire-'));
    const path = join(folder, 'vanishing.bin');
    writeFileSync(path, Buffer.alloc(40_000_000, 7));
    await ada.page.evaluate(() => document.body.append(Object.assign(document.createElement('input'), { type: 'file' })));
    const input = await ada.page.$('input');
    await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
    await ada.page.evaluate(() => {
      const [file] = document.querySelector('input')!.files!;
      window.kept.sent = window.meeting.files.send(file!, { to: 'ben' });
      window.kept.sent.catch(() => {});
    });
    await ben.until('has the offer', () => window.kept.offers.length > 0);
    await ben.page.evaluate(() => {
      const gate = new Promise<void>((resolve) => (window.kept.release = resolve));
      const writable = new WritableStream({
        write() {
          window.kept.progress += 1;
          return gate;
        },
      });
      window.kept.taken = window.kept.offers.shift()!.accept({ writable });
      window.kept.taken.catch(() => {});
    });
    await ben.until('it is on its way', () => window.kept.progress > 0);
    rmSync(folder, { recursive: true });
    await ben.page.evaluate(() => window.kept.release());
    const codeOf = (guest: Guest, which: 'sent' | 'taken') =>
      guest.page.evaluate((promise) => (window.kept[promise] as Promise<unknown>).then(() => 'arrived', ({ code }: { code: string }) => code), which);
    assert.deepEqual(await Promise.all([codeOf(ada, 'sent'), codeOf(ben, 'taken')]), ['file-changed', 'file-changed']);
  } finally {
    await closeAll(guests);
  }
});
