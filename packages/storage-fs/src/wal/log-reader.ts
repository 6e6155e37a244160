import {
  decodeRun,
  encodeRun,
  entryBytes,
  toQuorateError,
  type Entry,
  type EntryRun,
  type Index,
  type StorageOutcome,
} from "@quorate/core";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { FileSystem, OpenFile } from "../file-system.ts";
import { corrupt, storageError } from "../storage-error.ts";
import type { IndexedRun, RunIndex } from "./run-index.ts";
import { segmentName } from "./segment.ts";

type Done = (outcome: StorageOutcome, run: EntryRun) => void;

interface Wanted {
  /** The next entry to find. */
  next: Index;
  readonly last: Index;
  readonly bytesMax: number;
  readonly found: Entry[];
  bytes: number;
  /** Of the index when the first was found. */
  revision: number;
}

const EMPTY: EntryRun = { entries: [], bytes: new Uint8Array(0) };

/** Bytes between two runs that are read along rather than asked for separately. */
const GAP_BYTES_MAX = 4096;

/** Reads entries back from the segments, many runs with one read, each checked by its checksum. */
export class LogReader {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  readonly #index: RunIndex;

  constructor(fileSystem: FileSystem, directory: string, index: RunIndex) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
    this.#index = index;
  }

  read(first: Index, last: Index, bytesMax: number, done: Done): void {
    this.#next({ next: first, last, bytesMax, found: [], bytes: 0, revision: 0 }, done);
  }

  #next(wanted: Wanted, done: Done): void {
    const { next, last, bytesMax, bytes, found } = wanted;
    // Entries from before and from behind a truncation do not make one log.
    if (found.length === 0) wanted.revision = this.#index.revision;
    const isOver = next > last || wanted.revision !== this.#index.revision;
    const runs = isOver ? [] : this.#span(next, last, bytesMax - bytes);
    const [head] = runs;
    const tail = runs.at(-1);
    if (head === undefined || tail === undefined) {
      queueMicrotask(() => done(null, encodeRun(found)));
      return;
    }
    const ends = runs.map((run) => run.last);
    const path = join(this.#directory, segmentName(head.segment));
    let file: OpenFile;
    try {
      file = this.#fileSystem.open(path, "read");
    } catch (error) {
      queueMicrotask(() => done(storageError("opening", path, error), EMPTY));
      return;
    }
    file.read(head.offset, tail.offset + tail.size - head.offset, (error, span) => {
      file.close();
      if (error !== null) return done(storageError("reading", path, error), EMPTY);
      try {
        for (const [i, run] of runs.entries()) {
          const at = run.offset - head.offset;
          const content = span.subarray(at, at + run.size);
          if (crc32(content) !== run.crc)
            throw corrupt(path, run.offset, "a run fails its checksum");
          if (!take(wanted, decodeRun(content), ends[i] ?? 0)) return done(null, encodeRun(found));
        }
      } catch (thrown) {
        return done(toQuorateError(thrown), EMPTY);
      }
      this.#next(wanted, done);
    });
  }

  /** Runs from the index on that lie together, about as many bytes as are wanted. */
  #span(first: Index, last: Index, bytesMax: number): IndexedRun[] {
    const runs: IndexedRun[] = [];
    let bytes = 0;
    for (const run of this.#index.from(first)) {
      const before = runs.at(-1);
      const isNear =
        before === undefined ||
        (run.segment === before.segment &&
          run.offset - (before.offset + before.size) <= GAP_BYTES_MAX);
      if (run.first > last || !isNear || (runs.length > 0 && bytes >= bytesMax)) break;
      runs.push(run);
      bytes += run.size;
    }
    return runs;
  }
}

/**
 * Takes what is wanted of a run, of which the log holds entries up to `end`.
 *
 * @returns false when enough was found
 */
function take(wanted: Wanted, run: EntryRun, end: Index): boolean {
  for (const entry of run.entries) {
    if (entry.index < wanted.next || entry.index > end) continue;
    if (entry.index > wanted.last) return false;
    const bytes = wanted.bytes + entryBytes(entry);
    if (bytes > wanted.bytesMax && wanted.found.length > 0) return false;
    wanted.found.push(entry);
    wanted.bytes = bytes;
    wanted.next++;
  }
  return true;
}
