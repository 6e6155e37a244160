import { setTimeout as pause } from "node:timers/promises";
import { connect, EtcdError } from "@quorate/kv";

/** No single attempt may hide a gap that is longer than this. */
const ATTEMPT_MS = 1000;
const RETRY_AFTER_MS = 10;

/**
 * Writes one key after the other as long as it runs, each until it is acknowledged, and remembers
 * what was acknowledged and how long nothing was.
 */
export class Writer {
  readonly #endpoints: readonly string[];
  readonly #prefix: string;
  readonly #done: Promise<void>;
  #running = true;
  #acknowledged = 0;
  #longestGapMs = 0;

  constructor(endpoints: readonly string[], prefix: string) {
    this.#endpoints = endpoints;
    this.#prefix = prefix;
    this.#done = this.#run();
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get longestGapMs(): number {
    return this.#longestGapMs;
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }

  /** The numbers that were acknowledged and cannot be read; must be empty. */
  async lost(): Promise<readonly number[]> {
    const client = connect({ endpoints: this.#endpoints, timeoutMillis: 10_000 });
    try {
      const lost: number[] = [];
      for (let number = 0; number < this.#acknowledged; number++) {
        const kv = await client.get(this.#key(number));
        if (kv?.text !== String(number)) lost.push(number);
      }
      return lost;
    } finally {
      client.close();
    }
  }

  async #run(): Promise<void> {
    let since = performance.now();
    const client = connect({ endpoints: this.#endpoints, timeoutMillis: ATTEMPT_MS });
    while (this.#running) {
      const number = this.#acknowledged;
      try {
        await client.put(this.#key(number), String(number));
        const now = performance.now();
        this.#longestGapMs = Math.max(this.#longestGapMs, now - since);
        since = now;
        this.#acknowledged++;
      } catch (thrown) {
        if (!(thrown instanceof EtcdError)) throw thrown;
        // Refused connections come back at once: leave the members the processor to start on.
        await pause(RETRY_AFTER_MS);
      }
    }
    client.close();
  }

  #key(number: number): string {
    return `${this.#prefix}${number}`;
  }
}
