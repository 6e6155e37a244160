import { describe, expect, test } from "vitest";
import {
  appendRun,
  encodeConfiguration,
  encodeRun,
  majorityOf,
  Replica,
  runFrom,
  type Configuration,
  type Effect,
  type Entry,
  type EntryDraft,
  type EntryRun,
  type Recovered,
  type ReplicaLimits,
  type SnapshotMeta,
  type Term,
} from "../../src/index.ts";

/** A replica that has no rules of its own; its hard state is its term. */
class PlainReplica extends Replica<string, number> {
  constructor(recovered: Partial<Recovered> = {}, limits: Partial<ReplicaLimits> = {}) {
    super({
      self: "a",
      configuration: of("a", "b"),
      recovered: { hardState: null, snapshot: null, tail: [], ...recovered },
      limits: { applyEntriesMax: 100, trailingEntries: 0, cacheBytesMax: 1_000_000, ...limits },
      hardState: 1,
      encodeHardState: (term) => new Uint8Array([term]),
    });
  }

  override get term(): Term {
    return this.hard;
  }

  take<K extends Effect<string>["kind"]>(kind: K): Extract<Effect<string>, { kind: K }>[] {
    return this.outbox
      .take()
      .filter((e): e is Extract<Effect<string>, { kind: K }> => e.kind === kind);
  }

  /** Commits, hands out and confirms everything up to the index. */
  applyThrough(index: number): void {
    this.commitThrough(index);
    this.handCommitted();
    this.appliedThrough(index);
  }
}

const INVARIANT = expect.objectContaining({ code: "ERR_INVARIANT" });
const command: EntryDraft = { kind: "command", data: new Uint8Array(10) };

function of(...ids: string[]): Configuration {
  return majorityOf(ids.map((id) => ({ id, addresses: [] })));
}

function run(first: number, term: number, count: number): EntryRun {
  return appendRun(
    Array.from({ length: count }, () => command),
    { first, term, time: 0 },
  );
}

function change(index: number, configuration: Configuration): EntryRun {
  const data = encodeConfiguration(configuration);
  return appendRun([{ kind: "configuration", data }], { first: index, term: 1, time: 0 });
}

function snapshotAt(index: number, term: number, configuration = of("a", "b")): SnapshotMeta {
  return { position: { index, term }, configuration };
}

function indices(entries: readonly Entry[] | undefined): number[] | undefined {
  return entries?.map((entry) => entry.index);
}

describe("a start", () => {
  test("believes nothing committed that is not in the snapshot", () => {
    const replica = new PlainReplica({ snapshot: snapshotAt(3, 1), tail: run(4, 1, 4).entries });
    expect(replica).toMatchObject({ commit: 3, handed: 3, applied: 3 });
    expect(replica.log.last).toEqual({ term: 1, index: 7 });
    expect(replica.durable.through).toBe(7);
  });

  test("keeps entries before the snapshot, and takes the first for its base", () => {
    const replica = new PlainReplica({ snapshot: snapshotAt(5, 1), tail: run(3, 1, 5).entries });
    expect(replica.log.base).toEqual({ term: 1, index: 3 });
    expect(replica.log.last.index).toBe(7);
    expect(replica.commit).toBe(5);
  });

  test.each([
    ["ends before the snapshot", snapshotAt(9, 2)],
    ["holds another entry where it stands", snapshotAt(5, 2)],
  ])("drops a log that %s", (_what, snapshot) => {
    const replica = new PlainReplica({ snapshot, tail: run(3, 1, 5).entries });
    expect(replica.log.last).toEqual(snapshot.position);
    expect(replica.log.base).toEqual(snapshot.position);
  });

  test("takes the configuration from the snapshot, and what the log changed behind it", () => {
    const tail = change(6, of("a", "b", "c", "d")).entries;
    const replica = new PlainReplica({ snapshot: snapshotAt(5, 1, of("a", "b", "c")), tail });
    expect(replica.configurations.current).toEqual({
      committed: of("a", "b", "c"),
      latest: of("a", "b", "c", "d"),
    });
    expect(replica.peers).toEqual(["b", "c", "d"]);
  });

  test("does not take up again what the log changed before it", () => {
    const entries = [...run(3, 1, 1).entries, ...change(4, of("a", "z")).entries];
    const tail = [...entries, ...run(5, 1, 2).entries];
    const replica = new PlainReplica({ snapshot: snapshotAt(5, 1, of("a", "z", "y")), tail });
    expect(replica.configurations.latest).toEqual(of("a", "z", "y"));
  });
});

