import { assert } from "@quorate/core";
import type { KeyRange, KeyText } from "./key-order.ts";
import { SortedKeys } from "./sorted-keys.ts";
import { isLive, versionBytes, type LiveVersion, type Version } from "./version.ts";

/**
 * The keyspace with its history: every key's versions in order, and all changes in the order of
 * their revisions, from the last compaction on.
 *
 * Invariants: `compacted <= revision`; `changes` ascends by (mod, sub); a key is in `keys` exactly
 * if it has a version; of one key at most one version belongs to a revision.
 */
export class MvccStore {
  readonly #keys = new SortedKeys();
  readonly #versions = new Map<KeyText, Version[]>();
  /** Replaced, not altered, by a compaction, so that whoever holds the old list has a fixed view. */
  #changes: Version[] = [];
  #revision = 1;
  #compacted = 0;
  #bytes = 0;
  /** Number of changes made in the revision under way. */
  #sub = 0;

  /** The newest complete revision; 1 when nothing was ever written. */
  get revision(): number {
    return this.#revision;
  }

  /** History is gone before this revision, which itself can still be read. 0: nothing is gone. */
  get compacted(): number {
    return this.#compacted;
  }

  /** About the memory that keys and values take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keys that have any version. */
  get keyCount(): number {
    return this.#keys.size;
  }

  /** Every change since the last compaction, in order. */
  get changes(): readonly Version[] {
    return this.#changes;
  }

  /** The version of the key that was current at the revision. */
  get(key: KeyText, revision: number): LiveVersion | null {
    const version = newestAt(this.#versions.get(key), revision);
    return isLive(version) ? version : null;
  }

  /** The live versions of a range at the revision, by key. */
  *range(range: KeyRange, revision: number): Generator<LiveVersion> {
    if (range.to === `${range.from}\0`) {
      const only = this.get(range.from, revision);
      if (only !== null) yield only;
      return;
    }
    for (const key of this.#keys.range(range)) {
      const version = newestAt(this.#versions.get(key), revision);
      if (isLive(version)) yield version;
    }
  }

  /** The revision that the changes being made belong to. Reads at it see what was changed so far. */
  get nextRevision(): number {
    return this.#revision + 1;
  }

  put(key: KeyText, value: Uint8Array, lease: bigint): void {
    const mod = this.nextRevision;
    const before = this.get(key, mod);
    const create = before?.create ?? mod;
    const count = (before?.count ?? 0) + 1;
    this.#add({ key, mod, sub: this.#sub++, create, count, value, lease });
  }

  /** The key must be there. */
  delete(key: KeyText): void {
    assert(this.get(key, this.nextRevision) !== null, "only a key that is there can be deleted");
    const mod = this.nextRevision;
    this.#add({ key, mod, sub: this.#sub++, create: 0, count: 0, value: null, lease: 0n });
  }

  /** Ends the revision under way; without a change there is none. */
  commit(): void {
    if (this.#sub > 0) this.#revision++;
    this.#sub = 0;
  }

  /**
   * Forgets what nobody can read any more: of every key the versions up to the revision, but for
   * the one that is current there. A deletion at the very revision stays until the next time, so
   * that the changes from it on are complete.
   */
  compact(revision: number): void {
    assert(revision > this.#compacted && revision <= this.#revision, "a compaction goes forward");
    this.#compacted = revision;
    const kept: Version[] = [];
    for (const change of this.#changes) {
      const versions = this.#versions.get(change.key) ?? [];
      const isNeeded =
        change.mod > revision ||
        (change === newestAt(versions, revision) && (isLive(change) || change.mod === revision));
      if (isNeeded) kept.push(change);
      else this.#bytes -= versionBytes(change);
    }
    // In a second pass: the first one still asks for the newest of all versions.
    for (const change of this.#changes) {
      if (change.mod > revision) break;
      this.#forget(change.key, revision);
    }
    this.#changes = kept;
  }

  /** Takes up a state that another member has written out. */
  load(revision: number, compacted: number, changes: readonly Version[]): void {
    assert(this.#changes.length === 0 && this.#revision === 1, "only an empty store is loaded");
    for (const change of changes) this.#add(change);
    this.#revision = revision;
    this.#compacted = compacted;
  }

  #forget(key: KeyText, revision: number): void {
    const versions = this.#versions.get(key);
    if (versions === undefined) return;
    const newest = newestAt(versions, revision);
    const kept = versions.filter(
      (version) =>
        version.mod > revision ||
        (version === newest && (isLive(version) || version.mod === revision)),
    );
    if (kept.length === versions.length) return;
    if (kept.length > 0) {
      this.#versions.set(key, kept);
      return;
    }
    this.#versions.delete(key);
    this.#keys.delete(key);
  }

  #add(version: Version): void {
    const versions = this.#versions.get(version.key);
    if (versions !== undefined) versions.push(version);
    else {
      this.#versions.set(version.key, [version]);
      this.#keys.add(version.key);
    }
    this.#changes.push(version);
    this.#bytes += versionBytes(version);
  }
}

function newestAt(versions: readonly Version[] | undefined, revision: number): Version | undefined {
  if (versions === undefined) return undefined;
  // Nearly always the newest of all.
  const last = versions[versions.length - 1];
  if (last === undefined || last.mod <= revision) return last;
  let low = 0;
  let high = versions.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((versions[middle] as Version).mod <= revision) low = middle + 1;
    else high = middle;
  }
  return versions[low - 1];
}
