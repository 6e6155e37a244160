import type { ChangeFields } from "../etcd/codec/index.ts";
import { KeyValue, keyValueOrNull } from "./key-value.ts";

/** What happened to one key. */
export interface Change {
  readonly kind: "put" | "delete";
  /** What the key is now; of a deletion only the key itself, and the revision that deleted it. */
  readonly kv: KeyValue;
  /** What it was before; null when it was not asked for, was not there, or is compacted. */
  readonly previous: KeyValue | null;
}

/** What a watch tells. */
export type WatchItem =
  /** Everything that one revision changed, in the order in which it did. */
  | { readonly kind: "changes"; readonly revision: number; readonly changes: readonly Change[] }
  /** All changes up to the revision were told. */
  | { readonly kind: "progress"; readonly revision: number }
  /**
   * Changes from one revision up to another are lost, as they were compacted before they could be
   * told. Read the keys as they are at `compacted`: what follows is what happened after it.
   */
  | { readonly kind: "gap"; readonly from: number; readonly compacted: number };

export function changeOf({ kind, kv, prevKv }: ChangeFields): Change {
  return { kind, kv: new KeyValue(kv), previous: keyValueOrNull(prevKv) };
}

/** What an object takes beside its bytes, about. */
const OVERHEAD_BYTES = 256;

/** About how much memory an item takes. */
export function sizeOf(item: WatchItem): number {
  if (item.kind !== "changes") return OVERHEAD_BYTES;
  let size = OVERHEAD_BYTES;
  for (const { kv, previous } of item.changes) {
    size += OVERHEAD_BYTES + kv.key.length + kv.value.length + (previous?.value.length ?? 0);
  }
  return size;
}
