// The bounds of a transport, each with its reason. What rooms and messages are bound to stands in the core's limits table.

/**
 * A message of 64 KiB is JSON text within a JSON string, where each quote and backslash takes two bytes; beside it goes
 * the framing. What is larger than this never becomes a message: engine.io answers 413, or closes the socket with 1009,
 * before it has the whole. What is smaller but too large gets its typed error from the core.
 */
export const frameBytesMax = 2 * 64 * 1024 + 4 * 1024;

/**
 * How long a socket may say nothing where it is its turn: to finish a request, to ask for the namespace after the
 * transport's handshake, to end an upgrade, to answer a close. Each is one round trip, of 5 s on the worst lines that are
 * served. What holds sockets for as long is bound by address.
 */
export const silentMsMax = 7_000;

/** A server learns of a dead client, and a client of a dead server, within the sum of these. */
export const pingIntervalMs = 10_000;
export const pingTimeoutMs = 15_000;

/** For what was delivered at the end to go out, to clients that may have stopped reading. */
export const flushMsMax = 1_000;

/** An http server that others share: their own upgrade handlers may take their time. */
export const strangeUpgradeMsMax = { alone: 1_000, beside: 10_000 } as const;

/**
 * What may wait for a client that does not read: everything that is written to it, of the core and of the transport.
 * Four times what the core keeps for a resume: whoever is that far behind comes back sooner by reconnecting.
 */
export const pendingBytesMax = 4 * 1024 * 1024;
/** What a packet costs in memory beside its text: a pong of one byte is an object, a frame and a callback. */
export const packetBytes = 256;

/**
 * Everything that comes over one transport: frames, WebSocket pings and pongs, engine.io's packets. Five times what the
 * core allows a connection, which answers with a typed error where this only ends the transport.
 */
export const packetsPerSecond = 500;
export const packetsBurst = 2_500;
/** Those that come in one request are handled in one go: a candidate each of a joiner in a full room, twice. */
export const packetsPerPayloadMax = 256;
/** A wrong namespace may be asked for once or twice, by a client of something else; the right one only once. */
export const connectsMax = 3;

/** What an address is charged for a packet and for a request, whatever their length: reading one takes as long as this many bytes. */
export const packetCharge = 1_024;
export const requestCharge = 4_096;
/** For how long an address may go at more than its rate: an office that comes in at nine. */
export const bytesBurstSeconds = 4;
export const joinsBurstSeconds = 20;
/** Sockets of an address for each connection that it may have: one that polls has two, a browser that loads the page up to six. */
export const socketsPerConnection = 4;

/**
 * What is done for one address in one turn of the event loop: bytes that are read by the core, and written. It is some
 * milliseconds of work; what is more waits while the others have their turn. One text of 16 KB to a room of 12 fits.
 */
export const turnBytesMax = 256 * 1024;
/** What an event takes beside its text, and a delivery. */
export const eventCharge = 2_048;
export const outputCharge = 1_024;
/** With so much waiting for its turn an address is not read from, for as long as that takes at so many bytes a millisecond. */
export const waitingBytesMax = 1024 * 1024;
export const waitingBytesPerMs = 8 * 1024;
