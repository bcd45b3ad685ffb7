// The machine may have got another way to the network. Says when, and not which.

import type { Undo } from '../ports.ts';

/** Not in every browser, and not in TypeScript's. */
type WithConnection = { connection?: EventTarget };

export function onNetworkChange(listener: () => void): Undo {
  if (typeof addEventListener !== 'function') return () => {};
  const information = (globalThis.navigator as WithConnection | undefined)?.connection;
  addEventListener('online', listener);
  information?.addEventListener?.('change', listener);
  return () => {
    removeEventListener('online', listener);
    information?.removeEventListener?.('change', listener);
  };
}
