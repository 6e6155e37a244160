import type { Change, WatchItem } from "../../../client/watch-item.ts";
import { isInRange, type KeyRange } from "../../../etcd/store/index.ts";
import type { Journal } from "../../journal.ts";
import {
  changeOf,
  describeChanges,
  isSame,
  type KeyChange,
  type KeyspaceHistory,
} from "../truth/keyspace-history.ts";

/** A watch, as it was asked for. */
export interface WatchedKeys {
  readonly range: KeyRange;
  readonly only: "puts" | "deletes" | null;
  readonly prevKv: boolean;
}

/** Whether a watch is told every change once, in order, whole revisions at a time. */
export class WatchCheck {
  readonly #name: string;
  readonly #watched: WatchedKeys;
  readonly #keyspace: KeyspaceHistory;
  readonly #journal: Journal;
  /** Everything before was told. */
  #next: number;

  /** @param from - the first revision that is told */
  constructor(
    name: string,
    watched: WatchedKeys,
    from: number,
    keyspace: KeyspaceHistory,
    journal: Journal,
  ) {
    this.#name = name;
    this.#watched = watched;
    this.#next = from;
    this.#keyspace = keyspace;
    this.#journal = journal;
  }

  /** The watch was told something. */
  take(item: WatchItem): void {
    switch (item.kind) {
      case "changes":
        return this.#takeChanges(item.revision, item.changes);
      case "progress":
        return this.#passTo(item.revision + 1, "a progress notification");
      case "gap":
        if (item.compacted > this.#keyspace.compacted || item.from > item.compacted) {
          this.#broken(`a gap from ${item.from} to ${item.compacted}, which is not compacted`);
        }
        if (item.from !== this.#next) {
          this.#broken(`a gap from ${item.from}, where ${this.#next} was next`);
        }
        this.#next = item.compacted + 1;
    }
  }

  /** The first revision with changes that it was not told, up to that one; null where there is none. */
  missing(through: number): number | null {
    for (let revision = this.#next; revision <= through; revision++) {
      if (this.#changesAt(revision).length > 0) return revision;
    }
    return null;
  }

  #takeChanges(revision: number, told: readonly Change[]): void {
    this.#journal.counts.watched += told.length;
    if (revision < this.#next) return this.#broken(`revision ${revision} again`);
    this.#passTo(revision, `revision ${revision}`);
    const truth = revision <= this.#keyspace.revision ? this.#changesAt(revision) : [];
    const changes = told.map(({ kv }) => changeOf(kv));
    const isWhole =
      truth.length === told.length &&
      truth.every((change, i) => isSame(change, changes[i] ?? change));
    if (!isWhole) {
      const what = `revision ${revision} as ${describeChanges(changes)}; it was ${describeChanges(truth)}`;
      this.#broken(what);
    }
    for (const change of told) this.#checkPrevious(change);
    this.#next = revision + 1;
  }

  #checkPrevious({ kv, previous }: Change): void {
    const { key, mod } = changeOf(kv);
    const before = this.#watched.prevKv ? this.#keyspace.keyAt(key, mod - 1) : null;
    // What was before a change that is compacted is forgotten.
    if (previous === null && (before === null || mod <= this.#keyspace.compacted)) return;
    const told = previous === null ? [] : [changeOf(previous)];
    if (before !== null && told[0] !== undefined && isSame(before, told[0])) return;
    const truth = describeChanges(before === null ? [] : [before]);
    this.#broken(`of ${key} before ${mod} ${describeChanges(told)}; it was ${truth}`);
  }

  #passTo(revision: number, by: string): void {
    const missed = this.missing(Math.min(revision - 1, this.#keyspace.revision));
    if (missed !== null) this.#broken(`${by}, but not revision ${missed}`);
    this.#next = Math.max(this.#next, revision);
  }

  #changesAt(revision: number): readonly KeyChange[] {
    const { range, only } = this.#watched;
    return this.#keyspace
      .changesAt(revision)
      .filter(
        ({ key, version }) => isInRange(key, range) && only !== (version > 0 ? "deletes" : "puts"),
      );
  }

  #broken(what: string): void {
    this.#journal.violated("watch", `${this.#name} was told ${what}`);
  }
}
