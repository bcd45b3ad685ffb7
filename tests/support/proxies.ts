// What may stand between a page and the server: a line that takes its time, and proxies that let only some things through.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer as createTcpServer } from 'node:net';
import type { Server as TcpServer } from 'node:net';

export interface Between {
  readonly url: string;
  close(): void;
}

async function listening(server: Server | TcpServer, sockets: Set<Socket>): Promise<Between> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Everything takes half of `roundTripMs` each way; the order stays. */
export async function slowLine(target: string, roundTripMs: number): Promise<Between> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createTcpServer((near) => {
    const far = connect(Number(port), hostname);
    sockets.add(far);
    far.on('error', () => {});
    for (const [from, to] of [[near, far], [far, near]] as const) {
      const later = (what: () => void): void => void setTimeout(what, roundTripMs / 2).unref();
      from.on('data', (data) => later(() => to.write(data)));
      from.on('close', () => later(() => to.destroy()));
    }
  });
  return listening(server, sockets);
}

export interface ProxyRules {
  /** What becomes of an upgrade; default: it goes through. */
  upgrade?: 'swallow' | 'refuse' | 'close' | 'mute';
  /** Polling requests that are never answered. */
  swallow?: (request: IncomingMessage) => boolean;
  /** Polling requests that are answered with 502. */
  refuse?: (request: IncomingMessage) => boolean;
  /** The headers with which the server is asked. */
  headers?: (headers: IncomingMessage['headers']) => object;
  /** Under which path the server is mounted; it is taken off. */
  under?: string;
}

/** A reverse proxy in front of `target`. `rules` may be changed while it runs. */
export async function proxy(target: string, rules: ProxyRules): Promise<Between> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const asked = (request: IncomingMessage) => {
    const { under = '' } = rules;
    const path = request.url!.startsWith(`${under}/`) ? request.url!.slice(under.length) : undefined;
    return { hostname, port, method: request.method, path, headers: { ...(rules.headers?.(request.headers) ?? request.headers) } };
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (rules.swallow?.(request)) return void request.resume();
    const options = asked(request);
    if (rules.refuse?.(request) || options.path === undefined) return void response.writeHead(502).end();
    const inner = httpRequest(options, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    inner.on('error', () => response.destroy());
    response.on('close', () => inner.destroy());
    request.pipe(inner);
  });
  server.on('upgrade', (request: IncomingMessage, near: Socket) => {
    if (rules.upgrade === 'swallow') return;
    if (rules.upgrade === 'close') return void near.destroy();
    const options = asked(request);
    if (rules.upgrade === 'refuse' || options.path === undefined) return void near.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    const inner = httpRequest(options);
    inner.on('response', (answer) => near.end(`HTTP/1.1 ${answer.statusCode} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`));
    inner.on('upgrade', (answer, far: Socket, head) => {
      sockets.add(far);
      far.on('error', () => {});
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      near.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      near.once('close', () => far.destroy());
      far.once('close', () => near.destroy());
      // The handshake goes through, and nothing after it.
      if (rules.upgrade === 'mute') return void far.resume();
      near.write(head);
      far.pipe(near).pipe(far);
    });
    inner.on('error', () => near.destroy());
    inner.end();
  });
  return listening(server, sockets);
}
