// room.js is made by the build, from room.cpp: Emscripten's glue and the module's bytes.

import type { GlueOptions } from '../load-module.ts';
import type { RoomDoor } from '../load-room.ts';

export declare const packed: string;
export declare const size: number;
export default function createModule(options: GlueOptions): Promise<RoomDoor>;
