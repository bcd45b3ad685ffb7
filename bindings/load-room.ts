// Loads the server's core: the authority over the rooms.

import * as packed from './wasm/room.js';
import type { LoadOptions } from './load-module.ts';
import { loaderOf } from './load-module.ts';

export type { LoadOptions, WasmSource } from './load-module.ts';

/** The functions of bindings/room.cpp. Texts are JSON; a handle belongs to the instance that gave it. */
export interface RoomCore {
  roomCreate(optionsText: string): number;
  roomHandle(handle: number, nowMs: number, eventText: string): string;
  /** A `frame_arrived` event, field by field. */
  roomReceive(handle: number, nowMs: number, connection: string, name: string, body: string): string;
  roomDispose(handle: number): void;
}

/** A new instance of the core. See `loaderOf` for what it costs and how it fails. */
export const loadRoom: (options?: LoadOptions) => Promise<RoomCore> = loaderOf<RoomCore>(packed);
