// Work in turns: each address has so much done for it in one turn of the event loop, and the rest waits for the next ones. So
// nobody waits for more than a share of what another has asked for, be it many messages or one to a thousand.
//
// Owns the order: what comes from one connection is done in the order in which it came, and what goes to one goes in the
// order in which it was decided. Those of one address take turns too. Knows nothing of what is done.

export interface Work {
  /** In bytes, read and written: about what it takes. */
  readonly cost: number;
  run(): void;
}

interface Line {
  /** What has been decided goes out before more is. */
  readonly outputs: (Work & { readonly connection: string })[];
  /** By connection; the one that was served last stands last. */
  readonly inputs: Map<string, Work[]>;
  done: number;
  waiting: number;
}

export class Turns {
  readonly #costMax: number;
  readonly #later: (run: () => void) => void;
  readonly #lines = new Map<string, Line>();
  // Whose outputs wait, and in which line.
  readonly #held = new Map<string, { line: Line; count: number }>();
  #current: Line | undefined;
  #scheduled = false;

  /** `costMax`: of one address in one turn. What is begun is ended, whatever it costs. */
  constructor(costMax: number, later: (run: () => void) => void = setImmediate) {
    this.#costMax = costMax;
    this.#later = later;
  }

  /** What comes from a connection of that address: at once, or after what waits. */
  input(address: string, connection: string, work: Work): void {
    const line = this.#lineOf(address);
    const before = line.inputs.get(connection);
    const now = before === undefined && line.outputs.length === 0 && line.done < this.#costMax && this.#current === undefined;
    if (now) return this.#take(line, work);
    if (before === undefined) line.inputs.set(connection, [work]);
    else before.push(work);
    this.#waits(line, work);
  }

  /** What comes of an input, to one connection: at once, or after what waits for that one. */
  output(connection: string, work: Work): void {
    const held = this.#held.get(connection);
    const line = held?.line ?? this.#current ?? this.#lineOf('');
    if (held === undefined && line.done < this.#costMax) return this.#do(line, work);
    this.#held.set(connection, { line, count: (held?.count ?? 0) + 1 });
    const output = { cost: work.cost, run: () => work.run(), connection };
    line.outputs.push(output);
    this.#waits(line, output);
  }

  /** What waits for that address, in bytes. */
  waiting(address: string): number {
    return this.#lines.get(address)?.waiting ?? 0;
  }

  /** All of it, now. */
  finish(): void {
    while ([...this.#lines.values()].some(({ waiting }) => waiting > 0)) {
      for (const line of this.#lines.values()) this.#work(line, Infinity);
    }
  }

  /** Nothing of it. */
  drop(): void {
    this.#lines.clear();
    this.#held.clear();
  }

  get size(): number {
    return this.#lines.size + this.#held.size;
  }

  #lineOf(address: string): Line {
    let line = this.#lines.get(address);
    if (line === undefined) this.#lines.set(address, (line = { outputs: [], inputs: new Map(), done: 0, waiting: 0 }));
    this.#schedule();
    return line;
  }

  #waits(line: Line, work: Work): void {
    line.waiting += work.cost;
    this.#schedule();
  }

  #take(line: Line, work: Work): void {
    this.#current = line;
    try {
      this.#do(line, work);
    } finally {
      this.#current = undefined;
    }
  }

  #do(line: Line, work: Work): void {
    line.done += work.cost;
    work.run();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    for (const [address, line] of [...this.#lines]) {
      line.done = 0;
      this.#work(line, this.#costMax);
      if (line.waiting === 0 && line.done === 0) this.#lines.delete(address);
      else this.#schedule();
    }
  }

  #work(line: Line, costMax: number): void {
    while (line.done < costMax) {
      const output = line.outputs.shift();
      if (output !== undefined) {
        line.waiting -= output.cost;
        this.#release(output.connection);
        this.#do(line, output);
        continue;
      }
      const input = nextOf(line);
      if (input === undefined) return;
      line.waiting -= input.cost;
      this.#take(line, input);
    }
  }

  #release(connection: string): void {
    const held = this.#held.get(connection);
    if (held !== undefined && --held.count === 0) this.#held.delete(connection);
  }
}

// One of each connection after the other.
function nextOf({ inputs }: Line): Work | undefined {
  const [first] = inputs;
  if (first === undefined) return undefined;
  const [connection, queue] = first;
  const work = queue.shift();
  inputs.delete(connection);
  if (queue.length > 0) inputs.set(connection, queue);
  return work;
}
