// Recorded files as MediaRecorder gives them do not say how long they are, since their beginning was given away before
// anybody could know, and are searched from the front when one seeks. A mender leaves room in the beginning, reads
// along, and fills it in at the end: https://github.com/w3c/mediacapture-record/issues/119. There are libraries which do it
// to a whole file held in memory; this has to be done to one that went out long ago.

import type { Bytes } from './bytes.ts';

export interface Mender {
  /** Milliseconds, up to the end of the last picture or sound; undefined: it cannot be told from the file. */
  readonly duration: number | undefined;
  /** What goes into the file now. May hold back the file's beginning until all of that is there. */
  feed(bytes: Bytes): Bytes;
  /** `tail` comes last; `head`, if there is one, then takes the place of as many bytes of the file's beginning. */
  finish(): { tail: Bytes; head: Bytes | undefined };
}
