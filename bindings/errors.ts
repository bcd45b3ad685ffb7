// The core's table of errors. Codes, blame and advice come from the core's table (src/core/errors.hpp), so that
// each text exists once; what is thrown before a core is there is always the caller's own doing.

import type { ErrorCode, Failure } from './client-types.ts';
import { MeetingError } from './meeting-error.ts';

export { MeetingError } from './meeting-error.ts';

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
