import { Tally } from "../../metrics/index.ts";

/** The newest answer that a client got. */
export interface LastAnswer {
  /** What was asked for, in ZooKeeper's four letters. */
  readonly operation: string;
  /** The newest zxid then. */
  readonly zxid: number;
  /** Monotonic ms. */
  readonly at: number;
  readonly millis: number;
}

/** What a server counts of one connection. */
export class ConnectionStats {
  received = 0;
  sent = 0;
  readonly latency: Tally = new Tally();
  #lastAnswer: LastAnswer | null = null;
  #lastXid = -1;

  get lastAnswer(): LastAnswer | null {
    return this.#lastAnswer;
  }

  /** Of the newest request that the client counts: pings are not among them. -1 before there is one. */
  get lastXid(): number {
    return this.#lastXid;
  }

  answered(xid: number, answer: LastAnswer): void {
    this.#lastAnswer = answer;
    if (xid >= 0) this.#lastXid = xid;
    this.latency.observe(answer.millis);
  }

  reset(): void {
    this.received = this.sent = 0;
    this.#lastXid = -1;
    this.#lastAnswer = null;
    this.latency.reset();
  }
}
