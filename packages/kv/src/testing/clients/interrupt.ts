import type { Prng } from "@quorate/core";
import type { ClientProcess } from "./client-process.ts";

/** When processes of clients are paused. */
export interface Interruptions {
  readonly prng: Prng;
  /** Runs the callback outside of all processes. */
  readonly after: (millis: number, run: () => void) => void;
  /** No pause begins any more. */
  readonly over: AbortSignal;
}

/** The client's process stands still now and then. */
export function interrupt(process: ClientProcess, { prng, after, over }: Interruptions): void {
  const next = (): void => {
    after(prng.between(1000, 20_000), () => {
      if (over.aborted) return;
      process.pause();
      after(prng.between(1, 4000), () => {
        process.resume();
        next();
      });
    });
  };
  next();
}
