import type { Entry } from "../../entry.ts";
import type { Index, Term } from "../../ids.ts";
import { ORIGIN, type Position } from "../../position.ts";
import { entryDigest } from "./entry-digest.ts";

/** What identifies an entry's content. */
export interface EntryStamp {
  readonly term: Term;
  readonly digest: number;
}

/** A member's log as its protocol wrote it, durable or not, seen from outside. */
export class ShadowLog {
  #base: Position = ORIGIN;
  #stamps: EntryStamp[] = [];

  get base(): Position {
    return this.#base;
  }

  get lastIndex(): Index {
    return this.#base.index + this.#stamps.length;
  }

  get last(): Position {
    return { index: this.lastIndex, term: this.#stamps.at(-1)?.term ?? this.#base.term };
  }

  stampAt(index: Index): EntryStamp | undefined {
    return this.#stamps[index - this.#base.index - 1];
  }

  /** The term at the index; undefined where the log is not, or covered by a snapshot. */
  termAt(index: Index): Term | undefined {
    return index === this.#base.index ? this.#base.term : this.stampAt(index)?.term;
  }

  reset(base: Position): void {
    this.#base = base;
    this.#stamps = [];
  }

  truncate(from: Index): void {
    this.#stamps.length = Math.max(0, Math.min(this.#stamps.length, from - this.#base.index - 1));
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#stamps.push({ term: entry.term, digest: entryDigest(entry) });
    }
  }
}
