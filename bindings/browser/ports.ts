// All of the browser's ports for one meeting. Nothing of the browser is touched before this is called.

import type { ClientPorts } from '../ports.ts';
import { browserClaims } from './claims.ts';
import { browserClock } from './clock.ts';
import { BrowserDevices } from './media-devices.ts';
import { onNetworkChange } from './network.ts';
import { peerPort } from './peer-connection.ts';
import { placeOf } from './place.ts';
import { browserSecrets } from './random.ts';
import { socketPort } from './socket.ts';

/** Shows an error that nobody caught in the console and to `window.onerror`, as if it had been thrown on its own. */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else
    queueMicrotask(() => {
      throw error;
    });
}

/** `url`: the signalling server's, the page's own origin by default. Throws `invalid-argument` for a bad one. */
export function browserPorts(url = '/'): ClientPorts {
  const base = globalThis.location?.href;
  const { origin, path } = placeOf(url, base);
  const devices = new BrowserDevices();
  return {
    clock: browserClock,
    secrets: browserSecrets,
    claims: browserClaims.at(`${origin}${path}`),
    transport: socketPort(url, base),
    peers: peerPort({ stream: () => devices.stream(), report }),
    devices,
    onPageHide(listener) {
      if (typeof addEventListener !== 'function') return () => {};
      addEventListener('pagehide', listener);
      return () => removeEventListener('pagehide', listener);
    },
    onNetworkChange,
    report,
  };
}
