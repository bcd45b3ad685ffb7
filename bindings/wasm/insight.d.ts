// insight.js is made by the build, from insight.cpp: Emscripten's glue and the module's bytes.

import type { InsightDoor } from '../load-insight.ts';
import type { GlueOptions } from '../load-module.ts';

export declare const packed: string;
export declare const size: number;
export default function createModule(options: GlueOptions): Promise<InsightDoor>;
