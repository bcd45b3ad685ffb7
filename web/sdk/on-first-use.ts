// Parts of the SDK that a page loads when it first uses them.

import type { ErrorTable } from '../../bindings/errors.ts';

/** Loads at most once; what could not be loaded rejects with `internal`, and is loaded anew the next time. */
export function onFirstUse<Part>(errors: ErrorTable, name: string, load: () => Promise<Part>): () => Promise<Part> {
  let loading: Promise<Part> | undefined;
  return () =>
    (loading ??= load().catch((cause: unknown) => {
      loading = undefined;
      throw errors.make('internal', `${name}.js could not be loaded`, cause);
    }));
}
