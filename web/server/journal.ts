// Where the rooms' logs are kept, as the host of the rooms' core sees it. What a log means the core knows alone.

/** One room's log: what was stored of it last, if anything was, and the entries since. */
export interface RoomLog {
  readonly room: string;
  /** JSON text; empty: nothing was stored. */
  readonly value: string;
  readonly entries: readonly { readonly at: number; readonly entry: string }[];
}

export interface JournalFigures {
  readonly rooms: number;
  readonly bytes: number;
}

/**
 * What has been given to it is kept when the function returns: the process may be killed at once. Each function throws if that
 * cannot be done; then nothing of it is kept, and it may be called again.
 */
export interface Journal {
  /** Once, before all else. */
  read(): readonly RoomLog[];
  append(room: string, at: number, entry: string): void;
  /** In place of all that there is of this room. */
  store(room: string, value: string): void;
  forget(room: string): void;
  /** The core does not understand it: it is kept for a person to look at, and read no more. */
  setAside(room: string, reason: string): void;
  readonly figures: JournalFigures;
  close(): void;
}
