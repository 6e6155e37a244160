import type { Http2Limits } from "./limits.ts";

/** What the time asks of a connection. */
export type Due =
  | "nothing"
  /** The client has not introduced itself. */
  | "give up"
  /** It has been silent: ping it. */
  | "ask"
  /** It did not answer that. */
  | "silent"
  /** It has had no stream for long. */
  | "idle";

/** Keeps the times of one connection: how long it is open, silent, and without streams. */
export class Liveness {
  readonly #limits: Http2Limits;
  readonly #openedAt: number;
  #heard = false;
  #heardAt: number;
  #busyAt: number;
  #askedAt: number | null = null;

  constructor(limits: Http2Limits, now: number) {
    this.#limits = limits;
    this.#openedAt = this.#heardAt = this.#busyAt = now;
  }

  /** Something came. Noticed without a clock, as it happens with every chunk. */
  heard(): void {
    this.#heard = true;
  }

  /** @param introduced - whether the peer's preface and settings were there */
  tick(now: number, introduced: boolean, streams: number): Due {
    const { prefaceMillis, keepaliveMillis, keepaliveAnswerMillis, idleMillis } = this.#limits;
    if (this.#heard) {
      this.#heard = false;
      this.#heardAt = now;
      this.#askedAt = null;
    }
    if (streams > 0) this.#busyAt = now;
    if (!introduced && now - this.#openedAt >= prefaceMillis) return "give up";
    if (this.#askedAt !== null && now - this.#askedAt >= keepaliveAnswerMillis) return "silent";
    if (this.#askedAt === null && now - this.#heardAt >= keepaliveMillis) {
      this.#askedAt = now;
      return "ask";
    }
    return idleMillis !== null && now - this.#busyAt >= idleMillis ? "idle" : "nothing";
  }
}
