import type { KeyText } from "./key-order.ts";

const NONE: ReadonlySet<KeyText> = new Set();

/** Which live keys each lease holds. */
export class LeaseKeys {
  readonly #byLease = new Map<bigint, Set<KeyText>>();

  of(lease: bigint): ReadonlySet<KeyText> {
    return this.#byLease.get(lease) ?? NONE;
  }

  /** The key goes from one lease to another; 0 is none. */
  move(key: KeyText, from: bigint, to: bigint): void {
    if (from === to) return;
    if (from !== 0n) this.#detach(key, from);
    if (to !== 0n) this.#attach(key, to);
  }

  #attach(key: KeyText, lease: bigint): void {
    const keys = this.#byLease.get(lease);
    if (keys === undefined) this.#byLease.set(lease, new Set([key]));
    else keys.add(key);
  }

  #detach(key: KeyText, lease: bigint): void {
    const keys = this.#byLease.get(lease);
    keys?.delete(key);
    if (keys?.size === 0) this.#byLease.delete(lease);
  }
}
