// One engine.io transport with everything that goes over it, both ways: what waits to be read, how much comes, how often
// the namespace is asked for.

import type { Socket } from 'socket.io';
import { connectsMax, packetBytes, packetsBurst, packetsPerPayloadMax, packetsPerSecond, pendingBytesMax, silentMsMax } from './bounds.ts';
import { Bucket } from './rate.ts';

export type EngineSocket = Socket['conn'];
interface Packet {
  readonly type: string;
  readonly data?: unknown;
}

export interface ConversationPorts {
  /** A packet came by polling; WebSockets count by themselves. */
  readonly came: (bytes: number) => void;
  readonly ended: (reason: string) => void;
}

export class Conversation {
  readonly #conn: EngineSocket;
  readonly #ports: ConversationPorts;
  readonly #bucket = new Bucket(packetsPerSecond, packetsBurst, performance.now());
  // Waits for the transport to take it; was taken and waits for the client to read it.
  #queued = 0;
  #underWay = 0;
  #inThisTurn = 0;
  #connects = 0;
  #open = false;
  #ended = false;

  constructor(conn: EngineSocket, ports: ConversationPorts) {
    this.#conn = conn;
    this.#ports = ports;
    // Everything that is written comes by here: deliveries, acknowledgements, answers to CONNECT, pongs.
    conn.on('packetCreate', (packet: Packet) => this.#writes(packet));
    conn.on('flush', () => {
      this.#underWay = this.#queued;
      this.#queued = 0;
    });
    conn.on('packet', (packet: Packet) => this.#came(packet));
    // Before socket.io reads it.
    conn.prependListener('data', (data: unknown) => this.#asks(data));
    // A transport that waits for a poll to say that it closes would wait for 30 s.
    const { transport } = conn;
    if (transport.name === 'polling') (transport as unknown as { closeTimeout: number }).closeTimeout = silentMsMax;
  }

  /** The namespace is entered; when the socket leaves it, the transport has nothing left to be for. */
  opened(socket: Socket): void {
    this.#open = true;
    socket.on('disconnect', () => this.#conn.close());
  }

  /** Ended at once, with what waits. */
  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#ports.ended(reason);
    this.#conn.close(true);
    const { socket } = this.#conn.transport as unknown as { socket?: { terminate?(): void } };
    socket?.terminate?.();
  }

  #writes({ data }: Packet): void {
    if (this.#conn.transport.writable) this.#queued = this.#underWay = 0;
    this.#queued += packetBytes + lengthOf(data);
    if (this.#queued + this.#underWay > pendingBytesMax) this.end('does not read');
  }

  #came({ data }: Packet): void {
    const now = performance.now();
    this.#bucket.take(1, now);
    if (this.#inThisTurn++ === 0) setImmediate(() => (this.#inThisTurn = 0));
    if (this.#inThisTurn > packetsPerPayloadMax) return this.end('too many packets in one request');
    if (this.#bucket.waitMs(now) > 0) return this.end('too many packets');
    if (this.#conn.transport.name === 'polling') this.#ports.came(lengthOf(data));
  }

  #asks(data: unknown): void {
    if (typeof data !== 'string' || !data.startsWith('0')) return;
    this.#connects += 1;
    if (this.#open || this.#connects > connectsMax) this.end('enters more than one namespace');
  }
}

const lengthOf = (data: unknown): number => (typeof data === 'string' ? data.length : Buffer.isBuffer(data) ? data.byteLength : 0);
