export { KvHash } from "./kv-hash.ts";
export { ImageSink, type RestoredState } from "./image-sink.ts";
export { ImageView, type StateImage } from "./image-view.ts";
export {
  isInRange,
  keyBytes,
  keyRange,
  keyText,
  type KeyRange,
  type KeyText,
} from "./key-order.ts";
export { MvccStore, type StoreGrain } from "./mvcc-store.ts";
export type { PinnedChanges } from "./pinned-changes.ts";
export type { Change, Version } from "./version.ts";
export { REVISION_KEY_BYTES, StoredChange } from "./stored-change.ts";
