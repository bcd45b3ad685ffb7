// How a server is, at a glance.

import type { JournalFigures } from './journal.ts';

export interface Figures {
  readonly connections: number;
  readonly rooms: number;
  readonly members: number;
}

export interface Stats extends Figures {
  /** `journal-fails`: what is said cannot be kept at the moment, so nobody is told of it, and newcomers are refused. */
  readonly status: 'ok' | 'starting' | 'closing' | 'failed' | 'journal-fails';
  /** With the option `data`. */
  readonly journal?: JournalFigures;
}

/**
 * For supervisors. `/healthz`: restart the process if this fails; one that is closing ends by itself. `/readyz`: send
 * newcomers here. Undefined for any other path.
 */
export function probeAnswer(path: string, { status }: Stats): { status: number; body: object } | undefined {
  if (path === '/healthz') return { status: status === 'failed' ? 503 : 200, body: { status } };
  if (path === '/readyz') return { status: status === 'ok' ? 200 : 503, body: { status } };
  return undefined;
}
