import { performance } from "node:perf_hooks";

/** Time as a client sees it: Node's own, or that of a test or an ensemble. */
export interface ClientClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Runs the callback once after so many milliseconds; the answer takes that back. */
  after(millis: number, run: () => void): () => void;
}

/** Node's timers count no further: about 25 days. */
const TIMER_MILLIS_MAX = 2 ** 31 - 1;

/** The real time. Its timers keep the process alive: whoever has set one waits for it. */
export const realClock: ClientClock = {
  now: () => performance.now(),
  after: (millis, run) => {
    let left = millis;
    const wait = (): NodeJS.Timeout => {
      const part = Math.min(left, TIMER_MILLIS_MAX);
      left -= part;
      return setTimeout(() => {
        if (left > 0) timer = wait();
        else run();
      }, part);
    };
    let timer = wait();
    return () => clearTimeout(timer);
  },
};
