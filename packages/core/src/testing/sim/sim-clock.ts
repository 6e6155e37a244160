import type { Instant } from "../../ids.ts";

/** A member's clock: runs a little fast or slow, and its wall time is set by somebody now and then. */
export class SimClock {
  readonly #time: () => number;
  readonly #rate: number;
  #wallOffset: number;

  /**
   * @param time - the simulation's own
   * @param rate - ms that pass here per ms of the simulation
   */
  constructor(time: () => number, rate: number, wallOffset: number) {
    this.#time = time;
    this.#rate = rate;
    this.#wallOffset = wallOffset;
  }

  now(): Instant {
    const monotonic = this.#time() * this.#rate;
    return { monotonic, wall: Math.max(0, Math.floor(WALL_START + monotonic + this.#wallOffset)) };
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
