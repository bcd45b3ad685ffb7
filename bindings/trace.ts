// The flight recorder: what went into a machine and what came out, as a ring of bounded size. Its format, JSON lines, is
// in src/trace/TRACE.md. Must not know: what events and commands mean.
//
// Recording keeps references to texts that are there anyway; all the work is done when somebody asks for the trace.

/** How much a trace keeps, and whether as it was. */
export interface TraceOptions {
  /**
   * Characters of events and commands kept, about as many bytes of memory. When there are more the oldest are dropped,
   * after which the trace tells what happened but cannot be replayed.
   */
  bytesMax?: number;
  /** Events kept. */
  entriesMax?: number;
  /** `false`: with all tokens, passwords, addresses and messages in it. Default: true. */
  redact?: boolean;
}

export const traceVersion = 1;

// An hour of a call of twelve is about 2.7 MB and 4,200 events (src/trace/TRACE.md has the figures), and one that goes
// badly is more. A single picture of the camera's takes as much.
const bytesMaxDefault = 4 * 1024 * 1024;
// Short events cost more as objects than as texts: this many take about as much as the above.
const entriesMaxDefault = 40_000;

interface Entry {
  at: number;
  /** As JSON, or itself where it has a body: that would be copied. */
  event: string | object;
  /** None: the core died of it. */
  step: string | undefined;
  size: number;
}

export class Trace {
  readonly #machine: 'client' | 'room';
  readonly #wish: Required<TraceOptions>;
  readonly #entries: Entry[] = [];
  #options = '{}';
  #size = 0;
  #dropped = 0;

  constructor(machine: 'client' | 'room', { bytesMax = bytesMaxDefault, entriesMax = entriesMaxDefault, redact = true }: TraceOptions = {}) {
    this.#machine = machine;
    this.#wish = { bytesMax, entriesMax, redact };
  }

  /** Internal: the machine is made. One that takes over from another is told all that has happened. */
  begin(options: string): void {
    this.#options = options;
    this.#entries.length = 0;
    this.#size = 0;
    this.#dropped = 0;
  }

  /** Internal: before the core is asked, so that an event that it dies of is in the trace. */
  handed(at: number, event: string | object, size: number): void {
    this.#entries.push({ at, event, step: undefined, size: 0 });
    this.#grow(size);
  }

  /** Internal: the newest event's step. */
  answered(step: string): void {
    const entry = this.#entries.at(-1);
    if (!entry) return;
    entry.step = step;
    this.#grow(step.length);
  }

  /**
   * The trace up to now. May be called at any time, also when the machine is gone. `redactor` is redact.ts's: handed over,
   * so that a page loads it when somebody asks for the trace.
   */
  text(redactor: () => (line: string) => string): string {
    const redact = this.#wish.redact ? redactor() : (line: string): string => line;
    const head = `{"meetwireTrace":${traceVersion},"machine":"${this.#machine}","redacted":${this.#wish.redact},"dropped":${this.#dropped},"options":${this.#options}}`;
    const lines = this.#entries.map(
      ({ at, event, step = null }) => `{"at":${at},"event":${typeof event === 'string' ? event : JSON.stringify(event)},"step":${step}}`,
    );
    return [head, ...lines, ''].map(redact).join('\n');
  }

  #grow(size: number): void {
    const newest = this.#entries.at(-1);
    if (newest) newest.size += size;
    this.#size += size;
    while (this.#entries.length > this.#wish.entriesMax || (this.#size > this.#wish.bytesMax && this.#entries.length > 0)) {
      this.#size -= this.#entries.shift()!.size;
      this.#dropped++;
    }
  }
}
