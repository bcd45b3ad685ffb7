// insight.js is made by the build, from insight.cpp: Emscripten's code, and the module's bytes.

import type { InsightDoor } from '../load-insight.ts';
import type { CreateModule } from '../load-module.ts';

declare const createModule: CreateModule<InsightDoor>;
export default createModule;
export declare const bytes: string;
