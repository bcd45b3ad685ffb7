// Loads the core that makes sense of what is measured of a meeting.

import * as built from './wasm/insight.js';
import type { LoadOptions } from './load-module.ts';
import { loaderOf } from './load-module.ts';
import type { TextDoor } from './texts.ts';
import { give, take } from './texts.ts';

/** The functions of bindings/insight.cpp, with whole texts. They are JSON; a handle belongs to the instance that gave it. */
export interface InsightCore {
  insightCreate(optionsText: string): number;
  insightHandle(handle: number, nowMs: number, eventText: string): string;
  insightDispose(handle: number): void;
}

// As in load-client.ts.
export interface InsightDoor extends TextDoor {
  create(options: number): number;
  handle(handle: number, nowMs: number, event: number): Uint8Array<ArrayBuffer>;
  dispose(handle: number): void;
}

const load = loaderOf<InsightDoor>(built);

/** A new instance of the core. See `loaderOf` for what it costs and how it fails. */
export async function loadInsight(options?: LoadOptions): Promise<InsightCore> {
  const door = await load(options);
  return {
    insightCreate: (optionsText) => door.create(give(door, optionsText)),
    insightHandle: (handle, nowMs, eventText) => take(door.handle(handle, nowMs, give(door, eventText))),
    insightDispose: (handle) => door.dispose(handle),
  };
}
