// Waiting for others to go.

// Often enough to end soon after the last one, seldom enough to cost nothing.
const lookEveryMs = 20;

/** Until `isOver` says so, or time is up. */
export function untilOver(isOver: () => boolean, msMax: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(deadline);
      clearInterval(poll);
      resolve();
    };
    const look = (): void => {
      if (isOver()) done();
    };
    const deadline = setTimeout(done, msMax);
    const poll = setInterval(look, lookEveryMs);
    look();
  });
}
