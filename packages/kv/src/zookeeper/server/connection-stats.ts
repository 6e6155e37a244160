import { Tally } from "../../metrics/index.ts";

/** What a server counts of one connection. Written with every answer: it holds numbers, and no objects. */
export class ConnectionStats {
  received = 0;
  sent = 0;
  readonly latency: Tally = new Tally();
  #lastOperation = "NA";
  #lastXid = -1;
  #lastZxid = -1;
  #lastAnsweredAt = 0;
  #lastMillis = 0;

  /** What was asked for the last time, in ZooKeeper's four letters; `NA` before it. */
  get lastOperation(): string {
    return this.#lastOperation;
  }

  /** Of the newest request that the client counts: pings are not among them. -1 before there is one. */
  get lastXid(): number {
    return this.#lastXid;
  }

  /** The newest zxid when the last answer was given; -1 before it. */
  get lastZxid(): number {
    return this.#lastZxid;
  }

  /** Monotonic ms; 0 before there is an answer. */
  get lastAnsweredAt(): number {
    return this.#lastAnsweredAt;
  }

  /** How long the last answer took. */
  get lastMillis(): number {
    return this.#lastMillis;
  }

  answered(
    xid: number,
    operation: string,
    { since, now, zxid }: { readonly since: number; readonly now: number; readonly zxid: number },
  ): void {
    if (xid >= 0) this.#lastXid = xid;
    this.#lastOperation = operation;
    this.#lastZxid = zxid;
    this.#lastAnsweredAt = now;
    this.#lastMillis = now - since;
    this.latency.observe(now - since);
  }

  reset(): void {
    this.received = this.sent = this.#lastAnsweredAt = this.#lastMillis = 0;
    this.#lastXid = this.#lastZxid = -1;
    this.#lastOperation = "NA";
    this.latency.reset();
  }
}