describe("a run that is accepted", () => {
  test("is written as it came, behind what is there", () => {
    const replica = new PlainReplica();
    const written = run(1, 1, 2);
    replica.accept(written);
    expect(replica.take("persist")).toMatchObject([{ truncateFrom: null, run: written }]);
    expect(replica.durable.through).toBe(0);
    replica.durable.durable(1);
    expect(replica.durable.through).toBe(2);
  });

  test("takes the place of what is there, in one write", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 5).entries });
    replica.accept(run(3, 2, 1));
    expect(replica.take("persist")).toMatchObject([{ truncateFrom: 3 }]);
    expect(replica.log.last).toEqual({ term: 2, index: 3 });
    expect(replica.durable.through).toBe(2);
  });

  test("takes the place of nothing committed", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 5).entries });
    replica.commitThrough(3);
    expect(() => replica.accept(run(3, 2, 1))).toThrow(INVARIANT);
    expect(() => replica.truncate(3)).toThrow(INVARIANT);
    expect(() => replica.truncate(4)).not.toThrow();
  });

  test("leaves no gap", () => {
    const replica = new PlainReplica();
    expect(() => replica.accept(run(2, 1, 1))).toThrow(INVARIANT);
  });

  test("changes the configuration at once, until it is truncated", () => {
    const replica = new PlainReplica();
    replica.accept(change(1, of("b", "c")));
    expect(replica.isVoter).toBe(false);
    expect(replica.peers).toEqual(["b", "c"]); // who is leaving is a peer still
    replica.truncate(1);
    expect(replica.isVoter).toBe(true);
  });
});

describe("truncating", () => {
  test("drops entries here and on disk", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 5).entries });
    replica.truncate(3);
    expect(replica.take("persist")).toMatchObject([{ truncateFrom: 3, run: null }]);
    expect(replica.log.lastIndex).toBe(2);
  });

  test("behind the end does nothing", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 5).entries });
    replica.truncate(6);
    expect(replica.take("persist")).toEqual([]);
  });
});

describe("committing and applying", () => {
  test("the commit index never goes back, nor beyond the log", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 5).entries });
    replica.commitThrough(3);
    replica.commitThrough(1);
    expect(replica.commit).toBe(3);
    expect(() => replica.commitThrough(6)).toThrow(INVARIANT);
  });

  test("entries are handed on in bounded runs, each after the one before is applied", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 5).entries }, { applyEntriesMax: 2 });
    replica.commitThrough(5);
    const handed: (number[] | undefined)[] = [];
    for (let i = 0; i < 8; i++) {
      replica.handCommitted();
      for (const { entries } of replica.take("apply")) handed.push(indices(entries));
      if (i % 2 === 1) replica.appliedThrough(replica.handed);
    }
    expect(handed).toEqual([[1, 2], [3, 4], [5]]);
  });

  test("applied entries leave memory when they take too much of it, others do not", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 9).entries }, { cacheBytesMax: 50 });
    replica.applyThrough(4);
    expect(replica.log.cachedFrom).toBe(5);
    expect(replica.uncommittedBytes()).toBe(5 * 33);
  });

  test("a configuration is settled when it is applied", () => {
    const replica = new PlainReplica();
    replica.accept(change(1, of("a", "b", "c")));
    replica.commitThrough(1);
    expect(replica.configurations.current.committed).toEqual(of("a", "b"));
    replica.handCommitted();
    replica.appliedThrough(1);
    expect(replica.configurations.current.committed).toEqual(of("a", "b", "c"));
  });
});

