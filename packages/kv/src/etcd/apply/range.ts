import type { OpResult } from "../codec/responses.ts";
import type { RangeRequest, SortTarget } from "../codec/requests.ts";
import { keyBytes, keyRange } from "../store/key-order.ts";
import type { MvccStore } from "../store/mvcc-store.ts";
import type { LiveVersion } from "../store/version.ts";
import type { KeyValue } from "../codec/responses.ts";

type RangeResult = Extract<OpResult, { kind: "range" }>;

const EMPTY = new Uint8Array(0);

/**
 * Answers a range read at a revision that was checked before. `count` counts everything in the
 * range, whatever the filters and the limit leave of it.
 */
export function range(store: MvccStore, request: RangeRequest, revision: number): RangeResult {
  const all = store.range(keyRange(request.key, request.rangeEnd), revision);
  if (request.countOnly) {
    let count = 0;
    for (const _ of all) count++;
    return { kind: "range", kvs: [], more: false, count };
  }
  const descending = request.sortOrder === "descend";
  const sorted = descending || (request.sortTarget !== "key" && request.sortTarget !== null);
  const limit = request.limit > 0 ? request.limit : Infinity;
  // Unsorted, no more is kept than is sent, and one to know whether there is more.
  const keepMax = sorted ? Infinity : limit + 1;
  const kept: LiveVersion[] = [];
  let count = 0;
  for (const version of all) {
    count++;
    if (kept.length < keepMax && passes(request, version)) kept.push(version);
  }
  if (sorted) sort(kept, request.sortTarget ?? "key", descending);
  const more = kept.length > limit;
  if (more) kept.length = limit;
  const kvs = kept.map((version) => toKeyValue(version, request.keysOnly));
  return { kind: "range", kvs, more, count };
}

/** A version as clients see it. */
export function toKeyValue(version: LiveVersion, keysOnly: boolean = false): KeyValue {
  return {
    key: keyBytes(version.key),
    createRevision: version.create,
    modRevision: version.mod,
    version: version.count,
    value: keysOnly ? EMPTY : version.value,
    lease: version.lease,
  };
}

function passes(request: RangeRequest, { mod, create }: LiveVersion): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  return (
    (minModRevision === 0 || mod >= minModRevision) &&
    (maxModRevision === 0 || mod <= maxModRevision) &&
    (minCreateRevision === 0 || create >= minCreateRevision) &&
    (maxCreateRevision === 0 || create <= maxCreateRevision)
  );
}

function sort(versions: LiveVersion[], target: SortTarget, descending: boolean): void {
  const order = ORDERS[target];
  versions.sort(descending ? (a, b) => order(b, a) : order);
}

const ORDERS: Record<SortTarget, (a: LiveVersion, b: LiveVersion) => number> = {
  key: (a, b) => (a.key < b.key ? -1 : 1),
  version: (a, b) => a.count - b.count,
  create: (a, b) => a.create - b.create,
  mod: (a, b) => a.mod - b.mod,
  value: (a, b) => compareBytes(a.value, b.value),
};

/** Byte order: the shorter first where one begins the other. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Whether history still reaches back to the revision, and has reached it; 0 is now. */
export function checkRevision(
  store: MvccStore,
  revision: number,
): "compacted" | "futureRevision" | null {
  if (revision > store.revision) return "futureRevision";
  return revision > 0 && revision < store.compacted ? "compacted" : null;
}
