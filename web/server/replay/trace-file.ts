// A trace's text as entries. Any bytes end in entries or in a TraceError that says which line is at fault.
//
// Must not know what events mean: the core judges them.

import { traceVersion } from '../../../bindings/trace.ts';

export type TraceErrorCode =
  /** There is no such file, or it cannot be read. */
  | 'file-unreadable'
  /** Larger than can be held. */
  | 'file-too-large'
  /** Nothing that Meetwire wrote. */
  | 'not-a-trace'
  /** Of a format that this version does not know. */
  | 'version-unknown'
  /** One of the lines is broken, or was cut off. */
  | 'line-malformed'
  /** The core cannot read the options. */
  | 'options-refused';

export class TraceError extends Error {
  override readonly name = 'TraceError';
  readonly code: TraceErrorCode;
  /** From 1; 0 where it is about the whole. */
  readonly line: number;

  constructor(code: TraceErrorCode, line: number, sentence: string) {
    super(line > 0 ? `line ${line}: ${sentence}` : sentence);
    this.code = code;
    this.line = line;
  }
}

export interface Message {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface TraceStep {
  readonly commands?: readonly Message[];
  readonly wakeAt?: number;
  /** In place of the rest: the event was none. */
  readonly error?: unknown;
}

export interface TraceEntry {
  readonly line: number;
  readonly at: number;
  readonly event: Message;
  /** null: the core died of the event. */
  readonly step: TraceStep | null;
}

export interface TraceFile {
  readonly machine: 'client' | 'room';
  readonly redacted: boolean;
  /** Entries that the ring had no room for any more, from the beginning. */
  readonly dropped: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly entries: readonly TraceEntry[];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isMessage = (value: unknown): value is Message => isObject(value) && typeof value['type'] === 'string';

/** Throws TraceError. */
export function readTrace(bytes: Uint8Array): TraceFile {
  const lines = textOf(bytes).split('\n');
  const isWhole = lines.at(-1) === '';
  if (isWhole) lines.pop();
  const head = readHead(lines[0] ?? '');
  const entries = lines.slice(1).map((text, index) => {
    const line = index + 2;
    const isLast = line === lines.length;
    const entry = readEntry(text, line, isLast && !isWhole);
    if (entry.step === null && !isLast) throw malformed(line, 'the core had died, and yet the trace goes on');
    return entry;
  });
  if (!isWhole && entries.length === 0) throw malformed(1, 'the file is cut off');
  return { ...head, entries };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new TraceError('not-a-trace', 0, 'this is not text in UTF-8');
    throw new TraceError('file-too-large', 0, 'this is more text than can be held');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readHead(text: string): Omit<TraceFile, 'entries'> {
  const head = parse(text);
  if (!isObject(head) || !('meetwireTrace' in head)) throw new TraceError('not-a-trace', 1, 'this does not begin as a trace of Meetwire does');
  const { meetwireTrace: version, machine, redacted, dropped, options } = head;
  if (version !== traceVersion) {
    throw new TraceError('version-unknown', 1, `the trace is of version ${shown(version)}, this meetwire reads ${traceVersion}`);
  }
  if (machine !== 'client' && machine !== 'room') throw malformed(1, `there is no machine ${shown(machine)}`);
  if (typeof redacted !== 'boolean' || !isCount(dropped) || !isObject(options)) throw malformed(1, 'redacted, dropped or options are missing');
  return { machine, redacted, dropped, options };
}

function readEntry(text: string, line: number, isCut: boolean): TraceEntry {
  const entry = parse(text);
  if (!isObject(entry)) throw malformed(line, isCut ? 'the file is cut off here' : 'this is not a JSON object');
  const { at, event, step } = entry;
  if (!isCount(at)) throw malformed(line, '`at` has to be whole milliseconds');
  if (!isMessage(event)) throw malformed(line, '`event` has to be an object with a type');
  if (step !== null && !isStep(step)) throw malformed(line, '`step` has to be commands, an error or null');
  return { line, at, event, step };
}

function isStep(value: unknown): value is TraceStep {
  if (!isObject(value)) return false;
  const { commands, wakeAt, error } = value;
  if (error !== undefined) return true;
  return Array.isArray(commands) && commands.every(isMessage) && (wakeAt === undefined || isCount(wakeAt));
}

const malformed = (line: number, sentence: string): TraceError => new TraceError('line-malformed', line, sentence);

/** A value from a file for a person to read: short, and without anything that a terminal would obey. */
export function shown(value: unknown, charactersMax = 60): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  // Control characters, and those that turn the direction of writing.
  const harmless = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\uFFFD');
  return harmless.length > charactersMax ? `${harmless.slice(0, charactersMax)}…` : harmless;
}
