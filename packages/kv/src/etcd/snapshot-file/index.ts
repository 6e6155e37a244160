export { imageForNewCluster } from "./new-cluster.ts";
export { SnapshotBody } from "./snapshot-body.ts";
export {
  BLOCK_BYTES,
  bodyBytes,
  decodeFileHead,
  encodeSnapshotHead,
  HASH_BYTES,
  HEAD_BYTES,
  type FileHead,
  type SnapshotHead,
} from "./snapshot-head.ts";
