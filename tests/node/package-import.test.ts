// Importing the package is safe where there is no browser: in Node, for rendering on a server.

import assert from 'node:assert/strict';
import { test } from 'node:test';

test('importing the SDK in plain Node touches no global and starts nothing', async () => {
  const touched: string[] = [];
  const missing = ['RTCPeerConnection', 'MediaStream', 'document', 'window', 'location', 'reportError'];
  for (const name of missing) {
    const get = (): void => {
      // Libraries look for what is there, and are not ours; the caller's line is the third.
      const caller = new Error().stack?.split('\n')[2] ?? '';
      if (!caller.includes('node_modules')) touched.push(`${name} ${caller}`);
    };
    Object.defineProperty(globalThis, name, { configurable: true, get });
  }
  try {
    const sdk = await import('../../web/sdk/index.ts');
    assert.equal(typeof sdk.join, 'function');
    assert.deepEqual(touched, []);
    assert.deepEqual(await sdk.devices.list(), []);
    assert.deepEqual(await sdk.devices.permissions(), { camera: 'unknown', microphone: 'unknown' });
    sdk.devices.on('change', () => {})();
  } finally {
    for (const name of missing) delete (globalThis as Record<string, unknown>)[name];
  }
});

test('joining there needs an address, and says so', async () => {
  const { join, MeetingError } = await import('../../web/sdk/index.ts');
  await assert.rejects(join('r'), (error) => error instanceof MeetingError && error.code === 'invalid-argument');
  await assert.rejects(join('r', { url: 'ftp://example.org' }), { code: 'invalid-argument' });
});
