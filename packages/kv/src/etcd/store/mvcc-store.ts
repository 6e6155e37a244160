import { assert } from "@quorate/core";
import { ChangeLog } from "./change-log.ts";
import { KeyHistory } from "./key-history.ts";
import { KeyIndex, type Direction } from "./key-index.ts";
import type { KeyRange, KeyText } from "./key-order.ts";
import { LeaseKeys } from "./lease-keys.ts";
import type { PinnedChanges } from "./pinned-changes.ts";
import { isLive, Version, type Change } from "./version.ts";

const NOTHING = new Uint8Array(0);

/** How the store cuts what it holds; tests make both small. */
export interface StoreGrain {
  readonly blockKeysMax?: number;
  readonly segmentChangesMax?: number;
}

/**
 * The keyspace with its history: every key's versions in order, and all changes in the order of
 * their revisions, from the last compaction on.
 *
 * A compaction takes effect at once for every reader, and memory is given back by {@link sweep}, a
 * slice at a time. No read, count, pin or hash tells how far a sweep has got.
 *
 * Invariants: `compacted <= revision`; a key is in the index if one of its changes is in the log and
 * outlives the compaction; of one key at most one version belongs to a revision.
 */
export class MvccStore {
  readonly #index: KeyIndex;
  readonly #log: ChangeLog;
  readonly #leaseKeys = new LeaseKeys();
  #revision: number;
  #bytes = 0;
  /** Number of changes made in the revision under way. */
  #sub = 0;

  /** Empty, but for what {@link load} brings: the changes up to the revision. */
  constructor(revision: number = 1, compacted: number = 0, grain: StoreGrain = {}) {
    this.#revision = revision;
    this.#index = new KeyIndex(grain.blockKeysMax);
    this.#log = new ChangeLog(compacted, grain.segmentChangesMax);
  }

  /** The newest complete revision; 1 when nothing was ever written. */
  get revision(): number {
    return this.#revision;
  }

  /** History is gone before this revision, which itself can still be read. 0: nothing is gone. */
  get compacted(): number {
    return this.#log.compacted;
  }

  /** About the memory that keys and values take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keys that take memory: those that have any version. */
  get keyCount(): number {
    return this.#index.size;
  }

  /** Whether there is memory to be given back by {@link sweep}. */
  get isSweeping(): boolean {
    return this.#log.isSweeping;
  }

  /** The version of the key that was current at the revision. */
  get(key: KeyText, revision: number): Version | null {
    const version = this.#index.get(key)?.at(revision);
    return isLive(version) ? version : null;
  }

  /** The live versions of a range at the revision, by key. The store must not change meanwhile. */
  range(range: KeyRange, revision: number, direction: Direction = "ascend"): Iterable<Version> {
    if (range.to !== `${range.from}\0`) return this.#index.walk(range, revision, direction);
    const only = this.get(range.from, revision);
    return only === null ? [] : [only];
  }

  /** How many keys of a range are live at the revision, without looking at each. */
  count(range: KeyRange, revision: number): number {
    return this.#index.count(range, revision);
  }

  /** The live keys that are attached to the lease. */
  keysOf(lease: bigint): ReadonlySet<KeyText> {
    return this.#leaseKeys.of(lease);
  }

  /**
   * The changes as of now, from a revision on. Those that do not outlive its compaction count as
   * forgotten.
   */
  pin(from: number = 0): PinnedChanges {
    return this.#log.pin(from);
  }

  /**
   * From this revision on every change is still there: the last compaction's, or an earlier one while
   * nothing was swept since. What is read at a revision before the compaction has gaps nonetheless.
   */
  get intactFrom(): number {
    return this.#log.intactFrom;
  }

  /** The revision that the changes being made belong to. Reads at it see what was changed so far. */
  get nextRevision(): number {
    return this.#revision + 1;
  }

  /** The value is copied: it may be part of something larger. */
  put(key: KeyText, value: Uint8Array, lease: bigint): void {
    const mod = this.nextRevision;
    const history = this.#index.get(key);
    const before = history?.newest;
    const isNew = !isLive(before);
    this.#add(history, {
      key: history?.key ?? key,
      mod,
      sub: this.#sub++,
      create: isNew ? mod : before.create,
      count: isNew ? 1 : before.count + 1,
      value,
      lease,
    });
  }

  /** The key must be there. */
  delete(key: KeyText): void {
    const history = this.#index.get(key);
    assert(
      history !== undefined && isLive(history.newest),
      "only a key that is there can be deleted",
    );
    this.#add(history, {
      key: history.key,
      mod: this.nextRevision,
      sub: this.#sub++,
      create: 0,
      count: 0,
      value: NOTHING,
      lease: 0n,
    });
  }

  /** Ends the revision under way; without a change there is none. */
  commit(): void {
    if (this.#sub > 0) this.#revision++;
    this.#sub = 0;
  }

  /**
   * Forgets what nobody can read any more: of every key the versions up to the revision, but for
   * the one that is current there.
   */
  compact(revision: number): void {
    assert(revision > this.compacted && revision <= this.#revision, "a compaction goes forward");
    this.#log.compact(revision);
  }

  /** Goes on at a later revision, and forgets all before it: nobody may know what was there. */
  skipTo(revision: number): void {
    assert(revision > this.#revision && this.#sub === 0, "a skip goes forward");
    this.#revision = revision;
    this.compact(revision);
  }

  /** Gives back some of the memory that compactions left; answers whether there is more. */
  sweep(): boolean {
    return this.#log.sweep((change) => {
      this.#bytes -= change.bytes;
      // Its other versions that are forgotten go with the first one found.
      const history = this.#index.get(change.key);
      if (history !== undefined && !history.forget(this.compacted)) this.#index.delete(change.key);
    });
  }

  /** Takes up a change that another member has written out; they come in their order. */
  load(change: Change): void {
    assert(change.mod <= this.#revision && this.#sub === 0, "changes are loaded into a new store");
    this.#add(this.#index.get(change.key), change);
  }

  #add(history: KeyHistory | undefined, change: Change): void {
    const version = new Version(change);
    this.#log.append(version);
    this.#bytes += version.bytes;
    this.#leaseKeys.move(version.key, history?.newest.lease ?? 0n, version.lease);
    if (history === undefined) return this.#index.add(new KeyHistory(version));
    const was = isLive(history.newest);
    history.add(version);
    const is = isLive(version);
    if (is !== was) this.#index.turn(version.key, version.mod, is ? 1 : -1);
  }
}
