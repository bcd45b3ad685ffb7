// The server's clock and its timers.

import type { ClockPort } from '../../bindings/ports.ts';

// The longest that setTimeout can wait; longer ones would fire at once.
const waitMsMax = 2 ** 31 - 1;

/** In milliseconds since 1970 that never go backwards, whatever is done to the system's clock meanwhile. */
export const systemClock: ClockPort = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  at(instant, wake) {
    const wait = Math.min(Math.max(Math.ceil(instant - systemClock.now()), 0), waitMsMax);
    const timer = setTimeout(wake, wait);
    // The sockets keep the process alive; a deadline about them need not.
    timer.unref();
    return () => clearTimeout(timer);
  },
};
