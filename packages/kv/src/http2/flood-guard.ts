import { ConnectionError, ERROR } from "./protocol.ts";

const PERIOD_MILLIS = 10_000;

/** Counts one kind of cheap-to-send nuisance over fixed periods. */
export class FloodGuard {
  readonly #what: string;
  readonly #most: number;
  #count = 0;
  #until = 0;

  constructor(what: string, most: number) {
    this.#what = what;
    this.#most = most;
  }

  /** @throws {@link ConnectionError} `enhanceYourCalm` at one more than is allowed */
  count(now: number): void {
    if (now >= this.#until) {
      this.#until = now + PERIOD_MILLIS;
      this.#count = 0;
    }
    if (++this.#count > this.#most) {
      throw new ConnectionError(ERROR.enhanceYourCalm, `too_many_${this.#what}`);
    }
  }
}
