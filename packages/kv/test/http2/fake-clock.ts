import type { Clock } from "../../src/http2/clock.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that a test moves. */
export class FakeClock implements Clock {
  #now = 5000;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(millis: number, callback: () => void): () => void {
    const timer = { at: this.#now + millis, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Timers that wait. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets the time pass, with every timer at its own moment. */
  advance(millis: number): void {
    const end = this.#now + millis;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end);
      const next = due.reduce<Timer | null>((a, b) => (a === null || b.at < a.at ? b : a), null);
      if (next === null) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }
}
