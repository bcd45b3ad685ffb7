// The library's version 2, for servers of that version: the current one cannot connect to them. Loaded where such a server is
// named, or met.
//
// It has no way to hear of every event, so it is told the names of those that matter.

import connectBy2 from 'socket.io-client-2';
import type { Connect, SocketLike } from './socket-like.ts';

const names = ['created', 'joined', 'join', 'ready', 'full', 'message', 'bye'];

export const connect: Connect = (origin, options): SocketLike => {
  const socket = connectBy2(origin, options);
  return {
    get connected() {
      return socket.connected;
    },
    io: socket.io,
    on: (name, listener) => socket.on(name, listener),
    onAny(listener) {
      for (const name of names) socket.on(name, (...given: unknown[]) => listener(name, ...given));
    },
    off: () => socket.off(),
    offAny: () => {},
    emit: (name, ...given) => socket.emit(name, ...given),
    connect: () => socket.connect(),
    // Not by the word for it: servers of that version forget what came right before, and a goodbye is such.
    disconnect: () => socket.io.engine?.close() ?? socket.disconnect(),
  };
};
