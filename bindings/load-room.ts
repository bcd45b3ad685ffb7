// Loads the server's core: the authority over the rooms.

import * as built from './wasm/room.js';
import type { LoadOptions } from './load-module.ts';
import { loaderOf } from './load-module.ts';
import type { TextDoor } from './texts.ts';
import { give, take } from './texts.ts';

export type { LoadOptions, WasmSource } from './load-module.ts';

/** The functions of bindings/room.cpp, with whole texts. They are JSON; a handle belongs to the instance that gave it. */
export interface RoomCore {
  roomCreate(optionsText: string): number;
  roomHandle(handle: number, nowMs: number, eventText: string): string;
  /** A `frame_arrived` event, field by field. */
  roomReceive(handle: number, nowMs: number, connection: string, name: string, body: string): string;
  roomDispose(handle: number): void;
  /** Bytes of the instance's memory, which never shrinks. */
  roomMemory(): number;
}

// As in load-client.ts.
export interface RoomDoor extends TextDoor {
  create(options: number): number;
  handle(handle: number, nowMs: number, event: number): Uint8Array<ArrayBuffer>;
  receive(handle: number, nowMs: number, connection: number, name: number, body: number): Uint8Array<ArrayBuffer>;
  dispose(handle: number): void;
}

const load = loaderOf<RoomDoor>(built);

/** A new instance of the core. See `loaderOf` for what it costs and how it fails. */
export async function loadRoom(options?: LoadOptions): Promise<RoomCore> {
  const door = await load(options);
  return {
    roomCreate: (optionsText) => door.create(give(door, optionsText)),
    roomHandle: (handle, nowMs, eventText) => take(door.handle(handle, nowMs, give(door, eventText))),
    roomReceive(handle, nowMs, connection, name, body) {
      const connectionEnd = give(door, connection);
      const nameEnd = give(door, name, connectionEnd);
      return take(door.receive(handle, nowMs, connectionEnd, nameEnd, give(door, body, nameEnd)));
    },
    roomDispose: (handle) => door.dispose(handle),
    roomMemory: () => door.input(0).buffer.byteLength,
  };
}
