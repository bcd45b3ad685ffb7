// A token bucket that may be overdrawn: what has come has come, and who owes waits.

export class Bucket {
  readonly #perSecond: number;
  readonly #most: number;
  #left: number;
  #at: number;

  constructor(perSecond: number, most: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#most = most;
    this.#left = most;
    this.#at = nowMs;
  }

  take(amount: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#left -= amount;
  }

  /** Until nothing is owed any more; 0 if nothing is. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left * 1000) / this.#perSecond);
  }

  full(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#left >= this.#most;
  }

  #refill(nowMs: number): void {
    this.#left = Math.min(this.#most, this.#left + ((nowMs - this.#at) * this.#perSecond) / 1000);
    this.#at = nowMs;
  }
}
