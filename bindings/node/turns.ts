// Turns of Node's event loop: between two of them all that waits only for promises has happened.

import { setImmediate } from 'node:timers';

// As it is now: an application's tests may put a clock of their own in its place later.
const immediately = setImmediate;

/** In the next turn. Nothing keeps the process alive once it has run. */
export function nextTurn(run: () => void): void {
  immediately(run);
}
