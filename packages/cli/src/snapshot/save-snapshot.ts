import { createHash } from "node:crypto";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { SnapshotResponse } from "@quorate/kv";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";

/** A file that was saved whole. */
export interface SavedSnapshot {
  readonly total_size: number;
  /** Of everything before it, as it stands at the end of the file. */
  readonly sha256: string;
}

/** Told how much of how much has come. */
export type OnProgress = (done: number, total: number) => void;

const HASH_BYTES = 32;

/**
 * Writes the pieces of a snapshot beside the file, checks that they are whole, and only then puts
 * them in its place.
 *
 * @throws `CliError` when the file cannot be written, the pieces are not whole, or it was stopped
 */
export async function saveSnapshot(
  pieces: AsyncIterable<SnapshotResponse>,
  file: string,
  stop: AbortSignal,
  onProgress: OnProgress,
): Promise<SavedSnapshot> {
  const part = `${file}.part`;
  const handle = await onDisk(file, () => open(part, "w", 0o600));
  try {
    const saved = await receive(pieces, handle, file, onProgress);
    await onDisk(file, () => handle.sync());
    await handle.close();
    await onDisk(file, () => putInPlace(part, file));
    return saved;
  } catch (thrown) {
    await handle.close();
    await rm(part, { force: true });
    if (!stop.aborted) throw thrown;
    const why = `interrupted: ${file} was not saved`;
    throw new CliError(EXIT.interrupted, why, { cause: thrown });
  }
}

async function receive(
  pieces: AsyncIterable<SnapshotResponse>,
  handle: FileHandle,
  file: string,
  onProgress: OnProgress,
): Promise<SavedSnapshot> {
  const hash = createHash("sha256");
  // What came last may be the hash: it is known when nothing follows it.
  let last = Buffer.alloc(0);
  let size = 0;
  for await (const { blob, remainingBytes } of pieces) {
    await onDisk(file, () => handle.writeFile(blob));
    size += blob.length;
    onProgress(size, size + remainingBytes);
    const unhashed = Buffer.concat([last, blob]);
    const end = Math.max(0, unhashed.length - HASH_BYTES);
    hash.update(unhashed.subarray(0, end));
    last = unhashed.subarray(end);
  }
  if (!hash.digest().equals(last)) {
    const why = "the snapshot did not arrive whole: its hash is wrong or missing; try again";
    throw new CliError(EXIT.failed, why, { code: "DATA_LOSS" });
  }
  return { total_size: size, sha256: last.toString("hex") };
}

/** Durable under its own name, or not there at all. */
async function putInPlace(part: string, file: string): Promise<void> {
  await rename(part, file);
  const directory = await open(dirname(file));
  await directory.sync();
  await directory.close();
}

async function onDisk<Result>(file: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new CliError(EXIT.data, `${file} cannot be written: ${why}`, { cause: thrown });
  }
}
