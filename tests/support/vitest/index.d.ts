// The types of what index.js has of Vitest, as Vitest declares them.

export declare function onTestFinished(finish: () => unknown): void;
export declare function expect<Value>(actual: Value): { toBe(expected: Value): void; toEqual(expected: Value): void };
export declare const test: ((name: string, body: () => unknown) => void) & {
  each<Row>(rows: readonly Row[]): (name: string, body: (row: Row) => unknown) => void;
};
