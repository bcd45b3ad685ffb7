// room.js is made by the build, from room.cpp: Emscripten's code, and the module's bytes.

import type { RoomDoor } from '../load-room.ts';
import type { CreateModule } from '../load-module.ts';

export declare const createModule: CreateModule<RoomDoor>;
export declare const bytes: string;
