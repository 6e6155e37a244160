import { crc32c, utf8Decode } from "@quorate/core";
import type { BoltReader } from "../bolt/index.ts";
import { compactionOf, revisionOf } from "./stored-revisions.ts";

/** What a database holds, as `etcdctl snapshot status` tells it. */
export interface DatabaseSummary {
  /** Of all buckets with their items: 32 bits. */
  readonly hash: number;
  readonly revision: number;
  /** History is gone before this revision; 0: nothing is gone. */
  readonly compacted: number;
  /** Items of all kinds, which etcd calls keys. */
  readonly totalKeys: number;
  /** Versions of keys, deletions among them. */
  readonly versions: number;
  readonly leases: number;
}

/** @throws `ERR_MALFORMED` */
export function inspectDatabase(database: BoltReader): DatabaseSummary {
  let [hash, revision, compacted, totalKeys] = [0, 0, 0, 0];
  const counts = new Map<string, number>();
  for (const { name, items } of database.buckets()) {
    const bucket = utf8Decode(name);
    hash = crc32c(name, hash);
    let count = 0;
    for (const { key, value } of items) {
      hash = crc32c(value, crc32c(key, hash));
      count++;
      if (bucket === "key") revision = revisionOf(key).mod;
      else if (bucket === "meta") compacted = Math.max(compacted, compactionOf(key, value));
    }
    counts.set(bucket, count);
    totalKeys += count;
  }
  const versions = counts.get("key") ?? 0;
  return { hash, revision, compacted, totalKeys, versions, leases: counts.get("lease") ?? 0 };
}
