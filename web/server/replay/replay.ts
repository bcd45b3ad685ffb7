// Plays a trace into a fresh core and compares every step. Knows no file, prints nothing.

import type { ClientEvent, ClientOptions } from '../../../bindings/client-types.ts';
import type { RoomEvent, RoomOptions } from '../../../bindings/room-types.ts';
import { MeetingError } from '../../../bindings/errors.ts';
import { LoadedClientCore, LoadedRoomCore } from '../../../bindings/machine.ts';
import { Trace } from '../../../bindings/trace.ts';
import type { TraceEntry, TraceFile, TraceStep } from './trace-file.ts';
import { TraceError } from './trace-file.ts';

/** Where the core did something else than the trace says. JSON texts; undefined: nothing. */
export interface Difference {
  readonly entry: TraceEntry;
  /** Which part of the step: `command 3 of 5`, `wakeAt`, `error`. */
  readonly part: string;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
}

export interface Replayed {
  /** Events that went in. */
  readonly events: number;
  readonly commands: number;
  /** The core died at the end, as it had when the trace was made. */
  readonly died: boolean;
  readonly difference: Difference | undefined;
}

/** Hears what the core answers, word for word, and keeps only the last of it. */
class LastStep extends Trace {
  step: string | undefined;
  override handed(): void {
    this.step = undefined;
  }
  override answered(step: string): void {
    this.step = step;
  }
}

interface AnyMachine {
  handle(at: number, event: object): unknown;
  dispose(): void;
}

/** `told`: called with every entry that has been replayed without a difference. Throws TraceError for options that are none. */
export async function replay(trace: TraceFile, told: (entry: TraceEntry) => void = () => {}): Promise<Replayed> {
  const last = new LastStep(trace.machine);
  const machine = await makeMachine(trace, last);
  let events = 0;
  let commands = 0;
  let died = false;
  try {
    for (const entry of trace.entries) {
      const actual = stepOf(machine, last, entry);
      events++;
      commands += actual?.commands?.length ?? 0;
      died = actual === null;
      const difference = differenceOf(entry, actual);
      if (difference) return { events, commands, died, difference };
      told(entry);
    }
  } finally {
    machine.dispose();
  }
  return { events, commands, died, difference: undefined };
}

async function makeMachine({ machine, options }: TraceFile, last: LastStep): Promise<AnyMachine> {
  try {
    if (machine === 'client') {
      const client = (await loadClientFor(options['dialect'])).create(options as unknown as ClientOptions, last);
      return { handle: (at, event) => client.handle(at, event as ClientEvent), dispose: () => client.dispose() };
    }
    const { loadRoom } = await import('../../../bindings/load-room.ts');
    const room = new LoadedRoomCore(await loadRoom()).create(options as unknown as RoomOptions, last);
    return { handle: (at, event) => room.handle(at, event as RoomEvent), dispose: () => room.dispose() };
  } catch (error) {
    if (error instanceof MeetingError && error.code === 'invalid-argument') throw new TraceError('options-refused', 1, error.message);
    throw error;
  }
}

function stepOf(machine: AnyMachine, last: LastStep, entry: TraceEntry): TraceStep | null {
  try {
    machine.handle(entry.at, entry.event);
  } catch (error) {
    // Refused, which is an answer like any other; or dead, without one. All else is the entry's own fault.
    if (!(error instanceof MeetingError)) throw new TraceError('line-malformed', entry.line, 'this event cannot be handed to the core');
  }
  return last.step === undefined ? null : (JSON.parse(last.step) as TraceStep);
}

const text = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value));

function differenceOf(entry: TraceEntry, actual: TraceStep | null): Difference | undefined {
  const expected = entry.step;
  if (text(expected) === text(actual)) return undefined;
  const found = (part: string, was: unknown, is: unknown): Difference => ({ entry, part, expected: text(was), actual: text(is) });
  if (expected === null || actual === null) return found('the whole step (null: the core died)', expected, actual);
  const [was, is] = [expected.commands ?? [], actual.commands ?? []];
  for (let at = 0; at < Math.max(was.length, is.length); at++) {
    if (text(was[at]) !== text(is[at])) return found(`command ${at + 1} of ${was.length}`, was[at], is[at]);
  }
  if (expected.wakeAt !== actual.wakeAt) return found('wakeAt', expected.wakeAt, actual.wakeAt);
  return found('the whole step', expected, actual);
}

// The module that the page had, by the dialect that it was told.
async function loadClientFor(dialect: unknown): Promise<LoadedClientCore> {
  if (dialect === 'auto' || dialect === 'meetwire') {
    const { loadClient } = await import('../../../bindings/load-client.ts');
    return new LoadedClientCore(await loadClient());
  }
  const { loadLegacyClient } = await import('../../../bindings/load-legacy.ts');
  return new LoadedClientCore(await loadLegacyClient());
}
