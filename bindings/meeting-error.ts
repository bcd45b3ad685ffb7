// The one error class of Meetwire, in a file of its own: applications ask for it by `instanceof`, so that of all that the
// package's bundles have in common this alone must be the same object in all of them.

import type { Blame, Denier, ErrorCode, Failure } from './client-types.ts';

/** An error with a stable code, who is to blame, and whether the same call may succeed later. */
export class MeetingError extends Error {
  override readonly name = 'MeetingError';
  readonly code: ErrorCode;
  readonly blame: Blame;
  readonly retryable: boolean;
  /** Of `permission-denied`, where it is known: who did not permit it. */
  readonly deniedBy: Denier | undefined;

  constructor({ code, blame = 'local', retryable = false, message = code, detail, deniedBy }: Partial<Failure> & Pick<Failure, 'code'>, options?: ErrorOptions) {
    super(detail ? `${message} (${detail})` : message, options);
    this.code = code;
    this.blame = blame;
    this.retryable = retryable;
    this.deniedBy = deniedBy;
  }
}
