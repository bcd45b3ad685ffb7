// Which mender a recorded file needs.

import type { Bytes } from './bytes.ts';
import type { Mender } from './mender.ts';
import { Mp4Mender } from './mp4.ts';
import { WebmMender } from './webm.ts';

/** Leaves everything as it is. */
class NoMender implements Mender {
  readonly duration = undefined;

  feed(bytes: Bytes): Bytes {
    return bytes;
  }

  finish(): { tail: Bytes; head: undefined } {
    return { tail: new Uint8Array(), head: undefined };
  }
}

export function menderFor(mimeType: string): Mender {
  if (/^(video|audio)\/(webm|x-matroska)\b/.test(mimeType)) return new WebmMender();
  if (/^(video|audio)\/mp4\b/.test(mimeType)) return new Mp4Mender();
  return new NoMender();
}
