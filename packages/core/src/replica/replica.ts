import { assert } from "../assert.ts";
import { isVoter, type Configuration } from "../configuration.ts";
import type { Trace } from "../effect.ts";
import { encodeRun, entryBytes, type EntryRun } from "../entry.ts";
import type { Index, Instant, NodeId, Term, Ticket } from "../ids.ts";
import { ORIGIN } from "../position.ts";
import type { Recovered } from "../protocol.ts";
import type { SnapshotHandle, SnapshotMeta } from "../snapshot.ts";
import { ConfigurationTracker } from "./configuration-tracker.ts";
import { DurableLog } from "./durable-log.ts";
import { LogTail } from "./log-tail.ts";
import { Outbox } from "./outbox.ts";

/** Whether the disk takes writes; a member whose disk does not must not lead. */
export type StorageState = "available" | "stalled" | "full";

/** Bounds of what a replica keeps and hands on. */
export interface ReplicaLimits {
  /** Entries handed to the state machine at a time, so that no turn takes too long. */
  readonly applyEntriesMax: number;
  /** Entries kept behind a snapshot, so that a short absence does not cost a whole one. */
  readonly trailingEntries: number;
  /** Bytes of applied entries kept in memory for members that are a little behind. */
  readonly cacheBytesMax: number;
}

/** What a {@link Replica} is made from. */
export interface ReplicaOptions<HardState> {
  readonly self: NodeId;
  /** The configuration that every member of a new group starts with; a recovered one wins. */
  readonly configuration: Configuration;
  readonly recovered: Recovered;
  readonly limits: ReplicaLimits;
  readonly hardState: HardState;
  readonly encodeHardState: (hardState: HardState) => Uint8Array;
}

/**
 * One member's copy of the log and what it has done with it: the part of a protocol that does not
 * depend on how a leader is found or a commit decided. Raft and ZAB build their nodes on it.
 *
 * Invariants: `applied <= handed <= commit <= log.lastIndex`; `durable.through <= log.lastIndex`.
 */
export abstract class Replica<Message, HardState> {
  readonly self: NodeId;
  readonly outbox: Outbox<Message, HardState>;
  readonly log: LogTail;
  readonly durable: DurableLog;
  readonly configurations: ConfigurationTracker;
  hard: HardState;
  /** The newest snapshot of the applied state. */
  snapshot: SnapshotMeta | null;
  /** A snapshot of another member's is being installed: our own state cannot be checkpointed. */
  installing = false;
  commit: Index;
  /** Handed to the state machine. */
  handed: Index;
  applied: Index;
  storage: StorageState = "available";
  /** Time of the event being stepped, ms. */
  now = 0;
  wall = 0;
  readonly #limits: ReplicaLimits;
  #lastStepAt: number | null = null;

  constructor(options: ReplicaOptions<HardState>) {
    const { recovered } = options;
    this.self = options.self;
    this.#limits = options.limits;
    this.outbox = new Outbox(options.encodeHardState);
    this.hard = options.hardState;
    this.snapshot = recovered.snapshot;
    this.log = recoverLog(recovered);
    this.durable = new DurableLog(this.log.lastIndex);
    this.configurations = new ConfigurationTracker(
      recovered.snapshot?.configuration ?? options.configuration,
    );
    const { index } = recovered.snapshot?.position ?? ORIGIN;
    this.configurations.appended(this.log.slice(index + 1, this.log.lastIndex));
    this.commit = index;
    this.handed = index;
    this.applied = index;
  }

  abstract get term(): Term;

  /** The other members, voters or not. */
  get peers(): readonly NodeId[] {
    const { committed, latest } = this.configurations.current;
    const ids = new Set([...committed.members, ...latest.members].map((member) => member.id));
    ids.delete(this.self);
    return [...ids];
  }

  get isVoter(): boolean {
    return isVoter(this.configurations.latest, this.self);
  }

  /**
   * Takes up the time of the event that is about to be stepped.
   *
   * @returns how long after the one before it comes, ms; null for the first
   */
  moveTo(at: Instant): number | null {
    const before = this.#lastStepAt;
    this.now = at.monotonic;
    this.wall = at.wall;
    this.#lastStepAt = at.monotonic;
    return before === null ? null : at.monotonic - before;
  }

  /**
   * Takes a run into the log and writes it. What lies at its place and behind is truncated; nothing
   * committed ever is.
   */
  accept(run: EntryRun): void {
    const first = run.entries[0]?.index ?? this.log.lastIndex + 1;
    const conflicts = first <= this.log.lastIndex;
    if (conflicts) this.#forget(first);
    this.log.append(run.entries);
    this.configurations.appended(run.entries);
    this.durable.written(this.outbox.write(conflicts ? first : null, run), this.log.lastIndex);
  }

