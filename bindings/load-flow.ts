// Loads the core of what flows between participants besides media.

import * as packed from './wasm/flow.js';
import type { LoadOptions } from './load-module.ts';
import { loaderOf } from './load-module.ts';
import type { TextDoor } from './texts.ts';
import { textsOf } from './texts.ts';

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
  handle(handle: number, nowMs: number, event: number): number;
  dispose(handle: number): void;
  bounds(): number;
}

const load = loaderOf<FlowDoor>(packed);

/** A new instance of the core. See `loaderOf` for what it costs and how it fails. */
export async function loadFlow(options?: LoadOptions): Promise<FlowCore> {
  const module = await load(options);
  const { door } = module;
  const { give, take } = textsOf(module);
  return {
    flowCreate: (optionsText) => door.create(give(optionsText)),
    flowHandle: (handle, nowMs, eventText) => take(door.handle(handle, nowMs, give(eventText))),
    flowDispose: (handle) => door.dispose(handle),
    flowBounds: () => take(door.bounds()),
  };
}
