// What a check has found.

export type Outcome = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly outcome: Outcome;
  /** What was found. Holds no token and no credential. */
  readonly found: string;
  /** What to do about it; absent where nothing is to be done. */
  readonly mend?: string;
}

export const ok = (check: string, found: string): Finding => ({ check, outcome: 'ok', found });
export const warning = (check: string, found: string, mend: string): Finding => ({ check, outcome: 'warning', found, mend });
export const failed = (check: string, found: string, mend: string): Finding => ({ check, outcome: 'failed', found, mend });
export const skipped = (check: string, found: string): Finding => ({ check, outcome: 'skipped', found });

/** Of an error of Node's: its code, or what it says. */
export function reasonOf(error: unknown): string {
  const { code, message, cause } = error as { code?: string; message?: string; cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined ? String(message ?? error) : reasonOf(cause);
}
