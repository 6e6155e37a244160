import type { KeyRange, KeyText } from "../store/key-order.ts";
import { RangeIndex } from "./range-index.ts";
import type { Watcher } from "./watcher.ts";

/** All watchers of one key or range, who hear of the same changes. */
export class WatchGroup {
  readonly range: KeyRange;
  readonly watchers: Set<Watcher> = new Set();
  /** How many of them want to know what was before. */
  prevWanted = 0;

  constructor(range: KeyRange) {
    this.range = range;
  }
}

/**
 * Watchers by what they watch. A change finds those that it concerns at the cost of their groups:
 * single keys in a hash table, ranges in an index.
 *
 * Invariant: no group in it is empty.
 */
export class WatchTable {
  readonly #keys = new Map<KeyText, WatchGroup>();
  readonly #ranges = new RangeIndex<WatchGroup>();

  get isEmpty(): boolean {
    return this.#keys.size === 0 && this.#ranges.size === 0;
  }

  add(watcher: Watcher): WatchGroup {
    const group = this.#groupFor(watcher.range);
    group.watchers.add(watcher);
    if (watcher.wants.prevKv) group.prevWanted++;
    return group;
  }

  /** @param group - where {@link add} put the watcher */
  remove(watcher: Watcher, group: WatchGroup): void {
    group.watchers.delete(watcher);
    if (watcher.wants.prevKv) group.prevWanted--;
    if (group.watchers.size > 0) return;
    if (isOneKey(group.range)) this.#keys.delete(group.range.from);
    else this.#ranges.delete(group.range);
  }

  /** Calls back for every group that a change of the key concerns. */
  visit(key: KeyText, visitor: (group: WatchGroup) => void): void {
    const group = this.#keys.get(key);
    if (group !== undefined) visitor(group);
    this.#ranges.visit(key, visitor);
  }

  /** All groups there are now. */
  groups(): readonly WatchGroup[] {
    return [...this.#keys.values(), ...this.#ranges.items()];
  }

  #groupFor(range: KeyRange): WatchGroup {
    const oneKey = isOneKey(range);
    const known = oneKey ? this.#keys.get(range.from) : this.#ranges.get(range);
    if (known !== undefined) return known;
    const group = new WatchGroup(range);
    if (oneKey) this.#keys.set(range.from, group);
    else this.#ranges.add(range, group);
    return group;
  }
}

/** No other key lies between a key and itself with a zero behind it. */
function isOneKey({ from, to }: KeyRange): boolean {
  return to !== null && to.length === from.length + 1 && to === `${from}\0`;
}
