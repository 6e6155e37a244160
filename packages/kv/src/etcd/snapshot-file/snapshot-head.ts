import { assert, ByteReader, ByteWriter, crc32c, utf8Encode } from "@quorate/core";

/**
 * A snapshot file: head, image of the state, zeros up to a multiple of a block, and the SHA-256 of
 * everything before it. Clients of etcd know by the size, a hash behind whole blocks, that the hash
 * is there; they do not look into what it is the hash of.
 */
export interface SnapshotHead {
  /** The cluster that it was taken from. */
  readonly cluster: string;
  readonly revision: number;
  /** History is gone before this revision; 0: nothing is gone. */
  readonly compacted: number;
  /** Keys that are there at the revision. */
  readonly keys: number;
  /** Versions of keys, deletions among them. */
  readonly versions: number;
  readonly leases: number;
  readonly imageBytes: number;
}

/** What the first bytes of a file say that it is. */
export type FileHead =
  | { readonly kind: "snapshot"; readonly head: SnapshotHead }
  /** A newer version's. */
  | { readonly kind: "newer"; readonly format: number }
  /** A database of etcd's own. */
  | { readonly kind: "etcd" }
  | { readonly kind: "damaged" }
  | { readonly kind: "foreign" };

/** Files are a multiple of this long, and a hash. */
export const BLOCK_BYTES = 512;

/** The head takes one block, whatever it holds. */
export const HEAD_BYTES: number = BLOCK_BYTES;

/** SHA-256. */
export const HASH_BYTES = 32;

/** To be seen by whoever looks into the file. Magic and checksum stay where they are in every format. */
const MAGIC: Uint8Array = utf8Encode("quorate snapshot\n");
const FORMAT = 1;
const CRC_AT: number = HEAD_BYTES - 4;
const WHAT = "head of a snapshot";

/** In etcd's database behind the head of the first page, the lowest byte first. */
const ETCD_MAGIC: Uint8Array = Uint8Array.of(0xed, 0xda, 0x0c, 0xed);
const ETCD_MAGIC_AT = 16;

/** Bytes of the file without its hash. */
export function bodyBytes({ imageBytes }: SnapshotHead): number {
  return HEAD_BYTES + Math.ceil(imageBytes / BLOCK_BYTES) * BLOCK_BYTES;
}

export function encodeSnapshotHead(head: SnapshotHead): Uint8Array {
  const writer = new ByteWriter(HEAD_BYTES).raw(MAGIC).u32(FORMAT).string(head.cluster);
  writer.u48(head.revision).u48(head.compacted);
  writer.u48(head.keys).u48(head.versions).u48(head.leases).u48(head.imageBytes);
  assert(writer.length <= CRC_AT, "the head of a snapshot fits its block");
  writer.raw(new Uint8Array(CRC_AT - writer.length));
  return writer.u32(crc32c(writer.finish())).finish();
}

/**
 * Looks at the first block of a file, which may be all there is.
 *
 * @throws `ERR_MALFORMED` for one that was made to deceive: its checksum is right
 */
export function decodeFileHead(block: Uint8Array): FileHead {
  if (startsWith(block, ETCD_MAGIC, ETCD_MAGIC_AT)) return { kind: "etcd" };
  if (!startsWith(block, MAGIC, 0)) return { kind: "foreign" };
  if (block.length < HEAD_BYTES) return { kind: "damaged" };
  const crc = new ByteReader(block.subarray(CRC_AT), WHAT).u32();
  if (crc !== crc32c(block.subarray(0, CRC_AT))) return { kind: "damaged" };
  const reader = new ByteReader(block.subarray(MAGIC.length, CRC_AT), WHAT);
  const format = reader.u32();
  if (format !== FORMAT) return { kind: "newer", format };
  const head = {
    cluster: reader.string(),
    revision: reader.u48(),
    compacted: reader.u48(),
    keys: reader.u48(),
    versions: reader.u48(),
    leases: reader.u48(),
    imageBytes: reader.u48(),
  };
  return { kind: "snapshot", head };
}

function startsWith(bytes: Uint8Array, magic: Uint8Array, at: number): boolean {
  return magic.every((byte, i) => bytes[at + i] === byte);
}
