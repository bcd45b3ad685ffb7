// Identities and secrets, from the browser's own source of randomness.

import type { SecretsPort } from '../ports.ts';

export const browserSecrets: SecretsPort = {
  // Not crypto.randomUUID: that one is for secure pages only.
  id() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  },
  seed: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
};
