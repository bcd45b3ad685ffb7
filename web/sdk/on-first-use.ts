// Parts of the SDK that a page loads when it first uses them.

import type { ErrorTable } from '../../bindings/errors.ts';
import type { ClientPorts, Undo } from '../../bindings/ports.ts';

interface Host {
  readonly errors: ErrorTable;
  readonly ports: Pick<ClientPorts, 'clock'>;
}

/** Loads at most once; what could not be loaded rejects with `internal`, and is loaded anew the next time. */
export function onFirstUse<Part>({ errors, ports }: Host, name: string, load: () => Promise<Part>): () => Promise<Part> {
  let loading: Promise<Part> | undefined;
  return () => {
    if (!loading) {
      loading = load().catch((cause: unknown) => {
        loading = undefined;
        throw errors.make('internal', `${name}.js could not be loaded`, cause);
      });
      ports.clock.during?.(loading);
    }
    return loading;
  };
}

/** Begins once the part is there, unless it was undone before. */
export function whileWanted<Part>(get: () => Promise<Part>, begin: (part: Part) => Undo, report: (error: unknown) => void): Undo {
  let undo: Undo | undefined;
  let isWanted = true;
  get()
    .then((part) => isWanted && (undo = begin(part)))
    .catch(report);
  return () => {
    isWanted = false;
    undo?.();
  };
}
