// The plain protocol between real browsers: its client on our server, our SDK on its server, and a relay between them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startCoturn } from '../support/coturn.ts';
import type { Coturn } from '../support/coturn.ts';
import { PlainServer } from '../support/plain-server.ts';
import { closeAll, type Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

const stage = useStage({ server: { plainPort: 0, origins: ['*'] } });
let coturn: Coturn;
before(async () => {
  coturn = await startCoturn();
});
after(() => coturn?.close());

interface PageOptions {
  calls?: boolean;
  configuration?: RTCConfiguration;
}

/** A page with a plain client on it. */
async function enterPlain(address: string, { calls = false, configuration = {} }: PageOptions = {}): Promise<Guest> {
  const guest = await stage.arrive();
  guest.id = 'plain';
  await guest.page.evaluate(
    async (to, offers, how) => {
      const { browserPlainPeer, PlainClient } = window.fixture;
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      window.plain = new PlainClient(to, { calls: offers, peer: browserPlainPeer(stream, how) });
    },
    address,
    calls,
    configuration,
  );
  await guest.until('its socket is open', () => window.plain.open);
  return guest;
}

/** Until sound of the other one has come in at the plain page. */
const plainHears = (guest: Guest): Promise<void> =>
  guest.until('hears the other one', async () => {
    for (const connection of window.probe.connections) {
      for (const report of (await connection.getStats()).values()) {
        if (report.type === 'inbound-rtp' && report.kind === 'audio' && report.packetsReceived > 20) return true;
      }
    }
    return false;
  });

async function hearEachOther(ours: Guest, plain: Guest): Promise<void> {
  await ours.until('is connected', () => [...window.meeting.participants.values()].some(({ connection }) => connection === 'connected'));
  plain.id = await ours.do((meeting) => [...meeting.participants.keys()][0] ?? '');
  await Promise.all([ours.hears(plain), plainHears(plain)]);
  assert.deepEqual(await plain.page.evaluate(() => window.plain.faults), []);
  await ours.assertNoErrors();
}

for (const first of ['ours', 'a page that calls', 'a page that waits to be called'] as const) {
  test(`on our server, ${first} first: ours and a plain client hear each other`, async () => {
    const room = first.replaceAll(' ', '-');
    const address = `ws://localhost:${stage.site.plainPort}/${room}?pc`;
    const guests: Guest[] = [];
    const join = async (): Promise<Guest> => {
      const guest = await stage.join(room, { camera: false });
      guests.push(guest);
      return guest;
    };
    const enter = async (): Promise<Guest> => {
      const guest = await enterPlain(address, { calls: first === 'a page that calls' });
      guests.push(guest);
      return guest;
    };
    try {
      const early = first === 'ours' ? await join() : undefined;
      const plain = await enter();
      const ours = early ?? (await join());
      await hearEachOther(ours, plain);
      await plain.page.evaluate(() => window.plain.close());
      await ours.until('sees it gone', () => window.meeting.participants.size === 0);
    } finally {
      await closeAll(guests);
    }
  });
}

for (const calls of [true, false]) {
  test(`on its own server, by a relay alone: ours and a plain client that ${calls ? 'calls' : 'waits to be called'} hear each other`, async () => {
    const server = await PlainServer.start();
    const configuration = { iceServers: coturn.iceServers(), iceTransportPolicy: 'relay' } as const;
    const guests: Guest[] = [];
    try {
      const ours = await stage.join('room', { url: `${server.url}/course/room`, camera: false, ...configuration });
      guests.push(ours);
      assert.equal(await ours.do((meeting) => meeting.dialect), 'plain');
      const plain = await enterPlain(`${server.url}/course/room?pc`, { calls, configuration });
      guests.push(plain);
      await hearEachOther(ours, plain);
      const candidates = server.texts.filter((text) => text.includes('"type":"candidate"'));
      assert.ok(candidates.length > 0);
      for (const candidate of candidates) assert.match(candidate, / typ relay /);
      assert.match(coturn.log(), /ALLOCATE processed, success/);
    } finally {
      await closeAll(guests);
      await server.stop();
    }
  });
}

test('on its own server: when the other one is gone, ours sees it by the connection, and meets the next', async () => {
  const server = await PlainServer.start();
  const address = `${server.url}/course/room?pc`;
  const guests: Guest[] = [];
  try {
    const ours = await stage.join('room', { url: `${server.url}/course/room`, camera: false });
    const first = await enterPlain(address, { calls: true });
    guests.push(ours, first);
    await hearEachOther(ours, first);
    await first.close();
    await ours.page.waitForFunction(() => window.meeting.participants.size === 0, { timeout: 90_000, polling: 200 });
    const second = await enterPlain(address);
    guests.push(second);
    await hearEachOther(ours, second);
  } finally {
    await closeAll(guests);
    await server.stop();
  }
});

test('a full room is refused; a browser does not tell why, so the error names what it may be', async () => {
  const server = await PlainServer.start({ limit: 0 });
  const guest = await stage.arrive();
  try {
    const { code, message } = await guest.joinRefused('room', { url: `${server.url}/course/room` });
    assert.equal(code, 'server-unreachable');
    assert.match(message, /the room is full/);
  } finally {
    await guest.close();
    await server.stop();
  }
});
