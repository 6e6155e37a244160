import { assert, type Index, type Term } from "@quorate/core";

/** How many epochs fit above 32 bits of counter in a number that is exact. */
const EPOCHS_MAX = 2 ** 21;

const COUNTER_SPAN = 0x1_0000_0000;

/**
 * Derives zxids from the places of entries: the term is the epoch, and the counter is counted from
 * the last entry of the epoch before.
 */
export class ZxidClock {
  /** Of the newest command, 0 before the first. */
  #epoch: Term;
  /** The last index before the first command of the epoch. */
  #base: Index;
  #last: number;

  constructor({ epoch, base, last }: ZxidClockState = { epoch: 0, base: 0, last: 0 }) {
    this.#epoch = epoch;
    this.#base = base;
    this.#last = last;
  }

  /** The zxid of the newest command, failed ones too. */
  get last(): number {
    return this.#last;
  }

  get state(): ZxidClockState {
    return { epoch: this.#epoch, base: this.#base, last: this.#last };
  }

  /** The zxid of the entry, which must follow all entries before. */
  advance(term: Term, index: Index): number {
    if (term !== this.#epoch) {
      assert(term < EPOCHS_MAX, `epoch ${term} leaves no room for a counter in a zxid`);
      this.#epoch = term;
      this.#base = index - 1;
    }
    this.#last = term * COUNTER_SPAN + (index - this.#base);
    return this.#last;
  }
}

/** What a snapshot carries, so that a restored member counts on as the others do. */
export interface ZxidClockState {
  readonly epoch: Term;
  readonly base: Index;
  readonly last: number;
}
