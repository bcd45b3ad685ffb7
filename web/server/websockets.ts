// WebSockets whose every frame counts, the control frames too, which engine.io never sees.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ServerOptions, WebSocket } from 'ws';
import { packetBytes, packetsBurst, packetsPerSecond, silentMsMax } from './bounds.ts';
import { Bucket } from './rate.ts';

export interface WebSocketPorts {
  /** So many bytes came; how long no more should be read, in milliseconds. */
  readonly came: (address: string, bytes: number) => number;
  /** Why a socket was ended. */
  readonly ended: (address: string, reason: string) => void;
  /** Asked while the socket is open: afterwards its address is gone. */
  readonly addressOf: (request: IncomingMessage) => string;
}

/** For engine.io's option `wsEngine`. */
export function watchedWebSockets({ came, ended, addressOf }: WebSocketPorts): new (options: ServerOptions) => WebSocketServer {
  return class extends WebSocketServer {
    constructor(options: ServerOptions) {
      // One message a turn of the event loop: a packet of 64 KB with 9,000 pings lets the others in between. The time
      // to answer a close is the same as every other silence; ws's own would be 30 s.
      const own = { autoPong: false, allowSynchronousEvents: false, closeTimeout: silentMsMax };
      super({ ...options, ...own } as ServerOptions);
    }

    override handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: (ws: WebSocket, request: IncomingMessage) => void): void {
      const address = addressOf(request);
      super.handleUpgrade(request, socket, head, (ws) => {
        watch(ws, (bytes) => came(address, bytes), (reason) => ended(address, reason));
        done(ws, request);
      });
    }
  };
}

function watch(ws: WebSocket, came: (bytes: number) => number, ended: (reason: string) => void): void {
  const bucket = new Bucket(packetsPerSecond, packetsBurst, performance.now());
  let resume: NodeJS.Timeout | undefined;
  const count = (data: unknown): void => {
    bucket.take(1, performance.now());
    if (bucket.waitMs(performance.now()) > 0) {
      // What has been read already would still be told, one by one.
      ws.removeAllListeners('message').removeAllListeners('ping').removeAllListeners('pong');
      ws.terminate();
      return ended('too many packets');
    }
    const waitMs = came(lengthOf(data));
    if (waitMs === 0 || resume !== undefined) return;
    ws.pause();
    resume = setTimeout(() => {
      resume = undefined;
      ws.resume();
    }, waitMs);
    resume.unref();
  };
  ws.on('message', count);
  ws.on('pong', count);
  const answer = pongs(ws);
  ws.on('ping', (data) => {
    count(data);
    answer(data);
  });
  ws.once('close', () => clearTimeout(resume));
}

/** One pong at a time, as RFC 6455 allows in 5.5.3: who does not read has one waiting, for the latest ping. */
export function pongs(ws: WebSocket): (data: Buffer) => void {
  let under = false;
  let latest: Buffer | undefined;
  const answer = (data: Buffer): void => {
    if (under) return void (latest = data);
    under = true;
    ws.pong(data, false, () => {
      under = false;
      const next = latest;
      latest = undefined;
      if (next !== undefined && ws.readyState === ws.OPEN) answer(next);
    });
  };
  return answer;
}

const lengthOf = (data: unknown): number =>
  Buffer.isBuffer(data) || data instanceof ArrayBuffer ? data.byteLength : Array.isArray(data) ? data.reduce((sum: number, part: Buffer) => sum + part.byteLength, 0) : packetBytes;
