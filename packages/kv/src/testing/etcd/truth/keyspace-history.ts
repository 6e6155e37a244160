import { assert } from "@quorate/core";
import type { KeyValue } from "../../../client/key-value.ts";
import {
  isInRange,
  keyText,
  type KeyRange,
  type KeyText,
  type MvccStore,
} from "../../../etcd/store/index.ts";

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

/** What a keyspace was at every revision, whatever was compacted since. */
export class KeyspaceHistory {
  /** No member has forgotten more. */
  compacted = 0;
  /** What each revision changed, in its order; the first one, which is 1, changed nothing. */
  readonly #changes: (readonly KeyChange[])[] = [[]];
  readonly #versions = new Map<KeyText, KeyChange[]>();

  /** The newest one. */
  get revision(): number {
    return this.#changes.length;
  }

  /** What the revision changed, in the order in which it did. */
  changesAt(revision: number): readonly KeyChange[] {
    const changes = this.#changes[revision - 1];
    assert(changes !== undefined, `there was no revision ${revision}`);
    return changes;
  }

  /** Takes up what the store has that is new. */
  extend(store: MvccStore): void {
    const changes = store.pin(this.revision + 1);
    for (let change = changes.next(); change !== null; change = changes.next()) {
      const { key, value, mod, create, count: version, lease } = change;
      const taken: KeyChange = { key, value: keyText(value), mod, create, version, lease };
      this.#changes[mod - 1] = [...(this.#changes[mod - 1] ?? []), taken];
      const versions = this.#versions.get(key);
      if (versions === undefined) this.#versions.set(key, [taken]);
      else versions.push(taken);
    }
  }

  /** The key as it was at a revision; null where it was not there. */
  keyAt(key: KeyText, revision: number): KeyChange | null {
    const change = this.#versions.get(key)?.findLast(({ mod }) => mod <= revision);
    return change === undefined || change.version === 0 ? null : change;
  }

  /** The keys of a range as they were at a revision, in their order. */
  rangeAt(range: KeyRange, revision: number): readonly KeyChange[] {
    return [...this.#versions.keys()]
      .filter((key) => isInRange(key, range))
      .sort()
      .flatMap((key) => this.keyAt(key, revision) ?? []);
  }
}

/** What a client was told of a key; of a deletion that is the key and the revision alone. */
export function changeOf(kv: KeyValue): KeyChange {
  const { key, value, modRevision: mod, createRevision: create, version, lease } = kv;
  return { key: keyText(key), value: keyText(value), mod, create, version, lease };
}

export function isSame(a: KeyChange, b: KeyChange): boolean {
  return (
    a.key === b.key &&
    a.value === b.value &&
    a.mod === b.mod &&
    a.create === b.create &&
    a.version === b.version &&
    a.lease === b.lease
  );
}

export function describeChanges(changes: readonly KeyChange[]): string {
  return changes.map(describeChange).join(", ") || "nothing";
}

function describeChange({ key, value, mod, create, version, lease }: KeyChange): string {
  if (version === 0) return `${key} deleted at ${mod}`;
  const text = value.length > 40 ? `${value.slice(0, 40)}… of ${value.length}` : value;
  const under = lease === 0n ? "" : `, lease ${lease.toString(16)}`;
  return `${key}="${text}" (version ${version}, created ${create}, modified ${mod}${under})`;
}
