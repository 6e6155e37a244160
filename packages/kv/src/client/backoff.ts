const FIRST_MILLIS = 50;
const LONGEST_MILLIS = 2_000;

/** How long to wait before the next attempt: twice as long each time, until one succeeds. */
export class Backoff {
  #next = FIRST_MILLIS;

  /** The delay before this attempt. */
  take(): number {
    const millis = this.#next;
    this.#next = Math.min(2 * millis, LONGEST_MILLIS);
    return millis;
  }

  succeeded(): void {
    this.#next = FIRST_MILLIS;
  }
}
