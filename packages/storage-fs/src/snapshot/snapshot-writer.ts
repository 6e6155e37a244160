import type { SnapshotHandle, SnapshotMeta, SnapshotWriter, StorageOutcome } from "@quorate/core";
import { crc32 } from "node:zlib";
import type { FileSystem, OpenFile } from "../file-system.ts";
import { storageError } from "../storage-error.ts";
import { encodeHead, encodeTail, type Chunk } from "./snapshot-file.ts";

/** Writes a snapshot under a name that a restart deletes; the handle is that name. */
export class FsSnapshotWriter implements SnapshotWriter {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  readonly #head: Uint8Array;
  readonly #chunks: Chunk[] = [];
  #position = 0;
  #content = 0;
  #file: OpenFile | null = null;
  #over = false;

  constructor(fileSystem: FileSystem, path: string, meta: SnapshotMeta) {
    this.#fileSystem = fileSystem;
    this.#path = path;
    this.#head = encodeHead(meta);
  }

  write(chunk: Uint8Array, done: (outcome: StorageOutcome) => void): void {
    const crc = crc32(chunk);
    this.#append(chunk, (outcome) => {
      if (outcome === null) {
        this.#chunks.push({ offset: this.#content, length: chunk.length, crc });
        this.#content += chunk.length;
      }
      done(outcome);
    });
  }

  seal(done: (outcome: StorageOutcome, handle: SnapshotHandle) => void): void {
    this.#append(encodeTail(this.#chunks), (outcome) => {
      if (outcome !== null) return done(outcome, this.#path);
      this.#file?.sync((error) => {
        if (this.#over) return;
        this.#file?.close();
        this.#over = true;
        done(error === null ? null : storageError("syncing", this.#path, error), this.#path);
      });
    });
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#file?.close();
    try {
      if (this.#file !== null) this.#fileSystem.remove(this.#path);
    } catch {
      // A staged file that cannot be deleted now is deleted at the next start.
    }
  }

  #append(bytes: Uint8Array, done: (outcome: StorageOutcome) => void): void {
    const parts = this.#file === null ? [this.#head, bytes] : [bytes];
    try {
      this.#file ??= this.#fileSystem.open(this.#path, "create");
    } catch (error) {
      queueMicrotask(() => done(storageError("creating", this.#path, error)));
      return;
    }
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    this.#file.write(parts, this.#position, (error) => {
      if (this.#over) return;
      this.#position += size;
      done(error === null ? null : storageError("writing", this.#path, error));
    });
  }
}
