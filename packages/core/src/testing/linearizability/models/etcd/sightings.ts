import type { History } from "../../operation.ts";
import type { Bounds } from "./bounds.ts";
import { findCell, readAs, type Cell } from "./cell.ts";
import { KeySightings } from "./key-sightings.ts";
import { actionsOf, executedBy, isRead } from "./requests.ts";
import type { EtcdAction, EtcdAnswer, EtcdRequest } from "./requests.ts";

/**
 * What answers tell of revisions, whenever they were given. Each revision is that of one request: the
 * one at which a range shows a key to have been changed is that of the request that did it, and from
 * there to the range's own nothing else changed the key. So most of what nobody was answered has one
 * place in the order, or none.
 */
export class Sightings {
  readonly #keys = new Map<string, KeySightings>();
  readonly #values = new Set<string>();
  /** Of requests that were answered and changed something. */
  readonly #taken = new Set<number>();
  /** Of all requests that were answered, in order. */
  readonly #answered: readonly number[];
  /** By key and value, for values that one request alone can have put there, and that were seen there. */
  readonly #putAt = new Map<string, Map<string, number>>();

  constructor(history: History<EtcdRequest, EtcdAnswer>) {
    const answered = new Set<number>();
    for (const { input, answer } of history) {
      if (typeof answer?.output.revision === "number") answered.add(answer.output.revision);
      for (const compare of input.kind === "txn" ? input.compare : []) {
        if (compare.target === "value") this.#values.add(compare.value);
      }
      if (answer !== null) this.#learnFrom(input, answer.output);
    }
    this.#answered = [...answered].sort((a, b) => a - b);
    const puts = countPuts(history);
    for (const [key, seen] of this.#keys) {
      const putAt = new Map<string, number>();
      for (const { value, modRevision } of seen.all()) {
        if (puts.get(key)?.get(value) === 1) putAt.set(value, modRevision);
      }
      this.#putAt.set(key, putAt);
    }
  }

  /** Whether some answer may tell the value from others. */
  tellsApart(value: string): boolean {
    return this.#values.has(value);
  }

  /**
   * The revisions that the actions can have taken if nobody was answered, when they come next; null where
   * there is none. The next one that was answered must still come behind them.
   */
  placeFor(
    actions: readonly EtcdAction[],
    changedKeys: readonly string[],
    possible: Bounds,
  ): Bounds | null {
    let { least } = possible;
    const next = firstFrom(this.#answered, least);
    let most = Math.min(possible.most, this.#taken.has(next) ? next - 1 : next);
    for (const key of changedKeys) least = this.#openFrom(key, { least, most });
    for (const action of actions) {
      const at = action.kind === "put" ? this.#putAt.get(action.key)?.get(action.value) : undefined;
      if (at === undefined) continue;
      least = Math.max(least, at);
      most = Math.min(most, at);
    }
    return least <= most ? { least, most } : null;
  }

  /** Whether all that was seen of changes at the revision is so in the cells. */
  allow(cells: readonly Cell[], { least, most }: Bounds): boolean {
    if (least !== most) return true;
    return [...this.#keys].every(([key, sightings]) => {
      const cell = findCell(cells, key);
      return sightings.at(least) === undefined || (cell !== undefined && this.allowsCell(cell));
    });
  }

  /** Whether the key was seen so, if it was seen at all. */
  allowsCell(cell: Cell): boolean {
    const { least, most } = cell.modified;
    const seen = least === most ? this.#keys.get(cell.key)?.at(least) : undefined;
    return seen === undefined || readAs(cell, seen) !== null;
  }

  /** The first of the revisions at which what nobody was answered can have changed the key. */
  #openFrom(key: string, { least, most }: Bounds): number {
    const seen = this.#keys.get(key);
    let open = least;
    while (open <= most) {
      const until = seen?.lastSeenBefore(open) ?? 0;
      if (until >= open) open = until + 1;
      else if (this.#taken.has(open)) open++;
      else break;
    }
    return open;
  }

  #learnFrom(request: EtcdRequest, { revision, result }: EtcdAnswer): void {
    const executed = executedBy(request, result);
    const writes = !executed.every(isRead);
    if (writes && revision !== null) this.#taken.add(revision);
    // A request that writes may have read before it wrote.
    const until = (revision ?? 0) - (writes ? 1 : 0);
    for (const { result: each } of executed) {
      for (const kv of each.kind === "range" ? each.kvs : []) {
        this.#values.add(kv.value);
        this.#of(kv.key).add(kv, until);
      }
    }
  }

  #of(key: string): KeySightings {
    const seen = this.#keys.get(key) ?? new KeySightings();
    this.#keys.set(key, seen);
    return seen;
  }
}

/** The first of the numbers, which ascend, that is no less than this one. */
function firstFrom(numbers: readonly number[], least: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) < least) low = middle + 1;
    else high = middle;
  }
  return numbers[low] ?? Infinity;
}

/** How many puts of each value to each key there are, carried out or not. */
function countPuts(
  history: History<EtcdRequest, EtcdAnswer>,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const action of history.flatMap(({ input }) => actionsOf(input))) {
    if (action.kind !== "put") continue;
    const { key, value } = action;
    const ofKey = counts.get(key) ?? new Map<string, number>();
    counts.set(key, ofKey);
    ofKey.set(value, (ofKey.get(value) ?? 0) + 1);
  }
  return counts;
}
