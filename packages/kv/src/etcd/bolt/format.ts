import { QuorateError } from "@quorate/core";

/**
 * The file format of bbolt, in which etcd keeps its data and sends its snapshots: pages of 4 KiB, all
 * numbers little-endian. Two meta pages name the root page of a tree of buckets; a bucket is a tree of
 * branch and leaf pages again.
 */
export const PAGE_BYTES = 4096;

/** Page id 8, flags 2, number of elements 2, pages it goes on over 4. */
export const PAGE_HEAD_BYTES = 16;

/** Leaf: flags 4, distance to the key 4, sizes of key and value 4 + 4. Branch: distance, size, page 8. */
export const ELEMENT_BYTES = 16;

/** Root page 8, sequence 8: what a bucket's element in its parent holds. */
export const BUCKET_BYTES = 16;

export const FLAG = { branch: 0x01, leaf: 0x02, meta: 0x04, freelist: 0x10 } as const;

/** Of a leaf element: its value is a bucket. */
export const BUCKET_ELEMENT = 0x01;

export const MAGIC = 0xed0c_daed;
export const VERSION = 2;

/** What a meta page holds behind its head, the checksum of it included. */
export const META_BYTES = 64;

/** FNV-1a of 64 bits, over what comes before it in a meta page. */
export function metaChecksum(meta: Uint8Array): bigint {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of meta) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
  return hash;
}

export function damagedFile(why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", `malformed etcd database: ${why}`);
}
