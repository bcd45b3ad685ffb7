// As much of the server of socket.io 2 as the double of the codelab's server uses.

declare module 'socket.io-2' {
  interface Socket {
    readonly id: string;
    readonly conn: { close(discard?: boolean): void };
    readonly broadcast: { emit(event: string, ...given: unknown[]): void };
    on(event: string, listener: (...given: never[]) => void): void;
    emit(event: string, ...given: unknown[]): void;
    join(room: string): void;
    disconnect(close?: boolean): void;
  }
  interface Server {
    readonly sockets: {
      readonly adapter: { readonly rooms: Record<string, { sockets: Record<string, boolean> } | undefined> };
      readonly connected: Record<string, Socket>;
      in(room: string): { emit(event: string, ...given: unknown[]): void };
      on(event: 'connection', listener: (socket: Socket) => void): void;
    };
    close(done?: () => void): void;
  }
  export default function listen(http: object, options?: object): Server;
}
