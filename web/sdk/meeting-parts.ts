// What a meeting is made of, as `join` hands it over.

import type { ErrorTable, MeetingError } from '../../bindings/errors.ts';
import type { ClientMachine } from '../../bindings/machine.ts';
import type { ClientPorts } from '../../bindings/ports.ts';
import type { Succession } from '../../bindings/succession.ts';
import type { Trace } from '../../bindings/trace.ts';

/** Internal: everything that a meeting stands on. */
export interface MeetingParts {
  machine: ClientMachine;
  errors: ErrorTable;
  ports: ClientPorts;
  room: string;
  user: string;
  name: string;
  trace: Trace | undefined;
  succession: Succession;
}

/** Internal: a request whose end somebody waits for. */
export interface Waiting {
  resolve(): void;
  reject(error: MeetingError): void;
}
