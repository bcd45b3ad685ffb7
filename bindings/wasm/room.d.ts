// room.js is made by the build, from room.cpp: the module's bytes.

export declare const packed: string;
export declare const size: number;
