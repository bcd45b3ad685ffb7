// What the page may use, and who said no: the Permissions API, the page's Permissions Policy, and what browsers put into
// the words of an error. Asks nobody for anything.

import type { Denier, Source } from '../client-types.ts';

/** `unknown` where the browser does not tell. */
export type Permission = 'granted' | 'denied' | 'prompt' | 'unknown';

// In the Permissions registry and in policies alike.
const featureOf: Record<Source, string> = { camera: 'camera', microphone: 'microphone', screen: 'display-capture' };

function query(source: Source): Promise<PermissionStatus> {
  return navigator.permissions.query({ name: featureOf[source] as PermissionName });
}

export async function permissionFor(source: Source): Promise<Permission> {
  try {
    return (await query(source)).state;
  } catch {
    return 'unknown'; // no permissions interface, or one that does not know this name
  }
}

/** Calls back when one of them has changed. Gives the undo. */
export function onPermissionsChanged(sources: readonly Source[], listener: () => void): () => void {
  let undone = false;
  const watched: PermissionStatus[] = [];
  for (const source of sources) {
    // Called asynchronously, since the interface may be missing.
    Promise.resolve(source).then(query).then(
      (status) => {
        if (undone) return;
        watched.push(status);
        status.addEventListener('change', listener);
      },
      () => {},
    );
  }
  return () => {
    undone = true;
    for (const status of watched.splice(0)) status.removeEventListener('change', listener);
  };
}

/** Whether the page's own policy lets it ask. True where the browser does not tell. */
function policyAllows(source: Source): boolean {
  const page = globalThis.document as { featurePolicy?: { allowsFeature(name: string): boolean } } | undefined;
  return page?.featurePolicy?.allowsFeature(featureOf[source]) ?? true;
}

/**
 * To be called right before a device is asked for, as asking changes the answer: what it gives tells by whom the request
 * was then denied.
 */
export function watchDenial(source: Source, ask = permissionFor): (error: unknown) => Promise<Denier | undefined> {
  const asked = ask(source);
  return async (error) => {
    const { name, message = '' } = error as Partial<Error>;
    if (name === 'InvalidStateError') return 'browser';
    if (name !== 'NotAllowedError') return undefined;
    if (!policyAllows(source)) return 'policy';
    if (message.includes('by system')) return 'system';
    const before = await asked;
    if (before === 'denied') return 'browser';
    // Permitted to the page, and refused all the same: by nobody whom the browser could ask. A picker is another matter.
    if (before === 'granted') return source === 'screen' ? 'user' : 'system';
    return before === 'prompt' ? 'user' : undefined;
  };
}
