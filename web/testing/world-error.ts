// What can be wrong with a test's use of the world, as opposed to what goes wrong in it.

/**
 * `invalid-argument`: what was asked makes no sense; `closed`: the world is; `never`: what was waited for does not come
 * about; `restless`: the world does not come to rest. The message has the seed where chance may have a part in it.
 */
export type WorldErrorCode = 'invalid-argument' | 'closed' | 'never' | 'restless';

export class WorldError extends Error {
  override readonly name = 'WorldError';
  readonly code: WorldErrorCode;

  constructor(code: WorldErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws `invalid-argument` unless it is a number of that range. */
export function checkNumber(what: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new WorldError('invalid-argument', `${what} must be a number from ${least} to ${most}, not ${String(value)}`);
}
