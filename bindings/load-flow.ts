// Loads the core of what flows between participants besides media.

import * as built from './wasm/flow.js';
import type { LoadOptions } from './load-module.ts';
import { loaderOf } from './load-module.ts';
import type { TextDoor } from './texts.ts';
import { give, take } from './texts.ts';

/** The functions of bindings/flow.cpp, with whole texts. They are JSON; a handle belongs to the instance that gave it. */
export interface FlowCore {
  flowCreate(optionsText: string): number;
  flowHandle(handle: number, nowMs: number, eventText: string): string;
  flowDispose(handle: number): void;
  /** FlowBounds. */
  flowBounds(): string;
}

// As in load-client.ts.
export interface FlowDoor extends TextDoor {
  create(options: number): number;
  handle(handle: number, nowMs: number, event: number): Uint8Array<ArrayBuffer>;
  dispose(handle: number): void;
  bounds(): Uint8Array<ArrayBuffer>;
}

const load = loaderOf<FlowDoor>(built);

/** A new instance of the core. See `loaderOf` for what it costs and how it fails. */
export async function loadFlow(options?: LoadOptions): Promise<FlowCore> {
  const door = await load(options);
  return {
    flowCreate: (optionsText) => door.create(give(door, optionsText)),
    flowHandle: (handle, nowMs, eventText) => take(door.handle(handle, nowMs, give(door, eventText))),
    flowDispose: (handle) => door.dispose(handle),
    flowBounds: () => take(door.bounds()),
  };
}
