import { QuorateError, type ErrorCode } from "@quorate/core";
import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import {
  bodyBytes,
  decodeFileHead,
  HASH_BYTES,
  HEAD_BYTES,
  type SnapshotHead,
} from "../etcd/snapshot-file/index.ts";

/** What is read at a time. */
const CHUNK_BYTES = 1024 * 1024;

/** How a snapshot file is read. */
export interface SnapshotReading {
  /** Takes the image, in pieces that stay valid only during the call. */
  readonly image: (piece: Uint8Array) => void;
  /** Whether to do without the hash at the end; the image has a checksum of its own. */
  readonly skipHashCheck: boolean;
}

/**
 * Reads a snapshot file from its beginning to its end, without holding it in memory.
 *
 * @throws `ERR_CONFIGURATION` when there is none, `ERR_STORAGE_FOREIGN`, `ERR_STORAGE_VERSION`,
 * `ERR_STORAGE_CORRUPT`
 */
export async function readSnapshot(path: string, reading: SnapshotReading): Promise<SnapshotHead> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    throw refusal("ERR_CONFIGURATION", path, `cannot be read: ${(error as Error).message}`);
  }
  try {
    return await readOpen(path, file, reading);
  } finally {
    await file.close();
  }
}

async function readOpen(
  path: string,
  file: FileHandle,
  { image, skipHashCheck }: SnapshotReading,
): Promise<SnapshotHead> {
  const block = await readAt(file, 0, HEAD_BYTES);
  const head = headOf(path, block);
  const bytes = bodyBytes(head);
  const { size } = await file.stat();
  if (size !== bytes + HASH_BYTES && !(skipHashCheck && size === bytes)) {
    throw damaged(path, `it is ${size} bytes long and should be ${bytes + HASH_BYTES}`);
  }
  const hash = createHash("sha256").update(block);
  const imageEnd = HEAD_BYTES + head.imageBytes;
  for (let at = HEAD_BYTES; at < bytes;) {
    const chunk = await readAt(file, at, Math.min(CHUNK_BYTES, bytes - at));
    if (chunk.length === 0) throw damaged(path, "it became shorter while it was read");
    hash.update(chunk);
    const piece = chunk.subarray(0, Math.max(0, imageEnd - at));
    if (piece.length > 0) image(piece);
    at += chunk.length;
  }
  if (skipHashCheck) return head;
  if (hash.digest().equals(await readAt(file, bytes, HASH_BYTES))) return head;
  throw damaged(path, "its hash is wrong");
}

async function readAt(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, at);
  return buffer.subarray(0, bytesRead);
}

function headOf(path: string, block: Uint8Array): SnapshotHead {
  const found = decodeFileHead(block);
  switch (found.kind) {
    case "snapshot":
      return found.head;
    case "newer":
      throw refusal(
        "ERR_STORAGE_VERSION",
        path,
        `has format ${found.format}, which this version does not know: use the one that took it`,
      );
    case "etcd":
      throw refusal(
        "ERR_STORAGE_FOREIGN",
        path,
        "is a snapshot of etcd's, which Quorate does not read: restore it to an etcd, start an empty " +
          "cluster here, and copy the keys over, for example with etcdctl make-mirror",
      );
    case "damaged":
      throw damaged(path, "its head fails the checksum");
    case "foreign":
      throw refusal("ERR_STORAGE_FOREIGN", path, "is no snapshot of Quorate's");
  }
}

function damaged(path: string, why: string): QuorateError {
  return refusal("ERR_STORAGE_CORRUPT", path, `is damaged: ${why}. Use another copy of it`);
}

function refusal(code: ErrorCode, path: string, why: string): QuorateError {
  return new QuorateError(code, `${path} ${why}`);
}
