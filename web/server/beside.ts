// Attaching to an http server that belongs to somebody else, and letting go of it again.

import type { Server } from 'node:http';

const events = ['request', 'upgrade', 'close', 'listening'] as const;
type Listener = (...args: unknown[]) => void;

/**
 * Runs `attach`, which may put its own listeners in place of the server's (as engine.io does for requests, to pass
 * on those that are not for it), and gives the undo: afterwards the server's own listeners are its listeners again.
 */
export function attachBeside(http: Server, attach: () => void): () => void {
  const listeners = (event: string): Listener[] => http.listeners(event) as Listener[];
  const before = new Map(events.map((event) => [event, listeners(event)]));
  attach();
  const added = events.map((event) => [event, listeners(event).filter((one) => !before.get(event)!.includes(one))] as const);

  return () => {
    for (const [event, ours] of added) {
      for (const one of ours) http.removeListener(event, one);
      const later = listeners(event);
      const missing = before.get(event)!.filter((one) => !later.includes(one));
      // In front of those that came later, in their own order.
      for (const one of missing.reverse()) http.prependListener(event, one);
    }
  };
}
