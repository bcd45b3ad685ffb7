// As much of socket.io-client 2 as is used here. Its own types stand in a package that is no longer kept.

declare module 'socket.io-client-2' {
  import type { SocketLike } from './socket-like.ts';

  type Socket = Omit<SocketLike, 'onAny' | 'offAny' | 'io'> & { readonly io: SocketLike['io'] & { readonly engine: { close(): object } | undefined } };
  export default function connect(origin: string, options: object): Socket;
}
