import type {
  QuorateError,
  SnapshotHandle,
  SnapshotMeta,
  SnapshotReader,
  SnapshotStore,
  SnapshotWriter,
  StorageOutcome,
} from "@quorate/core";
import { basename, join } from "node:path";
import { crc32 } from "node:zlib";
import type { FileSystem, OpenFile } from "../file-system.ts";
import { corrupt, storageError } from "../storage-error.ts";
import {
  decodeFooter,
  decodeHead,
  decodeTable,
  FOOTER_BYTES,
  HEAD_FIXED_BYTES,
  headBytes,
  type Chunk,
} from "./snapshot-file.ts";
import { FsSnapshotWriter } from "./snapshot-writer.ts";

/** A snapshot as it lies on the disk. */
interface SnapshotOnDisk {
  readonly path: string;
  readonly meta: SnapshotMeta;
  /** Where the content begins. */
  readonly start: number;
  readonly size: number;
  readonly chunks: readonly Chunk[];
}

const STAGED = ".staged";
const NAME = /^\d{16}\.snapshot$/;

/** Snapshots as files: written beside, renamed into place, the older ones deleted. */
export class FsSnapshotStore implements SnapshotStore {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  #current: SnapshotOnDisk | null;
  #nextStaged = 1;

  private constructor(fileSystem: FileSystem, directory: string, current: SnapshotOnDisk | null) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
    this.#current = current;
  }

  /**
   * Finds the newest snapshot and deletes what a crash left unfinished.
   *
   * @throws `ERR_STORAGE_CORRUPT` when it is damaged: its log is gone, so an older one will not do
   */
  static async open(fileSystem: FileSystem, directory: string): Promise<FsSnapshotStore> {
    const names = fileSystem.list(directory);
    for (const name of names) if (name.endsWith(STAGED)) fileSystem.remove(join(directory, name));
    const newest = names
      .filter((name) => NAME.test(name))
      .sort()
      .at(-1);
    const current =
      newest === undefined ? null : await inspect(fileSystem, join(directory, newest));
    const store = new FsSnapshotStore(fileSystem, directory, current);
    store.#deleteOlder();
    return store;
  }

  latest(): SnapshotMeta | null {
    return this.#current?.meta ?? null;
  }

  latestBytes(): number {
    return this.#current?.size ?? 0;
  }

  stage(meta: SnapshotMeta): SnapshotWriter {
    const path = join(this.#directory, `${this.#nextStaged++}${STAGED}`);
    return new FsSnapshotWriter(this.#fileSystem, path, meta);
  }

  install(handle: SnapshotHandle, done: (outcome: StorageOutcome) => void): void {
    inspect(this.#fileSystem, handle).then(
      (staged) => done(this.#adopt(staged)),
      (error: QuorateError) => done(error),
    );
  }

  discard(handle: SnapshotHandle): void {
    try {
      this.#fileSystem.remove(handle);
    } catch {
      // Deleted at the next start.
    }
  }

  open(): SnapshotReader | null {
    const current = this.#current;
    if (current === null) return null;
    return new FsSnapshotReader(current, this.#fileSystem.open(current.path, "read"));
  }

  #adopt(staged: SnapshotOnDisk): StorageOutcome {
    const { index } = staged.meta.position;
    const path = join(this.#directory, `${String(index).padStart(16, "0")}.snapshot`);
    try {
      this.#fileSystem.rename(staged.path, path);
      this.#fileSystem.syncDirectory(this.#directory);
      this.#current = { ...staged, path };
      this.#deleteOlder();
      return null;
    } catch (error) {
      return storageError("installing", path, error);
    }
  }

  /** Readers keep their open file; the name alone goes. */
  #deleteOlder(): void {
    const current = this.#current === null ? null : basename(this.#current.path);
    for (const name of this.#fileSystem.list(this.#directory)) {
      if (NAME.test(name) && name !== current) this.#fileSystem.remove(join(this.#directory, name));
    }
  }
}

class FsSnapshotReader implements SnapshotReader {
  readonly meta: SnapshotMeta;
  readonly size: number;
  readonly #on: SnapshotOnDisk;
  readonly #file: OpenFile;
  /** The chunk read last: reads go through the content in order, in pieces of any size. */
  #cached: { readonly chunk: Chunk; readonly bytes: Uint8Array } | null = null;

  constructor(on: SnapshotOnDisk, file: OpenFile) {
    this.#on = on;
    this.#file = file;
    this.meta = on.meta;
    this.size = on.size;
  }

  read(
    offset: number,
    bytesMax: number,
    done: (outcome: StorageOutcome, chunk: Uint8Array) => void,
  ): void {
    const give = (chunk: Chunk, bytes: Uint8Array): void => {
      const from = offset - chunk.offset;
      done(null, bytes.subarray(from, Math.min(from + bytesMax, bytes.length)));
    };
    const cached = this.#cached;
    const chunk = this.#on.chunks.findLast((candidate) => candidate.offset <= offset);
    if (chunk === undefined || offset >= this.#on.size) {
      queueMicrotask(() => done(null, new Uint8Array(0)));
    } else if (cached?.chunk === chunk) {
      queueMicrotask(() => give(chunk, cached.bytes));
    } else {
      const at = this.#on.start + chunk.offset;
      this.#file.read(at, chunk.length, (error, bytes) => {
        if (error !== null) return done(storageError("reading", this.#on.path, error), bytes);
        if (crc32(bytes) !== chunk.crc) {
          return done(corrupt(this.#on.path, at, "a chunk fails its checksum"), bytes);
        }
        this.#cached = { chunk, bytes };
        give(chunk, bytes);
      });
    }
  }

  close(): void {
    this.#file.close();
  }
}

/** Reads everything but the content. */
async function inspect(fileSystem: FileSystem, path: string): Promise<SnapshotOnDisk> {
  let file: OpenFile;
  try {
    file = fileSystem.open(path, "read");
  } catch (error) {
    throw storageError("opening", path, error);
  }
  const read = (position: number, length: number): Promise<Uint8Array> =>
    new Promise((done, fail) => {
      file.read(position, length, (error, bytes) =>
        error === null ? done(bytes) : fail(storageError("reading", path, error)),
      );
    });
  try {
    const start = headBytes(path, await read(0, HEAD_FIXED_BYTES));
    const fileBytes = file.size();
    const at = fileBytes - FOOTER_BYTES;
    // Sizes are believed only within the file: nothing is allocated for a damaged one.
    if (at < start) throw corrupt(path, 0, "it is cut short");
    const meta = decodeHead(path, await read(0, start));
    const footer = decodeFooter(path, fileBytes, await read(at, FOOTER_BYTES));
    const table = start + footer.contentBytes;
    if (table + footer.tableBytes !== at) throw corrupt(path, at, "its sizes do not add up");
    const bytes = await read(table, footer.tableBytes);
    const chunks = decodeTable(path, table, bytes, footer.tableCrc);
    return { path, meta, start, size: footer.contentBytes, chunks };
  } finally {
    file.close();
  }
}
