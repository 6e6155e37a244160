import { performance } from "node:perf_hooks";
import type { MemberRuntime } from "./member-runtime.ts";

/** Node's own clocks and loop: what is deferred runs after the input of this turn of the loop. */
export const nodeRuntime: MemberRuntime = {
  now: () => ({ monotonic: performance.now(), wall: Date.now() }),
  defer: (callback) => {
    setImmediate(callback);
  },
  every: (millis, callback) => {
    const timer = setInterval(callback, millis);
    return () => clearInterval(timer);
  },
};
