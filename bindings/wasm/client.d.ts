// client.js is made by the build, from client.cpp: the module's bytes.

export declare const packed: string;
export declare const size: number;
