// A double of the codelab's reference server in its variants, written from its published behaviour, with all of its defects:
// what our client has to live with. It stands on the library that the original has, socket.io 2.
//
// Must not know anything of Meetwire: it is the other side.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import listen from 'socket.io-2';
import type { Server, Socket } from 'socket.io-2';

/** The text that the codelab began with; its steps 4 and 5; its step 6, without media. */
export type CodelabVariant = 'text' | 'step 4' | 'step 6';
export const codelabVariants = ['text', 'step 4', 'step 6'] as const satisfies CodelabVariant[];

export class CodelabServer {
  readonly url: string;
  readonly variant: CodelabVariant;
  readonly #io: Server;

  private constructor(io: Server, url: string, variant: CodelabVariant) {
    this.#io = io;
    this.url = url;
    this.variant = variant;
    io.sockets.on('connection', (socket) => this.#connected(socket));
  }

  static async start(variant: CodelabVariant, port = 0): Promise<CodelabServer> {
    const http = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
    return new CodelabServer(listen(http), `http://127.0.0.1:${(http.address() as AddressInfo).port}`, variant);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** How many are in a room. */
  inRoom(room: string): number {
    return Object.keys(this.#io.sockets.adapter.rooms[room]?.sockets ?? {}).length;
  }

  get connections(): number {
    return Object.keys(this.#io.sockets.connected).length;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#io.close(() => resolve()));
  }

  /** Cuts the sockets of a room, as a bad network does; the server has noticed. */
  cut(room: string): void {
    for (const id of Object.keys(this.#io.sockets.adapter.rooms[room]?.sockets ?? {})) this.#io.sockets.connected[id]?.conn.close(true);
  }

  #connected(socket: Socket): void {
    const log = (...words: unknown[]): void => socket.emit('log', [this.variant === 'text' ? '>>> ' : 'Message from server:', ...words]);
    socket.on('message', (message: unknown) => {
      log(this.variant === 'text' ? 'Got message: ' : 'Client said: ', message);
      // For a real application it should be room only; here it goes to the whole process.
      socket.broadcast.emit('message', message);
    });
    socket.on('create or join', (room: string) => {
      log(`Received request to create or join room ${room}`);
      const count = this.inRoom(room);
      log(`Room ${room} now has ${count} client(s)`);
      if (count === 0) this.#create(socket, room);
      else if (count === 1) this.#join(socket, room);
      else socket.emit('full', room);
      if (this.variant !== 'text') return;
      socket.emit(`emit(): client ${socket.id} joined room ${room}`);
      socket.broadcast.emit(`broadcast(): client ${socket.id} joined room ${room}`);
    });
    socket.on('ipaddr', () => ['192.0.2.1', '192.0.2.2'].forEach((address) => socket.emit('ipaddr', address)));
    socket.on('bye', () => {});
    if (this.variant === 'step 6') socket.on('disconnect', () => socket.broadcast.emit('bye'));
  }

  #create(socket: Socket, room: string): void {
    socket.join(room);
    if (this.variant === 'text') socket.emit('created', room);
    else socket.emit('created', room, socket.id);
  }

  #join(socket: Socket, room: string): void {
    if (this.variant !== 'step 6') this.#io.sockets.in(room).emit('join', room);
    socket.join(room);
    if (this.variant === 'text') return socket.emit('joined', room);
    socket.emit('joined', room, socket.id);
    if (this.variant === 'step 4') return this.#io.sockets.in(room).emit('ready');
    this.#io.sockets.in(room).emit('ready', room);
    socket.broadcast.emit('ready', room);
  }
}
