import type { Entry } from "../entry.ts";

/**
 * The replicated state. Synchronous and deterministic: the same commands in the same order give the
 * same state and the same results on every member, now and after a restart.
 */
export interface StateMachine<Result> {
  /** Applies committed commands in log order; calls `each` once per entry, in order. Never throws. */
  apply(entries: readonly Entry[], each: (entry: Entry, result: Result) => void): void;
  /** A view of the state as it is now, which later applies do not change. */
  pin(): PinnedView;
  /** Replaces the state by one that another member's {@link pin} produced. */
  restore(): SnapshotSink;
}

/** Iterates a pinned state in chunks. */
export interface PinnedView {
  /** The next chunk of about `bytesMax` bytes; null at the end. */
  read(bytesMax: number): Uint8Array | null;
  release(): void;
}

/** Takes a state in chunks, in order. The old state stays until `finish` returns. */
export interface SnapshotSink {
  /** @throws `ERR_MALFORMED` */
  write(chunk: Uint8Array): void;
  /** @throws `ERR_MALFORMED` when the state is not whole */
  finish(): void;
  abort(): void;
}
