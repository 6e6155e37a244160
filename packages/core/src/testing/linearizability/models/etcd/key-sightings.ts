import type { EtcdKeyValue } from "./requests.ts";

/** What answers tell of the revisions of one key. */
export class KeySightings {
  /** By the revision that the key was last changed at. */
  readonly #seen = new Map<number, EtcdKeyValue>();
  /** By the same: up to where it was seen. */
  readonly #until = new Map<number, number>();
  /** The former in order, once they are asked for. */
  #inOrder: readonly (readonly [from: number, until: number])[] | null = null;

  /** It was seen when the store was at the revision `until`. */
  add(kv: EtcdKeyValue, until: number): void {
    const { modRevision } = kv;
    this.#seen.set(modRevision, kv);
    this.#until.set(modRevision, Math.max(until, this.#until.get(modRevision) ?? 0));
  }

  at(revision: number): EtcdKeyValue | undefined {
    return this.#seen.get(revision);
  }

  all(): Iterable<EtcdKeyValue> {
    return this.#seen.values();
  }

  /** Up to where the last change before the revision was seen. */
  lastSeenBefore(revision: number): number {
    this.#inOrder ??= [...this.#until].sort(([a], [b]) => a - b);
    let low = 0;
    let high = this.#inOrder.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#inOrder[middle]?.[0] ?? Infinity) < revision) low = middle + 1;
      else high = middle;
    }
    return this.#inOrder[low - 1]?.[1] ?? 0;
  }
}
