// legacy.js is made by the build, from legacy.cpp: Emscripten's code, and the module's bytes.

import type { ClientDoor } from '../client-core.ts';
import type { CreateModule } from '../load-module.ts';

declare const createModule: CreateModule<ClientDoor>;
export default createModule;
export declare const bytes: string;
