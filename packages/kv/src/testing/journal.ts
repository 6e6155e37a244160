import {
  TraceHash,
  type SimCounts,
  type SimTrace,
  type Violation,
} from "@quorate/core/testing/sim";

/** What clients have seen so far, in numbers. */
export interface ServiceCounts {
  /** Changes that watchers were told. */
  watched: number;
  /** Leases, or sessions, that ended by themselves. */
  expired: number;
  /** Times that somebody got a lock. */
  locked: number;
}

/** As many moments as there are in one instant come before the next one. */
const MOMENT_MILLIS = 1e-6;

/** What happened in a simulation, and what should not have: hashed, counted, and told to whoever watches. */
export class Journal {
  readonly violations: Violation[] = [];
  /** Steps are commands that members applied. */
  readonly counts: SimCounts & ServiceCounts = {
    steps: 0,
    acknowledged: 0,
    crashes: 0,
    leaders: 0,
    transfers: 0,
    installs: 0,
    checkpoints: 0,
    watched: 0,
    expired: 0,
    locked: 0,
  };
  readonly #hash = new TraceHash();
  readonly #time: () => number;
  readonly #onTrace: (trace: SimTrace) => void;
  #moment = 0;

  /** @param time - virtual ms */
  constructor(time: () => number, onTrace: (trace: SimTrace) => void = () => {}) {
    this.#time = time;
    this.#onTrace = onTrace;
  }

  get traceHash(): string {
    return this.#hash.digest();
  }

  /** A moment of its own, in ms: all later ones are greater. */
  moment(): number {
    this.#moment = Math.max(this.#time(), this.#moment + MOMENT_MILLIS);
    return this.#moment;
  }

  /** @param who - the member or client that it happened to; null: something outside of all */
  note(who: string | null, what: string, facts: string = ""): void {
    const time = this.#time();
    this.#hash.add(Math.floor(time * 1000));
    for (const word of [who ?? "", what, facts]) {
      for (let i = 0; i < word.length; i++) this.#hash.add(word.charCodeAt(i));
      this.#hash.add(word.length);
    }
    this.#onTrace({ time, member: who, what, facts });
  }

  violated(checker: string, what: string): void {
    this.violations.push({ checker, what, time: this.#time() });
    this.note(null, `VIOLATION ${checker}`, what);
  }

  /** As {@link violated}, of something that was thrown. */
  broke(thrown: unknown): void {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.violated("exception", text);
  }
}