  /** Drops the entry at the index and everything behind it, here and on disk. */
  truncate(from: Index): void {
    if (from > this.log.lastIndex) return;
    this.#forget(from);
    this.durable.written(this.outbox.write(from, null), this.log.lastIndex);
  }

  /** Commits everything up to the index, never back. */
  commitThrough(index: Index): void {
    if (index <= this.commit) return;
    assert(index <= this.log.lastIndex, `commit ${index} lies behind the log's end`);
    this.commit = index;
  }

  /** The state machine holds everything up to the index. */
  appliedThrough(index: Index): void {
    this.applied = index;
    // Settled only now, so that a snapshot of the applied state carries the configuration of its index.
    this.configurations.committed(index);
    // Applied entries leave memory when they take too much of it.
    this.log.evictAbove(this.#limits.cacheBytesMax, index);
  }

  /** Hands committed entries to the state machine, a bounded number ahead of its answers. */
  handCommitted(): void {
    if (this.installing || this.handed > this.applied) return;
    const last = Math.min(this.commit, this.handed + this.#limits.applyEntriesMax);
    if (last === this.handed) return;
    this.outbox.apply({ kind: "apply", entries: this.log.slice(this.handed + 1, last) });
    this.handed = last;
  }

  /** Bytes of entries behind the commit index. */
  uncommittedBytes(): number {
    let bytes = 0;
    for (const entry of this.log.slice(this.commit + 1, this.log.lastIndex)) {
      bytes += entryBytes(entry);
    }
    return bytes;
  }

  trace(name: string, facts: Trace["facts"] = {}): void {
    this.outbox.emit({ kind: "trace", trace: { name, facts: { term: this.term, ...facts } } });
  }

  // --- snapshots --------------------------------------------------------------------------------

  /** The service wants a snapshot of what it has applied, with the configuration in force there. */
  takeSnapshot(): void {
    const term = this.log.termAt(this.applied);
    if (this.installing || term === null || this.applied <= this.#snapshotIndex) return;
    const position = { term, index: this.applied };
    const configuration = this.configurations.current.committed;
    this.outbox.emit({ kind: "takeSnapshot", meta: { position, configuration } });
  }

  /**
   * Our state is safe without the log before it; some entries stay for members a little behind.
   *
   * @param neededFrom - entries behind this index are wanted by a snapshot's receiver: trimming them
   * meanwhile would send it another snapshot, for ever
   */
  snapshotTaken(meta: SnapshotMeta, neededFrom: Index): void {
    if (meta.position.index <= this.#snapshotIndex) return;
    this.snapshot = meta;
    const through = Math.min(meta.position.index - this.#limits.trailingEntries, neededFrom);
    if (through <= this.log.base.index) return;
    this.log.trim(through);
    this.outbox.emit({ kind: "trimLog", through });
  }

  /** Puts a received snapshot in the place of log and state; it counts once it is installed. */
  install(meta: SnapshotMeta, handle: SnapshotHandle): void {
    const { index } = meta.position;
    this.trace("snapshot-installed", { index });
    const ticket = this.outbox.install(handle, meta);
    this.log.reset(meta.position);
    this.durable.replaced(ticket, index);
    this.configurations.reset(meta.configuration);
    this.snapshot = meta;
    this.installing = true;
    this.commit = index;
    this.handed = index;
  }

  /** The snapshot is durable and the state machine holds it. */
  installed(ticket: Ticket): void {
    this.outbox.durable(ticket);
    this.durable.durable(ticket);
    this.installing = false;
    this.applied = this.handed;
  }

  get #snapshotIndex(): Index {
    return this.snapshot?.position.index ?? 0;
  }

  #forget(from: Index): void {
    assert(from > this.commit, "what is committed is never truncated");
    this.trace("truncated", { from, last: this.log.lastIndex });
    this.log.truncate(from);
    this.durable.truncated(from);
    this.configurations.truncated(from);
  }
}

/** The part of the run that begins at the entry's place in it. */
export function runFrom(run: EntryRun, at: number): EntryRun {
  return at === 0 ? run : encodeRun(run.entries.slice(at));
}

/**
 * The log may begin before the snapshot: those entries save a member that is a little behind from a
 * whole snapshot, and the first of them serves as the base. A log that does not reach the snapshot
 * was about to be dropped for it when the member stopped.
 */
function recoverLog({ snapshot, tail }: Recovered): LogTail {
  const base = snapshot?.position ?? ORIGIN;
  const [first, ...rest] = tail;
  if (first === undefined || first.index > base.index) return new LogTail(base, tail);
  const at = tail[base.index - first.index];
  if (at === undefined || at.term !== base.term) return new LogTail(base, []);
  return new LogTail({ term: first.term, index: first.index }, rest);
}
