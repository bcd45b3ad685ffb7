// Chance that comes from a seed: the same draws each time.

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, but not including, `most`. */
  below(most: number): number {
    return Math.floor(this.fraction() * most);
  }

  /** From 0 up to, but not including, 1. The generator is splitmix32. */
  fraction(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** As long as what stands for 128 bits and more elsewhere. */
  text(length: number): string {
    return Array.from({ length }, () => letters[this.below(letters.length)]).join('');
  }

  /** Another source that draws by itself: what one person does then changes nothing for the others. */
  fork(): Chance {
    return new Chance(this.below(2 ** 32));
  }
}
