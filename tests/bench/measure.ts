// Timing by many short rounds: the median of the rounds is quoted, as single figures are noise.

export interface Timing {
  /** Microseconds a call, median over the rounds. */
  median: number;
  min: number;
  max: number;
}

/** Runs each subject in turn within every round, so that drift of the machine's speed meets them alike. */
export function measure(subjects: Record<string, () => void>, callsPerRound: number, rounds: number): Record<string, Timing> {
  const samples = new Map<string, number[]>(Object.keys(subjects).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, subject] of Object.entries(subjects)) {
      const start = performance.now();
      for (let call = 0; call < callsPerRound; call++) subject();
      // The first two rounds warm the engine up.
      if (round >= 0) samples.get(name)?.push(((performance.now() - start) * 1000) / callsPerRound);
    }
  }
  return Object.fromEntries([...samples].map(([name, values]) => [name, summarise(values)]));
}

function summarise(values: number[]): Timing {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] ?? NaN, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}

export const show = (timing: Timing): string =>
  `${timing.median.toFixed(2)} µs (${timing.min.toFixed(2)} to ${timing.max.toFixed(2)})`;
