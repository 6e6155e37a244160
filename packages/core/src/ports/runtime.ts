import type { Instant } from "../ids.ts";

/** The time and the loop that a driver runs on: Node's own, or the simulator's. */
export interface Runtime {
  now(): Instant;
  /** Runs the callback once, after the input that is already waiting in this turn of the loop. */
  defer(callback: () => void): void;
}
