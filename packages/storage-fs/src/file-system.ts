/**
 * What this package needs of a file system; small, so that tests can tear, stall and fill it.
 * Opening and housekeeping are synchronous: they happen at start or rarely. What the write path
 * does is not. Failures are thrown or passed as Node's own errors, with their `code`.
 */
export interface FileSystem {
  /** Names in the directory; empty when there is none. */
  list(directory: string): readonly string[];
  makeDirectory(path: string): void;
  /** The whole file, or null when there is none. */
  read(path: string): Uint8Array | null;
  /** Creates a file that must not exist yet, with durable content. */
  createExclusive(path: string, content: Uint8Array): void;
  remove(path: string): void;
  rename(from: string, to: string): void;
  /** Names this process among all that could hold a lock, and among all that ever did. */
  owner(): string;
  /** Whether the process of that name still runs. */
  isAlive(owner: string): boolean;
  /** Makes names in the directory durable. */
  syncDirectory(path: string): void;
  /**
   * @param mode - `create` begins an empty file; `durable` opens one whose writes are durable when
   * they are answered
   */
  open(path: string, mode: "create" | "durable" | "read"): OpenFile;
}

/** One open file. At most one `write` at a time. */
export interface OpenFile {
  write(parts: readonly Uint8Array[], position: number, done: (error: Error | null) => void): void;
  /** Fewer bytes than asked for only at the end of the file. */
  read(
    position: number,
    length: number,
    done: (error: Error | null, bytes: Uint8Array) => void,
  ): void;
  size(): number;
  sync(done: (error: Error | null) => void): void;
  /** Takes effect when what is under way has been answered. */
  close(): void;
}
