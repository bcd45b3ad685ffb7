// How a server is, at a glance.

export interface Figures {
  readonly connections: number;
  readonly rooms: number;
  readonly members: number;
}

export interface Stats extends Figures {
  readonly status: 'ok' | 'starting' | 'closing' | 'failed';
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
