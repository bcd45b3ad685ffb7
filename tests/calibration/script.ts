// Scripts for two connections in one page: what is asked of each, step by step, made from a seed.
// Within a step operations overlap: nothing waits for another unless it says so (`after`). Between steps everything
// that was begun has ended, so that what is exchanged does not depend on how fast a browser is.

export const sides = ['a', 'b'] as const;
export type Side = (typeof sides)[number];
export type Kind = 'audio' | 'video';

interface Common {
  on: Side;
  /** The number, in the script, of an earlier operation of this step and side: begun when that has ended. */
  after?: number;
}

/** `t` is an index into getTransceivers(), modulo its length; with none there the operation is skipped. */
export type Operation = Common &
  (
    | { do: 'addTransceiver'; kind: Kind; direction: RTCRtpTransceiverDirection }
    | { do: 'setDirection'; t: number; direction: RTCRtpTransceiverDirection }
    /** What an answering side does to send in an m-line that it was offered: direction and stream. */
    | { do: 'bind'; t: number }
    | { do: 'replaceTrack'; t: number; kind: Kind | 'none' }
    | { do: 'stop'; t: number }
    | { do: 'setLocal' }
    /** The other side's description: `back` ones before its newest, of those that stood at the end of a step. */
    | { do: 'setRemote'; back: number }
    | { do: 'rollBackLocal' }
    | { do: 'rollBackRemote' }
    | { do: 'restartIce' }
    | { do: 'createDataChannel'; negotiated: boolean }
    /** `of`: whose ufrag it names. `line`: which m-line. */
    | { do: 'addCandidate'; of: 'current' | 'first' | 'unknown' | 'none'; line: 'first' | 'index' | 'beyond' | 'neither' }
    | { do: 'close' }
  );

export interface Step {
  operations: Operation[];
}

export interface Script {
  seed: number;
  steps: Step[];
}

/** SplitMix64's little brother: the same scripts on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad) >>> 0;
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97) >>> 0;
    return (z ^ (z >>> 15)) >>> 0;
  }
  below(limit: number): number {
    return this.next() % limit;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  pick<Value>(...values: [Value, ...Value[]]): Value {
    return values[this.below(values.length)] as Value;
  }
}

type Bare = Operation extends infer Each ? (Each extends Operation ? Omit<Each, 'on' | 'after'> : never) : never;

// Where the exchange stands, as far as guessing needs it: what is likely is tried often, what is not now and then.
interface Guess {
  transceivers: number;
  state: 'stable' | 'offered' | 'offer-taken' | 'answered';
}

function anything(random: Random, guess: Guess): Bare {
  const t = random.below(4);
  const direction = random.pick<RTCRtpTransceiverDirection>('sendrecv', 'sendrecv', 'recvonly', 'sendonly', 'inactive');
  const roll = random.below(100);
  if (roll < 16 || guess.transceivers === 0) {
    guess.transceivers++;
    return { do: 'addTransceiver', kind: random.pick<Kind>('audio', 'video'), direction };
  }
  if (roll < 22) return { do: 'setDirection', t, direction };
  if (roll < 30) return { do: 'bind', t };
  if (roll < 37) return { do: 'replaceTrack', t, kind: random.pick<Kind | 'none'>('audio', 'video', 'none') };
  if (roll < 41) return { do: 'stop', t };
  if (roll < 55) return { do: 'setLocal' };
  if (roll < 65) return { do: 'setRemote', back: random.chance(80) ? 0 : random.below(3) };
  if (roll < 71) return { do: 'rollBackLocal' };
  if (roll < 74) return { do: 'rollBackRemote' };
  if (roll < 81) return { do: 'restartIce' };
  if (roll < 86) return { do: 'createDataChannel', negotiated: random.chance(70) };
  if (roll < 99) {
    return {
      do: 'addCandidate',
      of: random.pick('current', 'current', 'first', 'unknown', 'none'),
      line: random.pick('first', 'first', 'first', 'index', 'beyond', 'neither'),
    };
  }
  return { do: 'close' };
}

/** A step that brings the exchange on: the offer, taking it, the answer, taking that. */
function forward(random: Random, a: Guess, b: Guess): { on: Side; what: Bare }[] {
  const offers = a.state === 'offered' ? 'a' : b.state === 'offered' ? 'b' : undefined;
  if (!offers) {
    const on = random.pick<Side>(...sides);
    (on === 'a' ? a : b).state = 'offered';
    return [{ on, what: { do: 'setLocal' } }];
  }
  const mine = offers === 'a' ? a : b;
  const theirs = offers === 'a' ? b : a;
  const other: Side = offers === 'a' ? 'b' : 'a';
  if (theirs.state === 'stable' || theirs.state === 'offered') {
    theirs.state = 'offer-taken';
    const take: { on: Side; what: Bare }[] = [{ on: other, what: { do: 'setRemote', back: 0 } }];
    if (random.chance(30)) {
      theirs.state = 'answered';
      take.push({ on: other, what: { do: 'setLocal' } });
    }
    return take;
  }
  if (theirs.state === 'offer-taken') {
    theirs.state = 'answered';
    const answer: { on: Side; what: Bare }[] = [{ on: other, what: { do: 'setLocal' } }];
    if (random.chance(40)) answer.unshift({ on: other, what: { do: 'bind', t: random.below(3) } });
    return answer;
  }
  mine.state = 'stable';
  theirs.state = 'stable';
  return [{ on: offers, what: { do: 'setRemote', back: 0 } }];
}

const sync = ['addTransceiver', 'setDirection', 'bind', 'stop', 'restartIce', 'createDataChannel', 'close'];
const isSync = (what: Bare): boolean => sync.includes(what.do);

export function makeScript(seed: number): Script {
  const random = new Random(seed);
  const guesses: Record<Side, Guess> = { a: { transceivers: 0, state: 'stable' }, b: { transceivers: 0, state: 'stable' } };
  const steps: Step[] = [];
  const length = 4 + random.below(12);
  // How wild it is: from a polite exchange to a storm.
  const wildness = random.pick(5, 15, 30, 60);
  let number = 0;
  // An offer of nothing is a case of its own, and seldom what is meant.
  const begins: Operation[] = [];
  for (const on of sides) {
    if (!random.chance(80)) continue;
    if (random.chance(50)) begins.push({ on, do: 'createDataChannel', negotiated: true });
    for (let k = random.below(3); k > 0; k--) {
      begins.push({ on, do: 'addTransceiver', kind: random.pick<Kind>('audio', 'video'), direction: 'sendrecv' });
      guesses[on].transceivers++;
    }
  }
  if (begins.length > 0) steps.push({ operations: begins });
  number = begins.length;
  for (let i = 0; i < length; i++) {
    const operations: Operation[] = [];
    const asynchronous: Record<Side, number[]> = { a: [], b: [] };
    const put = (on: Side, what: Bare): void => {
      const earlier = asynchronous[on];
      const after = earlier.length > 0 && random.chance(35) ? { after: earlier[random.below(earlier.length)] as number } : {};
      if (!isSync(what)) earlier.push(number);
      operations.push({ on, ...after, ...what } as Operation);
      number++;
    };
    const some = (limit: number): void => {
      for (let k = random.below(limit + 1); k > 0; k--) {
        const on = random.pick<Side>(...sides);
        put(on, anything(random, guesses[on]));
      }
    };
    if (random.chance(wildness)) some(3);
    if (!random.chance(wildness)) for (const { on, what } of forward(random, guesses.a, guesses.b)) put(on, what);
    if (random.chance(wildness + 20)) some(2);
    if (operations.length > 0) steps.push({ operations });
  }
  return { seed, steps };
}
