// `meetwire replay FILE`: from words to what is printed and an exit code.

import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UsageError } from '../arguments.ts';
import { ClientStory } from './client-story.ts';
import type { Difference } from './replay.ts';
import { replay } from './replay.ts';
import { RoomStory } from './room-story.ts';
import type { TraceEntry, TraceFile } from './trace-file.ts';
import { TraceError, readTrace, shown } from './trace-file.ts';

export const replayHelp = `meetwire replay: play a trace again and compare what the core does

  meetwire replay [options] FILE

FILE is what meeting.trace() gave in a page, or a server with --trace. Every event goes into a fresh core, and every
command that comes out is compared with the one in the file. Meanwhile the story is told: who came, who offered, what
collided and who gave way, what was restarted and why.

  --quiet                    only whether it is the same
  --story                    only the story; nothing is replayed
  --help                     this text

Exit codes: 0 the same, 1 a difference, 2 wrong usage, 3 not a trace that can be read, 4 a trace whose beginning was
dropped, which can be told and not replayed.
`;

const exitCode = { same: 0, different: 1, unreadable: 3, truncated: 4 } as const;

// Twice what a server may be told to keep.
const fileBytesMax = 512 * 1024 * 1024;
const valueCharactersMax = 4_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`meetwire: ${line}\n`);

/** Throws UsageError. */
export async function replayCommand(words: readonly string[]): Promise<number> {
  const { help, quiet, story, file } = readWords(words);
  if (help) {
    process.stdout.write(replayHelp);
    return exitCode.same;
  }
  // Whoever reads only the first lines (`| head`) is served well enough.
  process.stdout.on('error', () => process.exit(exitCode.same));
  try {
    const trace = readTrace(readBytes(file));
    const tell = quiet ? (): void => {} : teller(trace);
    if (story) {
      trace.entries.forEach(tell);
      return exitCode.same;
    }
    return trace.dropped > 0 ? refuse(trace, tell) : await compare(trace, tell);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    complain(`${shown(file, 200)}: ${error.message} (${error.code})`);
    return exitCode.unreadable;
  }
}

function readWords(words: readonly string[]): { help: boolean; quiet: boolean; story: boolean; file: string } {
  let parsed;
  try {
    const options = { help: { type: 'boolean', short: 'h' }, quiet: { type: 'boolean' }, story: { type: 'boolean' } } as const;
    parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const { help = false, quiet = false, story = false } = parsed.values;
  const [file = '', ...rest] = parsed.positionals;
  if (!help && (file === '' || rest.length > 0)) throw new UsageError('replay takes one file.');
  if (quiet && story) throw new UsageError('--quiet and --story contradict each other.');
  return { help, quiet, story, file };
}

function readBytes(file: string): Uint8Array {
  try {
    if (statSync(file).size <= fileBytesMax) return readFileSync(file);
  } catch (error) {
    throw new TraceError('file-unreadable', 0, error instanceof Error ? error.message : 'it cannot be read');
  }
  throw new TraceError('file-too-large', 0, `more than ${fileBytesMax} bytes`);
}

/** Prints the story, each sentence with the time since the beginning. */
function teller({ machine, options, entries }: TraceFile): (entry: TraceEntry) => void {
  const story = machine === 'client' ? new ClientStory(options) : new RoomStory();
  const begun = entries[0]?.at ?? 0;
  return (entry) => {
    for (const sentence of story.tell(entry)) say(`${timeOf(entry, begun)}  ${shown(sentence, 400)}`);
  };
}

const timeOf = ({ at }: TraceEntry, begun: number): string => `${((at - begun) / 1000).toFixed(3).padStart(9)} s`;

function refuse(trace: TraceFile, tell: (entry: TraceEntry) => void): number {
  trace.entries.forEach(tell);
  complain(`the first ${trace.dropped} events were dropped, as there was no room for them: what is left can be told, but not replayed (trace-truncated)`);
  return exitCode.truncated;
}

async function compare(trace: TraceFile, tell: (entry: TraceEntry) => void): Promise<number> {
  const { events, commands, died, difference } = await replay(trace, tell);
  if (difference) {
    for (const line of describe(difference, trace.entries[0]?.at ?? 0)) complain(line);
    return exitCode.different;
  }
  const end = died ? ', and the core dies of the last one as it did then' : '';
  say(`The same: ${events} events, ${commands} commands${end}.`);
  return exitCode.same;
}

function describe({ entry, part, expected, actual }: Difference, begun: number): string[] {
  const value = (text: string | undefined): string => (text === undefined ? 'nothing' : shown(text, valueCharactersMax));
  return [
    `a difference in line ${entry.line}, ${timeOf(entry, begun).trim()} after the beginning (at ${entry.at}): ${part}`,
    `  event:    ${shown(JSON.stringify(entry.event), valueCharactersMax)}`,
    `  expected: ${value(expected)}`,
    `  actual:   ${value(actual)}`,
    '  The file was altered, was made by another version of Meetwire, or the core is not as deterministic as it has to be.',
  ];
}
