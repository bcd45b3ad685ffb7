// What a fake connection needs of the world that it is made in. Must not know: connections themselves.

import type { ChannelPath } from './fake-data-channel.ts';
import type { Pace } from './pace.ts';

/** Where a connection is made: whose browser it is in. */
export interface Seat<Connection> {
  readonly pace: Pace;
  pathOf(connection: Connection): ChannelPath;
}

/** What joins it with others. */
export interface Wire<Connection> {
  readonly open: Set<Connection>;
  /** How many there were. */
  made: number;
  /** How many credentials were given out. */
  names: number;
  readonly byUfrag: Map<string, Connection>;
  reaches(from: Connection, to: Connection): boolean;
  /** Connections or what is sent over them have become others. */
  changed(): void;
  /** Told of every operation and state. */
  noted(connection: Connection, what: string): void;
  statsOf(connection: Connection): RTCStatsReport;
}
