// Waiting for conditions in tests: never for a time.

/** Until `look` gives something true; fails with the words of `what` when it never does. */
export async function until<T>(what: string, look: () => T | Promise<T>, msMax = 5_000): Promise<NonNullable<T>> {
  const end = performance.now() + msMax;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`never happened within ${msMax} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Lets everything go on that waits for nothing but its turn. */
export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves to true if the promise settles within the time, however it does. */
export function settlesWithin(promise: Promise<unknown>, msMax: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), msMax);
    const settled = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settled, settled);
  });
}
