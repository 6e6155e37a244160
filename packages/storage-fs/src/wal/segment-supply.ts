import { assert } from "@quorate/core";
import { join } from "node:path";
import type { FileSystem, OpenFile } from "../file-system.ts";
import { segmentName } from "./segment.ts";

/** A file full of zeros, opened so that writes are durable when answered. */
export interface PreparedSegment {
  readonly number: number;
  readonly file: OpenFile;
  readonly size: number;
}

const ZEROS = new Uint8Array(1024 * 1024);

/**
 * Fills segments ahead of need: writing into a file that has its blocks costs a third less than
 * growing it, and want of space is met here, where a write can still be refused as a whole.
 */
export class SegmentSupply {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  #preparing = false;
  #stopped = false;

  constructor(fileSystem: FileSystem, directory: string) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
  }

  get isPreparing(): boolean {
    return this.#preparing;
  }

  /** Gives up what is being prepared, at the next piece. */
  stop(): void {
    this.#stopped = true;
  }

  prepare(
    number: number,
    size: number,
    done: (error: Error | null, segment: PreparedSegment | null) => void,
  ): void {
    assert(!this.#preparing, "one segment is prepared at a time");
    this.#preparing = true;
    const path = join(this.#directory, segmentName(number));
    const finish = (error: Error | null, file: OpenFile | null): void => {
      this.#preparing = false;
      if (error !== null && file !== null) this.#discard(path, file);
      if (error !== null) return done(error, null);
      file?.close();
      let prepared: OpenFile;
      try {
        this.#fileSystem.syncDirectory(this.#directory);
        prepared = this.#fileSystem.open(path, "durable");
      } catch (thrown) {
        return done(thrown as Error, null);
      }
      done(null, { number, file: prepared, size });
    };
    let file: OpenFile;
    try {
      file = this.#fileSystem.open(path, "create");
    } catch (thrown) {
      // Not from within the call: the caller is in the middle of handing out a write.
      queueMicrotask(() => finish(thrown as Error, null));
      return;
    }
    this.#fill(file, 0, size, (error) => finish(error, file));
  }

  #fill(file: OpenFile, from: number, size: number, done: (error: Error | null) => void): void {
    if (this.#stopped) return done(new Error("the log is closed"));
    if (from >= size) return file.sync(done);
    const part = ZEROS.subarray(0, Math.min(ZEROS.length, size - from));
    file.write([part], from, (error) => {
      if (error !== null) done(error);
      else this.#fill(file, from + part.length, size, done);
    });
  }

  #discard(path: string, file: OpenFile): void {
    file.close();
    try {
      this.#fileSystem.remove(path);
    } catch {
      // The next attempt begins the file anew; the first error is the one to report.
    }
  }
}
