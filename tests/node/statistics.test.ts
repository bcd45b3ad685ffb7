// What a browser reports, made the same for all: Chromium's way and Firefox's, differences to the time before, candidates.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerGauge } from '../../bindings/ports.ts';
import type { Slot } from '../../bindings/client-types.ts';
import { BrowserLinkReader } from '../../bindings/browser/statistics.ts';
import type { FakePeerConnection } from '../../web/testing/fake-peer-connection.ts';
import { FakeWire } from '../../web/testing/fake-wire.ts';
import { giveReports, giveSound, type Flow } from '../support/fake-reports.ts';

interface Bench {
  reader: BrowserLinkReader;
  connection: FakePeerConnection;
  flow: Flow;
  iceErrors: { errorCode: number; url: string }[];
}

function bench(as: 'chromium' | 'firefox' = 'chromium', configuration: RTCConfiguration = {}): Bench {
  const connection = new new FakeWire().PeerConnection(configuration) as unknown as FakePeerConnection;
  const transceivers: Partial<Record<Slot, object>> = { microphone: connection.addTransceiver('audio'), camera: connection.addTransceiver('video') };
  connection.transceivers.forEach((each, index) => (each.mid = String(index)));
  const flow = giveReports(connection, as);
  const iceErrors: Bench['iceErrors'] = [];
  const gauge = { connection, iceErrors, transceiver: (slot: Slot) => transceivers[slot] } as unknown as PeerGauge;
  return { reader: new BrowserLinkReader(gauge), connection, flow, iceErrors };
}

for (const browser of ['chromium', 'firefox'] as const) {
  test(`the figures of a link, as ${browser} reports them`, async () => {
    const { reader, flow } = bench(browser);
    assert.equal(await reader.statistics(), undefined, 'one reading alone says nothing');
    flow.lossUp = 0.1;
    flow.lossDown = 0.2;
    await reader.statistics();
    const figures = await reader.statistics();
    assert.ok(figures);
    const { sent, received, ...whole } = figures;
    assert.equal(Math.round(whole.lossDown! * 1000) / 1000, 0.1, 'over sound and pictures together');
    assert.equal(Math.round(whole.lossUp! * 100) / 100, 0.1);
    assert.deepEqual({ ...whole, lossUp: 0, lossDown: 0 }, {
      up: 500_000,
      down: 400_000,
      ...(browser === 'chromium' && { availableUp: 1_234_000 }),
      lossUp: 0,
      lossDown: 0,
      jitter: 0.01,
      roundTripTime: 0.04,
      path: { local: 'host', remote: 'srflx', protocol: 'udp' },
    });
    assert.deepEqual(sent.map(({ slot, bitrate, width, height, frameRate, codec }) => ({ slot, bitrate, width, height, frameRate, codec })), [
      { slot: 'microphone', bitrate: 32_000, width: undefined, height: undefined, frameRate: undefined, codec: 'opus' },
      { slot: 'camera', bitrate: 400_000, width: 640, height: 480, frameRate: 24, codec: undefined },
    ]);
    assert.deepEqual(received.map(({ slot, frameRate }) => [slot, frameRate]), [['microphone', undefined], ['camera', 30]]);
    assert.equal(received[0]?.jitter, 0.01);
  });
}

test('a picture that stands still has the rate 0, and one that is held back says by what', async () => {
  const { reader, flow } = bench();
  flow.framesDown = 0;
  flow.limitedBy = 'cpu';
  await reader.statistics();
  const figures = await reader.statistics();
  assert.equal(figures?.received.find(({ slot }) => slot === 'camera')?.frameRate, 0);
  assert.equal(figures?.sent.find(({ slot }) => slot === 'camera')?.limitedBy, 'processor');
});

test('a connection that is closed has no figures, and harms nothing', async () => {
  const { reader, connection } = bench();
  Object.assign(connection, { getStats: () => Promise.reject(new DOMException('closed', 'InvalidStateError')) });
  assert.equal(await reader.statistics(), undefined);
  assert.equal((await reader.facts()).ours.host, 0);
});

test('loudness is that of the newest source, and ends when it says nothing more', async (context) => {
  const { reader, connection } = bench();
  assert.equal(reader.level('microphone'), 0, 'a browser that cannot');
  const sound = giveSound(connection);
  sound.level = 0.25;
  assert.equal(reader.level('microphone'), 0.25);
  assert.equal(reader.level('screen-audio'), 0);
  sound.stopped = true;
  let now = performance.now();
  context.mock.method(performance, 'now', () => now);
  reader.level('microphone');
  now += 500;
  assert.equal(reader.level('microphone'), 0.25);
  now += 500;
  assert.equal(reader.level('microphone'), 0, 'the list keeps the last packet for ten seconds');
});

test('what servers and candidates there are, what the servers said, and whether a credential is over', async () => {
  const soon = Math.floor(Date.now() / 1000) + 600;
  const servers = (username: string): RTCConfiguration => ({
    iceServers: [{ urls: ['stun:s.invalid', 'TURN:t.invalid?transport=udp'], username, credential: 'c' }, { urls: 'turns:t.invalid' }],
  });
  const { reader, flow, iceErrors } = bench('chromium', servers(`${soon}:ada`));
  iceErrors.push({ errorCode: 401, url: 'turn:t.invalid?transport=udp' }, { errorCode: 701, url: 'turns:t.invalid' }, { errorCode: 701, url: 'stun:s.invalid' });
  assert.deepEqual(await reader.facts(), {
    gathered: true,
    relayOnly: false,
    stunServers: 1,
    turnServers: 2,
    credentialExpired: false,
    ours: { host: 1, reflexive: 0, relay: 0 },
    theirs: { host: 0, reflexive: 1, relay: 0 },
    iceErrors: [{ code: 401, relay: true, udp: true }, { code: 701, relay: true, udp: false }, { code: 701, relay: false, udp: true }],
    relayedOverTcp: false,
  });
  flow.local = 'relay';
  flow.relayProtocol = 'tls';
  assert.equal((await reader.facts()).relayedOverTcp, true);
  assert.equal((await bench('chromium', servers('1700000000:ada')).reader.facts()).credentialExpired, true);
  assert.equal((await bench('chromium', servers('ada')).reader.facts()).credentialExpired, false);
  assert.equal((await bench('chromium', { iceTransportPolicy: 'relay' }).reader.facts()).relayOnly, true);
});
