// What of socket.io-client is used here, in whichever version.

interface EngineLike {
  readonly transport: { readonly name: string };
  on(name: 'upgrade', listener: () => void): unknown;
}

/** As much of a socket as is used here. */
export interface SocketLike {
  connected: boolean;
  readonly io: {
    on(name: 'open', listener: () => void): unknown;
    off(name: 'open', listener: () => void): unknown;
    /** From `connect` on. */
    readonly engine: EngineLike;
  };
  on(name: string, listener: (...args: never[]) => void): unknown;
  onAny(listener: (name: string, ...args: unknown[]) => void): unknown;
  off(): unknown;
  offAny(): unknown;
  emit(name: string, ...args: unknown[]): unknown;
  connect(): unknown;
  disconnect(): unknown;
}

export type Connect = (origin: string, options: Record<string, unknown>) => SocketLike;
