import type { Clock } from "../http2/index.ts";

/** Something that must be over at a time. */
export interface Deadlined {
  expire(): void;
}

/** Clients keep their own deadlines; ours only have to free what nobody waits for. */
const TICK_MILLIS = 20;

/** Many deadlines on one coarse timer, which runs only while there are any. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #byTick = new Map<number, Set<Deadlined>>();
  #count = 0;
  /** Whether the timer runs; it may outlive the last entry, and must not be joined by another. */
  #armed = false;
  /** Everything due at this tick and before has expired. */
  #past = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns what `remove` needs */
  add(entry: Deadlined, deadline: number): number {
    if (this.#count === 0) this.#past = Math.floor(this.#clock.now() / TICK_MILLIS);
    if (!this.#armed) this.#arm();
    const tick = Math.max(Math.ceil(deadline / TICK_MILLIS), this.#past + 1);
    const entries = this.#byTick.get(tick);
    if (entries === undefined) this.#byTick.set(tick, new Set([entry]));
    else entries.add(entry);
    this.#count++;
    return tick;
  }

  remove(entry: Deadlined, tick: number): void {
    const entries = this.#byTick.get(tick);
    if (entries === undefined || !entries.delete(entry)) return;
    this.#count--;
    if (entries.size === 0) this.#byTick.delete(tick);
  }

  #arm(): void {
    this.#armed = true;
    this.#clock.after(TICK_MILLIS, () => {
      this.#armed = false;
      const tick = Math.floor(this.#clock.now() / TICK_MILLIS);
      while (this.#past < tick && this.#count > 0) this.#expire(++this.#past);
      if (this.#count > 0 && !this.#armed) this.#arm();
    });
  }

  #expire(tick: number): void {
    const entries = this.#byTick.get(tick);
    if (entries === undefined) return;
    this.#byTick.delete(tick);
    this.#count -= entries.size;
    for (const entry of entries) entry.expire();
  }
}
