/** 64 bits, as clients choose them. */
export type LeaseId = bigint;

/** No lease is granted for longer: some 285 years, as in etcd. */
export const TTL_SECONDS_MAX = 9_000_000_000;

/** A promise to keep some keys for a while, which its owner renews. */
export interface Lease {
  readonly id: LeaseId;
  /** As granted: a renewal gives it that much again. */
  readonly ttlSeconds: number;
  ends: LeaseEnd;
}

/** When a lease ends, as far as it is known yet. */
export type LeaseEnd =
  /** Granted or renewed since the last tick of the lease clock: its time has not begun. */
  | { readonly kind: "young" }
  /** Granted or renewed in the tick before: its time begins with the next one. */
  | { readonly kind: "older" }
  /** In milliseconds of the lease clock. */
  | { readonly kind: "at"; readonly millis: number };
