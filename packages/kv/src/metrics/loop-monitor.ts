import { monitorEventLoopDelay } from "node:perf_hooks";
import { gauge, type Family } from "./family.ts";

/** The loop is looked at so often; Node counts this time into what it measures. */
const RESOLUTION_MILLIS = 20;

/** How long what is due has to wait for the loop of this process. */
export class LoopMonitor {
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });

  constructor() {
    this.#delays.enable();
  }

  /** Of the time since they were last asked for. */
  families(): readonly Family[] {
    const delays = this.#delays;
    const lag = (name: string, which: string, nanos: number): Family =>
      gauge(
        `nodejs_eventloop_lag_${name}_seconds`,
        `How late the event loop was, ${which} since the last scrape.`,
        delays.count === 0 ? [] : Math.max(0, nanos / 1e6 - RESOLUTION_MILLIS) / 1000,
      );
    const families = [
      lag("mean", "on average", delays.mean),
      lag("p50", "the 50th percentile", delays.percentile(50)),
      lag("p90", "the 90th percentile", delays.percentile(90)),
      lag("p99", "the 99th percentile", delays.percentile(99)),
      lag("max", "at most", delays.max),
    ];
    delays.reset();
    return families;
  }

  stop(): void {
    this.#delays.disable();
  }
}
