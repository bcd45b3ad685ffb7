// Loads the participant's core with the dialects of all servers: what a page needs where the server is not ours.

import * as built from './wasm/legacy.js';
import type { ClientCore, ClientDoor } from './client-core.ts';
import { clientCoreOf } from './client-core.ts';
import { loaderOf } from './load-module.ts';

const load = loaderOf<ClientDoor>(built);

/** A new instance of the core. See `loaderOf` for what it costs and how it fails. */
export async function loadLegacyClient(): Promise<ClientCore> {
  return clientCoreOf(await load());
}

export { plainTransport } from './browser/web-socket.ts';
