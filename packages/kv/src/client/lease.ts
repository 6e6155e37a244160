import type { ClientClock } from "./clock.ts";
import { EtcdError } from "./etcd-error.ts";
import type { KeepAlive, KeptLease } from "./keep-alive.ts";
import { LeaseLostError, type LeaseLoss } from "./lease-lost-error.ts";
import type { GrantedLease, Leases } from "./leases.ts";
import type { CallOptions } from "./rpc.ts";

/** A lease is renewed so often in its time: two renewals may fail before it is lost. */
const RENEWALS = 3;

/**
 * A lease that is kept alive until it is revoked, its client is closed, or it is lost. Keys that are put
 * under it end with it.
 *
 * Whether it is still held is judged with care: its time counts from when the last renewal that was
 * answered had left, so that it is over here before it is over at the server.
 */
export class Lease {
  readonly id: bigint;
  /** Aborted once when the lease is lost, with a `LeaseLostError` that says why. */
  readonly lost: AbortSignal;
  readonly #leases: Leases;
  readonly #clock: ClientClock;
  readonly #keepAlive: KeepAlive;
  readonly #controller = new AbortController();
  /** The lease as it is renewed. */
  readonly #kept: KeptLease;
  #marks = 0;
  #ttlSeconds: number;
  #expiresAt: number;
  #stopTimer: () => void = () => undefined;

  /**
   * @param keepAlive - what renews it
   * @param askedAt - when it was asked for
   */
  constructor(
    leases: Leases,
    clock: ClientClock,
    keepAlive: KeepAlive,
    { id, ttlSeconds }: GrantedLease,
    askedAt: number,
  ) {
    this.#leases = leases;
    this.#clock = clock;
    this.#keepAlive = keepAlive;
    this.id = id;
    this.lost = this.#controller.signal;
    this.#ttlSeconds = ttlSeconds;
    this.#expiresAt = askedAt + ttlSeconds * 1000;
    this.#kept = {
      id,
      renewalMillis: () => (this.#ttlSeconds * 1000) / RENEWALS,
      renewed: (sentAt, seconds) => {
        this.#ttlSeconds = seconds;
        this.#expiresAt = sentAt + seconds * 1000;
        this.#stopTimer();
        this.#expireLater();
      },
      gone: () => this.#lose("unknown to the server"),
      abandoned: () => this.#lose("abandoned"),
    };
    this.#expireLater();
    keepAlive.add(this.#kept);
  }

  /** For how long it was granted, or renewed last: the server may give more than was asked for. */
  get ttlSeconds(): number {
    return this.#ttlSeconds;
  }

  /** How long it is certainly still held; 0 once it is lost. */
  get remainingMillis(): number {
    if (this.lost.aborted) return 0;
    return Math.max(0, this.#expiresAt - this.#clock.now());
  }

  /**
   * What tells one claim under this lease from all others.
   *
   * @internal
   */
  newMark(): string {
    return String(++this.#marks);
  }

  /** Ends it now, and the keys with it. From here on it is lost, whether or not the call succeeds. */
  async revoke(options: CallOptions = {}): Promise<void> {
    this.#lose("revoked");
    try {
      await this.#leases.revoke(this.id, options);
    } catch (thrown) {
      const isGone = thrown instanceof EtcdError && thrown.reason === "leaseNotFound";
      if (!isGone) throw thrown;
    }
  }

  /** As `revoke`: for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.revoke();
  }

  #expireLater(): void {
    this.#stopTimer = this.#clock.after(this.remainingMillis, () => this.#lose("expired"));
  }

  #lose(why: LeaseLoss): void {
    if (this.lost.aborted) return;
    this.#stopTimer();
    this.#keepAlive.remove(this.#kept);
    this.#controller.abort(new LeaseLostError(this.id, why));
  }
}
