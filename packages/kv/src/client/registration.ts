import { Backoff } from "./backoff.ts";
import type { EtcdClient } from "./etcd-client.ts";
import { EtcdError, isFinal } from "./etcd-error.ts";
import type { Lease } from "./lease.ts";
import { LeaseLostError } from "./lease-lost-error.ts";
import { pause } from "./retry.ts";
import type { CallOptions } from "./rpc.ts";

/** What is to be there as long as somebody lives. */
export interface Announcement {
  readonly key: string;
  readonly value: string;
  readonly ttlSeconds: number;
}

/** An instance that is listed, and again whenever its lease was lost, until it is withdrawn. */
export class Registration {
  /**
   * Resolves when it is withdrawn; rejects when it is listed no more and cannot be again, as when its
   * client is closed.
   */
  readonly ended: Promise<void>;
  readonly #client: EtcdClient;
  readonly #announcement: Announcement;
  readonly #withdrawn = new AbortController();
  #lease: Lease;

  constructor(client: EtcdClient, announcement: Announcement, lease: Lease) {
    this.#client = client;
    this.#announcement = announcement;
    this.#lease = lease;
    this.ended = this.#keep();
    // Whoever does not ask for it need not handle it.
    this.ended.catch(() => undefined);
  }

  get key(): string {
    return this.#announcement.key;
  }

  /** Takes the instance off the list, for good. */
  async withdraw(options: CallOptions = {}): Promise<void> {
    this.#withdrawn.abort();
    await this.#lease.revoke(options);
  }

  /** As `withdraw`: for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.withdraw();
  }

  async #keep(): Promise<void> {
    for (;;) {
      const why = await whyLost(this.#lease);
      if (why instanceof LeaseLostError && why.why === "abandoned") throw why;
      const lease = await this.#announceAgain();
      if (lease === null) return;
      this.#lease = lease;
      if (this.#withdrawn.signal.aborted) return lease.revoke();
    }
  }

  /** Null: it was withdrawn before that was done. */
  async #announceAgain(): Promise<Lease | null> {
    const { signal } = this.#withdrawn;
    const backoff = new Backoff();
    for (;;) {
      try {
        return await announce(this.#client, this.#announcement, { signal });
      } catch (thrown) {
        if (signal.aborted) return null;
        if (!(thrown instanceof EtcdError) || isFinal(thrown)) throw thrown;
        await pause(this.#client.clock, backoff.take(), signal).catch(() => undefined);
      }
    }
  }
}

/** Puts the key under a lease of its own. */
export async function announce(
  client: EtcdClient,
  { key, value, ttlSeconds }: Announcement,
  options: CallOptions,
): Promise<Lease> {
  const lease = await client.lease(ttlSeconds, options);
  try {
    await client.put(key, value, { ...options, lease });
    return lease;
  } catch (thrown) {
    // It ends by itself in any case.
    lease.revoke().catch(() => undefined);
    throw thrown;
  }
}

function whyLost({ lost }: Lease): Promise<unknown> {
  return new Promise((resolve) => {
    const lose = (): void => resolve(lost.reason);
    if (lost.aborted) lose();
    else lost.addEventListener("abort", lose, { once: true });
  });
}
