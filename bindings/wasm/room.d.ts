// room.js is made by the build, from room.cpp: Emscripten's code, and the module's bytes.

import type { RoomDoor } from '../load-room.ts';
import type { CreateModule } from '../load-module.ts';

declare const createModule: CreateModule<RoomDoor>;
export default createModule;
export declare const bytes: string;
