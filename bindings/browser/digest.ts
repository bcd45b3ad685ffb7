// SHA-256, the browser's own. It is there on secure pages only.

import type { DigestPort } from '../flow/ports.ts';

export const browserDigest: DigestPort = async (bytes) => {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  return subtle && new Uint8Array(await subtle.digest('SHA-256', bytes));
};
