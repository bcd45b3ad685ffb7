// The page's clock and its timers.

import type { ClockPort } from '../ports.ts';

// Longer waits overflow setTimeout's 32 bits and would end at once.
const waitMax = 2 ** 31 - 1;

/** Monotonic: unlike the time of day it never goes back. */
export const browserClock: ClockPort = {
  now: () => Math.floor(performance.now()),
  at(instant, wake) {
    const wait = Math.min(waitMax, Math.max(0, Math.ceil(instant - performance.now())));
    const timer = setTimeout(wake, wait);
    return () => clearTimeout(timer);
  },
};
