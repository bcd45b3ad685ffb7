// The one error class of Meetwire. Codes, blame and advice come from the core's table (src/core/errors.hpp), so that
// each text exists once; what is thrown before a core is there is always the caller's own doing.

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

/** Makes errors out of the core's table. */
export class ErrorTable {
  readonly #rows: Failure[];

  /** `text`: the JSON array that the door's `clientErrors` gives. */
  constructor(text: string) {
    this.#rows = JSON.parse(text) as Failure[];
  }

  /** `detail` says what exactly, in words without message content or secrets. */
  make(code: ErrorCode, detail?: string, cause?: unknown): MeetingError {
    const row = this.#rows.find((each) => each.code === code);
    return new MeetingError({ code, ...row, ...(detail !== undefined && { detail }) }, cause === undefined ? undefined : { cause });
  }
}
