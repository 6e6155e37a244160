import { performance } from "node:perf_hooks";
import type { Runtime } from "@quorate/core";

/** Node's own clocks and loop: what is deferred runs after the input of this turn of the loop. */
export const nodeRuntime: Runtime = {
  now: () => ({ monotonic: performance.now(), wall: Date.now() }),
  defer: (callback) => {
    setImmediate(callback);
  },
};
