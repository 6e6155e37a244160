import { crc32c, utf8Encode } from "@quorate/core";
import { encodeKeyValue } from "../codec/responses.ts";
import { keyBytes } from "./key-order.ts";
import type { MvccStore } from "./mvcc-store.ts";
import type { Version } from "./version.ts";

const BUCKET = utf8Encode("key");
const EMPTY = new Uint8Array(0);

/**
 * CRC-32C over the bucket's name, then for every change up to the revision its key in etcd's own
 * notation (revision, `_`, place, and `t` for a deletion) and the key-value message. Members with
 * equal states give equal hashes.
 */
export function hashKv(store: MvccStore, revision: number): number {
  let hash = crc32c(BUCKET);
  for (const change of store.changes) {
    if (change.mod > revision) break;
    hash = crc32c(encodeValue(change), crc32c(encodeKey(change), hash));
  }
  return hash;
}

function encodeKey({ mod, sub, value }: Version): Uint8Array {
  const key = new Uint8Array(value === null ? 18 : 17);
  const view = new DataView(key.buffer);
  view.setUint32(0, Math.floor(mod / 0x1_0000_0000));
  view.setUint32(4, mod >>> 0);
  key[8] = 0x5f; // _
  view.setUint32(13, sub);
  if (value === null) key[17] = 0x74; // t
  return key;
}

function encodeValue(change: Version): Uint8Array {
  return encodeKeyValue({
    key: keyBytes(change.key),
    createRevision: change.create,
    // A deletion holds the key alone.
    modRevision: change.value === null ? 0 : change.mod,
    version: change.count,
    value: change.value ?? EMPTY,
    lease: change.lease,
  });
}
