// flow.js is made by the build, from flow.cpp: Emscripten's code, and the module's bytes.

import type { FlowDoor } from '../load-flow.ts';
import type { CreateModule } from '../load-module.ts';

declare const createModule: CreateModule<FlowDoor>;
export default createModule;
export declare const bytes: string;
