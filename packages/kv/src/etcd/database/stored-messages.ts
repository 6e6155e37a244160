import { ProtoReader } from "../codec/proto-reader.ts";
import { ProtoWriter } from "../codec/proto-writer.ts";

/** leasepb.Lease, as etcd stores it. */
export interface StoredLease {
  readonly id: bigint;
  readonly ttlSeconds: number;
  /** What was left of it when it was checkpointed; 0: nobody knows, so all of it. */
  readonly remainingSeconds: number;
}

export function encodeStoredLease(lease: StoredLease): Uint8Array {
  return new ProtoWriter(24)
    .uint64(1, lease.id)
    .int64(2, lease.ttlSeconds)
    .int64(3, lease.remainingSeconds)
    .finish();
}

/** @throws `ERR_MALFORMED`, as all decoders here */
export function decodeStoredLease(bytes: Uint8Array): StoredLease {
  const reader = new ProtoReader(bytes);
  let id = 0n;
  let ttlSeconds = 0;
  let remainingSeconds = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) id = reader.bigint64();
    else if (tag === 0x10) ttlSeconds = reader.int64();
    else if (tag === 0x18) remainingSeconds = reader.int64();
    else reader.skip(tag);
  }
  return { id, ttlSeconds, remainingSeconds };
}
