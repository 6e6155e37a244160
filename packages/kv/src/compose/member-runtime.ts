import type { Runtime } from "@quorate/core";

/** The time and the loop that a whole member runs on: Node's own, or an ensemble's. */
export interface MemberRuntime extends Runtime {
  /** Runs the callback every so many ms, never within the call; returns how to stop it. */
  every(millis: number, callback: () => void): () => void;
}
