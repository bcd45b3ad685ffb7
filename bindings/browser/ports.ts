// All of the browser's ports for one meeting. Nothing of the browser is touched before this is called.

import type { ClientPorts } from '../ports.ts';
import { browserClock } from './clock.ts';
import { BrowserDevices } from './media-devices.ts';
import { peerPort } from './peer-connection.ts';
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
  const devices = new BrowserDevices();
  return {
    clock: browserClock,
    secrets: browserSecrets,
    transport: socketPort(url, globalThis.location?.href),
    peers: peerPort({ stream: () => devices.stream(), report }),
    devices,
    onPageHide(listener) {
      if (typeof addEventListener !== 'function') return () => {};
      addEventListener('pagehide', listener);
      return () => removeEventListener('pagehide', listener);
    },
    report,
  };
}
