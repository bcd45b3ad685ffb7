// Loads the participant's core. This is `meetwire/core`.

import * as packed from './wasm/client.js';
import type { LoadOptions } from './load-module.ts';
import { loaderOf } from './load-module.ts';

export type { LoadOptions, WasmSource } from './load-module.ts';

/** The functions of bindings/client.cpp. Texts are JSON; a handle belongs to the instance that gave it. */
export interface ClientCore {
  clientCreate(optionsText: string): number;
  clientHandle(handle: number, nowMs: number, eventText: string): string;
  /** A `message_arrived` event, field by field. */
  clientReceive(handle: number, nowMs: number, attempt: number, name: string, body: string): string;
  clientDispose(handle: number): void;
  /** Every error there is: [{code, blame, retryable, message}]. */
  clientErrors(): string;
}

/** A new instance of the core. See `loaderOf` for what it costs and how it fails. */
export const loadClient: (options?: LoadOptions) => Promise<ClientCore> = loaderOf<ClientCore>(packed);
