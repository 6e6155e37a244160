import { monitorEventLoopDelay } from "node:perf_hooks";

const NANOS_PER_MILLI = 1e6;

/** How late this process came to what it had to do: a machine that is busy keeps servers waiting as well. */
export class Stalls {
  readonly #delay = monitorEventLoopDelay({ resolution: 10 });

  constructor() {
    this.#delay.enable();
  }

  /** The longest so far. */
  get longestMillis(): number {
    return this.#delay.max / NANOS_PER_MILLI;
  }
}
