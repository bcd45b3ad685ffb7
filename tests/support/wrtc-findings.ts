// What the program wrtc-glare tells of itself.

/** One side of one meeting, after the last collision. */
export interface End {
  /** How many were ever made. */
  connections: number;
  /** How many own offers the connection has really taken back. */
  rollbacks: number;
  /** Operations that failed, and errors that belong to none. */
  failures: string[];
  signaling: string;
  connection: string;
  link: string;
  /** Each m-line as `mid kind direction`. */
  lines: string[];
  /** By mid. */
  slots: Record<string, string>;
  /** Transceivers that the next offer would ask an m-line for. */
  lineless: number;
}

export interface MeetingFindings {
  first: End;
  newcomer: End;
}

export interface Findings {
  /** Whether the runtime would have taken its offer back by itself. */
  implicitRollback: boolean;
  meetings: MeetingFindings[];
  /** Warnings of the server's. */
  problems: number;
}
