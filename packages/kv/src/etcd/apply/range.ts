import { compareBytes } from "../codec/compare-bytes.ts";
import type { RangeRequest, SortTarget } from "../codec/requests.ts";
import type { KeyValue, OpResult } from "../codec/responses.ts";
import { keyRange } from "../store/key-order.ts";
import type { MvccStore } from "../store/mvcc-store.ts";
import type { Version } from "../store/version.ts";

type RangeResult = Extract<OpResult, { kind: "range" }>;

const EMPTY = new Uint8Array(0);

/**
 * Answers a range read at a revision that was checked before. `count` counts everything in the
 * range, whatever the filters and the limit leave of it. In the order of the keys nothing behind the
 * limit is looked at: how many there are the store knows without.
 */
export function range(store: MvccStore, request: RangeRequest, revision: number): RangeResult {
  const keys = keyRange(request.key, request.rangeEnd);
  if (request.countOnly) {
    return { kind: "range", kvs: [], more: false, count: store.count(keys, revision) };
  }
  const descending = request.sortOrder === "descend";
  const target = request.sortTarget ?? "key";
  const byKey = target === "key";
  const limit = request.limit > 0 ? request.limit : Infinity;
  const kept: Version[] = [];
  let more = false;
  let seen = 0;
  for (const version of store.range(keys, revision, byKey && descending ? "descend" : "ascend")) {
    seen++;
    if (!passes(request, version)) continue;
    more = byKey && kept.length === limit;
    if (more) break;
    kept.push(version);
  }
  if (target !== "key") {
    sort(kept, target, descending);
    more = kept.length > limit;
    if (more) kept.length = limit;
  }
  const kvs = kept.map((version) => toKeyValue(version, request.keysOnly));
  return { kind: "range", kvs, more, count: more && byKey ? store.count(keys, revision) : seen };
}

/** A version as clients see it. */
export function toKeyValue(version: Version, keysOnly: boolean = false): KeyValue {
  const { key, create, mod, count, lease } = version;
  return { key, create, mod, count, value: keysOnly ? EMPTY : version.value, lease };
}

function passes(request: RangeRequest, { mod, create }: Version): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  return (
    (minModRevision === 0 || mod >= minModRevision) &&
    (maxModRevision === 0 || mod <= maxModRevision) &&
    (minCreateRevision === 0 || create >= minCreateRevision) &&
    (maxCreateRevision === 0 || create <= maxCreateRevision)
  );
}

/** By key the store does it. */
type SortedTarget = Exclude<SortTarget, "key">;

function sort(versions: Version[], target: SortedTarget, descending: boolean): void {
  const order = ORDERS[target];
  versions.sort(descending ? (a, b) => order(b, a) : order);
}

const ORDERS: Record<SortedTarget, (a: Version, b: Version) => number> = {
  version: (a, b) => a.count - b.count,
  create: (a, b) => a.create - b.create,
  mod: (a, b) => a.mod - b.mod,
  value: (a, b) => compareBytes(a.value, b.value),
};

/** Whether history still reaches back to the revision, and has reached it; 0 is now. */
export function checkRevision(
  store: MvccStore,
  revision: number,
): "compacted" | "futureRevision" | null {
  if (revision > store.revision) return "futureRevision";
  return revision > 0 && revision < store.compacted ? "compacted" : null;
}
