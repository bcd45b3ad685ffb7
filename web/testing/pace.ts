// How long things take in the browser that the fakes stand in for.

import { nextTurn } from '../../bindings/node/turns.ts';

export interface Pace {
  /** Once what is running now is through, and after all that was put off before: operations end so, and events come so. */
  later(run: () => void): void;
}

/** No virtual time: the next turn of the event loop. */
export const turns: Pace = { later: nextTurn };

export const turnOf = ({ later }: Pace): Promise<void> => new Promise((resolve) => later(resolve));
