import { ConnectionError, ERROR } from "./protocol.ts";
import type { Http2Limits } from "./limits.ts";

const STRIKES_MAX = 2;
const INTERVAL_WITHOUT_STREAMS = 2 * 3_600_000;

/**
 * How often a client may ping, by the rules that gRPC clients expect of a server: pings too early
 * are strikes, the third one ends the connection, and whatever we send forgives them, because
 * clients also measure bandwidth with pings while they receive.
 */
export class PingPolicy {
  readonly #interval: number;
  readonly #intervalWithoutStreams: number;
  #last = Number.NEGATIVE_INFINITY;
  #strikes = 0;

  constructor(limits: Http2Limits) {
    this.#interval = limits.pingIntervalMillisMin;
    this.#intervalWithoutStreams = limits.pingWithoutStreams
      ? limits.pingIntervalMillisMin
      : INTERVAL_WITHOUT_STREAMS;
  }

  /**
   * @param forgiven - whether headers or data left since the ping before
   * @throws {@link ConnectionError} `enhanceYourCalm`
   */
  ping(now: number, streams: number, forgiven: boolean): void {
    const interval = streams > 0 ? this.#interval : this.#intervalWithoutStreams;
    if (forgiven) this.#strikes = 0;
    else if (now - this.#last < interval) this.#strikes++;
    this.#last = now;
    if (this.#strikes > STRIKES_MAX) {
      // The text is what gRPC clients look for before they ping less often.
      throw new ConnectionError(ERROR.enhanceYourCalm, "too_many_pings");
    }
  }
}