describe("a snapshot of our own", () => {
  test("is of what is applied, with the configuration in force there", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 3).entries });
    replica.accept(change(4, of("a", "b", "c")));
    replica.applyThrough(3);
    replica.takeSnapshot();
    expect(replica.take("takeSnapshot")).toEqual([
      { kind: "takeSnapshot", meta: snapshotAt(3, 1) },
    ]);
  });

  test("is not taken twice at one place, nor of nothing", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 3).entries });
    replica.takeSnapshot();
    expect(replica.take("takeSnapshot")).toEqual([]);
    replica.applyThrough(3);
    replica.snapshotTaken(snapshotAt(3, 1), Infinity);
    replica.takeSnapshot();
    expect(replica.take("takeSnapshot")).toEqual([]);
  });

  test.each([
    [0, Infinity, 8, "everything before it"],
    [3, Infinity, 5, "all but some entries"],
    [0, 4, 4, "what nobody waits for"],
    [9, Infinity, 0, "nothing, when the log is short"],
  ])("with %i trailing, %f needed, lets go through %i: %s", (trailingEntries, needed, through) => {
    const replica = new PlainReplica({ tail: run(1, 1, 10).entries }, { trailingEntries });
    replica.applyThrough(8);
    replica.snapshotTaken(snapshotAt(8, 1), needed);
    expect(replica.log.base.index).toBe(through);
    expect(replica.take("trimLog").map((effect) => effect.through)).toEqual(
      through === 0 ? [] : [through],
    );
  });

  test("that is older than the newest changes nothing", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 10).entries });
    replica.applyThrough(8);
    replica.snapshotTaken(snapshotAt(8, 1), Infinity);
    replica.snapshotTaken(snapshotAt(5, 1), Infinity);
    expect(replica.snapshot?.position.index).toBe(8);
  });
});

describe("a snapshot of another's", () => {
  test("takes the log's place at once, and counts when it is installed", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 5).entries });
    replica.install(snapshotAt(20, 3, of("a", "b", "c")), "h");
    expect(replica.log.last).toEqual({ term: 3, index: 20 });
    expect(replica).toMatchObject({ commit: 20, handed: 20, applied: 0, installing: true });
    expect(replica.configurations.latest).toEqual(of("a", "b", "c"));
    expect(replica.durable.through).toBe(0);
    const [install] = replica.take("installSnapshot");
    expect(install).toMatchObject({ handle: "h" });
    replica.installed(install?.ticket ?? 0);
    expect(replica).toMatchObject({ applied: 20, installing: false });
    expect(replica.durable.through).toBe(20);
  });

  test("lets nothing be applied and no snapshot be taken while it is installed", () => {
    const replica = new PlainReplica({ tail: run(1, 1, 5).entries });
    replica.applyThrough(2);
    replica.install(snapshotAt(20, 3), "h");
    replica.accept(run(21, 3, 1));
    replica.commitThrough(21);
    replica.outbox.take();
    replica.handCommitted();
    replica.takeSnapshot();
    expect(replica.outbox.take()).toEqual([]);
    replica.installed(1);
    replica.handCommitted();
    expect(replica.take("apply").map((effect) => indices(effect.entries))).toEqual([[21]]);
  });
});

test("time is that of the event, and how long it was since the one before", () => {
  const replica = new PlainReplica();
  expect(replica.moveTo({ monotonic: 100, wall: 5 })).toBeNull();
  expect(replica.moveTo({ monotonic: 350, wall: 9 })).toBe(250);
  expect(replica).toMatchObject({ now: 350, wall: 9 });
});

test("the rest of a run is a run of its own", () => {
  const whole = run(5, 1, 3);
  expect(runFrom(whole, 0)).toBe(whole);
  expect(runFrom(whole, 2)).toEqual(encodeRun(whole.entries.slice(2)));
});
