// What flows needs of the world beside what the meeting has already (../ports.ts).

/** SHA-256 of the bytes; undefined where there is none: then nothing is checked beyond what the network does. */
export type DigestPort = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer> | undefined>;
