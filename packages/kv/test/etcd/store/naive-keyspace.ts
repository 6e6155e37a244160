import type { KeyRange } from "../../../src/etcd/store/index.ts";

/** A change as the model remembers it. */
export interface NaiveChange {
  readonly key: string;
  readonly mod: number;
  readonly sub: number;
  readonly create: number;
  readonly count: number;
  /** Null: deleted. */
  readonly value: string | null;
}

/** etcd's keyspace as plainly as it can be said: all changes ever made, looked through for every answer. */
export class NaiveKeyspace {
  readonly changes: NaiveChange[] = [];
  revision = 1;
  compacted = 0;

  /** All in one revision, in this order; a deletion only of what is there. */
  write(changes: readonly { readonly key: string; readonly value: string | null }[]): void {
    const mod = this.revision + 1;
    for (const [sub, { key, value }] of changes.entries()) {
      const before = this.changes.findLast((change) => change.key === key);
      const isBorn = before === undefined || before.value === null;
      const life =
        value === null
          ? { create: 0, count: 0 }
          : { create: isBorn ? mod : before.create, count: isBorn ? 1 : before.count + 1 };
      this.changes.push({ key, mod, sub, ...life, value });
    }
    if (changes.length > 0) this.revision = mod;
  }

  /** What is live in the range, by key. */
  range({ from, to }: KeyRange, revision: number): NaiveChange[] {
    const newest = new Map<string, NaiveChange>();
    for (const change of this.changes) if (change.mod <= revision) newest.set(change.key, change);
    return [...newest.values()]
      .filter(({ key, value }) => value !== null && key >= from && (to === null || key < to))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** What a compaction leaves: everything newer, what is live there, and deletions made just there. */
  kept(): NaiveChange[] {
    const { compacted } = this;
    const live = new Set(this.range({ from: "", to: null }, compacted));
    return this.changes.filter(
      (change) =>
        change.mod > compacted ||
        live.has(change) ||
        (change.mod === compacted && change.value === null),
    );
  }
}
