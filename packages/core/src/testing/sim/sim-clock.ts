import type { Instant } from "../../ids.ts";

/** A member's clock: runs a little fast or slow, and its wall time is set by somebody now and then. */
export class SimClock {
  readonly #time: () => number;
  readonly #rate: number;
  readonly #monotonicStart: number;
  #wallOffset: number;

  /**
   * @param time - the simulation's own
   * @param rate - ms that pass here per ms of the simulation
   * @param monotonicStart - what its monotonic time was when the simulation began
   */
  constructor(time: () => number, rate: number, wallOffset: number, monotonicStart: number = 0) {
    this.#time = time;
    this.#rate = rate;
    this.#wallOffset = wallOffset;
    this.#monotonicStart = monotonicStart;
  }

  now(): Instant {
    const passed = this.#time() * this.#rate;
    const wall = Math.max(0, Math.floor(WALL_START + passed + this.#wallOffset));
    return { monotonic: this.#monotonicStart + passed, wall };
  }

  /** Somebody sets the wall clock. */
  jump(millis: number): void {
    this.#wallOffset += millis;
  }

  /** How long the simulation takes for so many ms of this clock. */
  simMillis(millis: number): number {
    return millis / this.#rate;
  }
}

/** Some day. */
const WALL_START = 1_700_000_000_000;
