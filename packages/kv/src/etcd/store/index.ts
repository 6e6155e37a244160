export { hashKv } from "./hash-kv.ts";
export {
  isInRange,
  keyBytes,
  keyRange,
  keyText,
  type KeyRange,
  type KeyText,
} from "./key-order.ts";
export { MvccStore } from "./mvcc-store.ts";
export { ImageSink, ImageView, type StateImage } from "./state-snapshot.ts";
export type { LiveVersion, Version } from "./version.ts";
