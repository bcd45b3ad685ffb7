// Loads the participant's core. This is `meetwire/core`.

import * as built from './wasm/client.js';
import type { ClientCore, ClientDoor } from './client-core.ts';
import type { LoadOptions } from './load-module.ts';
import { clientCoreOf } from './client-core.ts';
import { loaderOf } from './load-module.ts';

export type { ClientCore } from './client-core.ts';
export type { LoadOptions, WasmSource } from './load-module.ts';

const load = loaderOf<ClientDoor>(built);

/** A new instance of the core. See `loaderOf` for what it costs and how it fails. */
export async function loadClient(options?: LoadOptions): Promise<ClientCore> {
  return clientCoreOf(await load(options));
}
