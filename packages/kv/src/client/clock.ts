import { performance } from "node:perf_hooks";

/** Time as a client sees it: Node's own, or that of a test or an ensemble. */
export interface ClientClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Runs the callback once after so many milliseconds; the answer takes that back. */
  after(millis: number, run: () => void): () => void;
}

/** The real time. Its timers keep the process alive: whoever has set one waits for it. */
export const realClock: ClientClock = {
  now: () => performance.now(),
  after: (millis, run) => {
    const timer = setTimeout(run, millis);
    return () => clearTimeout(timer);
  },
};
