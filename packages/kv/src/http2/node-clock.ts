import { performance } from "node:perf_hooks";
import type { Clock } from "./clock.ts";

/** The real time. Its timers do not keep the process alive. */
export const nodeClock: Clock = {
  now: () => performance.now(),
  after: (millis, callback) => {
    const timer = setTimeout(callback, millis).unref();
    return () => clearTimeout(timer);
  },
};
