import { appendRun, entryBytes, type EntryDraft, type EntryRun } from "../entry.ts";
import type { Index, Term } from "../ids.ts";

/**
 * Entries of a leader's turn that have their places but are not encoded yet. One encoding ends the
 * turn: the log store and every follower get the same bytes.
 */
export class Drafts {
  #drafts: EntryDraft[] = [];
  #bytes = 0;

  /** @param uncommittedBytes - what of the log is not committed when the leader begins */
  constructor(uncommittedBytes: number) {
    this.#bytes = uncommittedBytes;
  }

  /** Bytes appended and not committed; a leader refuses commands beyond a bound. */
  get uncommittedBytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#drafts.length;
  }

  /** Gives an entry its place behind the log's last. */
  add(draft: EntryDraft, lastIndex: Index): Index {
    this.#drafts.push(draft);
    this.#bytes += entryBytes(draft);
    return lastIndex + this.#drafts.length;
  }

  /** So many bytes were committed. */
  settled(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Encodes what was drafted since the last time; null when there is nothing. */
  seal(at: { readonly first: Index; readonly term: Term; readonly time: number }): EntryRun | null {
    if (this.#drafts.length === 0) return null;
    const run = appendRun(this.#drafts, at);
    this.#drafts = [];
    return run;
  }
}
