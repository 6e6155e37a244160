import { assert } from "@quorate/core";
import {
  isInRange,
  keyText,
  type KeyRange,
  type KeyText,
  type MvccStore,
} from "../../etcd/store/index.ts";

/** One change of one key. */
export interface KeyChange {
  readonly key: KeyText;
  /** A character per byte; empty for a deletion. */
  readonly value: string;
  readonly mod: number;
  readonly create: number;
  /** 0 for a deletion. */
  readonly version: number;
  readonly lease: bigint;
}

/** What one revision changed, in the order in which it did. */
export interface RevisionRecord {
  /** When the first member had applied it, in virtual ms. */
  readonly at: number;
  readonly changes: readonly KeyChange[];
}

/** What a keyspace was at every revision, whatever was compacted since. */
export class KeyspaceHistory {
  /** From revision 2 on: the first one has no changes. */
  readonly #revisions: RevisionRecord[] = [];
  readonly #versions = new Map<KeyText, KeyChange[]>();

  /** The newest one. */
  get revision(): number {
    return this.#revisions.length + 1;
  }

  /** @param revision - from 2 to the newest */
  record(revision: number): RevisionRecord {
    const record = this.#revisions[revision - 2];
    assert(record !== undefined, `there was no revision ${revision}`);
    return record;
  }

  /** Takes up what the store has that is new. */
  extend(store: MvccStore, at: number): void {
    const from = this.revision + 1;
    const changes = store.pin(from);
    for (let change = changes.next(); change !== null; change = changes.next()) {
      const { key, value, mod, create, count: version, lease } = change;
      const taken: KeyChange = { key, value: keyText(value), mod, create, version, lease };
      const record = this.#revisions[mod - 2];
      if (record === undefined) this.#revisions[mod - 2] = { at, changes: [taken] };
      else this.#revisions[mod - 2] = { at, changes: [...record.changes, taken] };
      const versions = this.#versions.get(key);
      if (versions === undefined) this.#versions.set(key, [taken]);
      else versions.push(taken);
    }
  }

  /** The keys of a range as they were at a revision, in their order. */
  rangeAt(range: KeyRange, revision: number): readonly KeyChange[] {
    const found: KeyChange[] = [];
    for (const [key, versions] of this.#versions) {
      if (!isInRange(key, range)) continue;
      const version = versions.findLast(({ mod }) => mod <= revision);
      if (version !== undefined && version.version > 0) found.push(version);
    }
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}
