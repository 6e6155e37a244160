import { QuorateError, toQuorateError, type ErrorCode } from "@quorate/core";
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { BoltReader } from "../etcd/bolt/index.ts";

/** What is hashed in one turn of the loop. */
const CHUNK_BYTES = 1024 * 1024;

/** SHA-256. */
const HASH_BYTES = 32;

/** Databases are whole blocks of so many bytes: what is left over is a hash. */
const BLOCK_BYTES = 512;

/** How a snapshot file is read. */
export interface SnapshotReading {
  /** Whether to do without the hash at the end. */
  readonly skipHashCheck: boolean;
}

/**
 * Checks a snapshot file, a database of etcd's and the hash of it, and has it read.
 *
 * @param read - gets the database and its size; what it says of damage is told with the file's name
 * @throws `ERR_CONFIGURATION` when there is none, `ERR_STORAGE_FOREIGN`, `ERR_STORAGE_CORRUPT`
 */
export async function readSnapshot<Result>(
  path: string,
  { skipHashCheck }: SnapshotReading,
  read: (database: BoltReader, bytes: number) => Result,
): Promise<Result> {
  const file = openFile(path);
  try {
    const { size } = fstatSync(file);
    const hasHash = size % BLOCK_BYTES === HASH_BYTES;
    const bytes = hasHash ? size - HASH_BYTES : size;
    if (!isDatabase(file)) throw refusal("ERR_STORAGE_FOREIGN", path, "is no snapshot");
    if (!skipHashCheck) {
      if (!hasHash) throw damaged(path, "its hash is missing");
      if (!(await hashOf(file, bytes)).equals(readAt(file, bytes, HASH_BYTES))) {
        throw damaged(path, "its hash is wrong");
      }
    }
    return read(new BoltReader((at, length) => readAt(file, at, length)), bytes);
  } catch (thrown) {
    const { code, message } = toQuorateError(thrown);
    if (code === "ERR_MALFORMED") throw damaged(path, message);
    if (code === "ERR_UNSUPPORTED") throw refusal(code, path, `cannot be restored: ${message}`);
    throw thrown;
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw refusal("ERR_CONFIGURATION", path, `cannot be read: ${(error as Error).message}`);
  }
}

/** Behind the head of the first page, or of the second where the first was damaged. */
const MAGIC: Buffer = Buffer.of(0xed, 0xda, 0x0c, 0xed);
const MAGIC_AT = [16, 4096 + 16];

function isDatabase(file: number): boolean {
  return MAGIC_AT.some((at) => MAGIC.equals(readAt(file, at, MAGIC.length)));
}

async function hashOf(file: number, bytes: number): Promise<Buffer> {
  const hash = createHash("sha256");
  for (let at = 0; at < bytes; at += CHUNK_BYTES) {
    hash.update(readAt(file, at, Math.min(CHUNK_BYTES, bytes - at)));
    await new Promise((next) => void setImmediate(next));
  }
  return hash.digest();
}

function readAt(file: number, at: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  return buffer.subarray(0, readSync(file, buffer, 0, bytes, at));
}

function damaged(path: string, why: string): QuorateError {
  return refusal("ERR_STORAGE_CORRUPT", path, `is damaged: ${why}. Use another copy of it`);
}

function refusal(code: ErrorCode, path: string, why: string): QuorateError {
  return new QuorateError(code, `${path} ${why}`);
}
