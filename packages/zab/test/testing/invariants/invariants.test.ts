import {
  appendRun,
  majorityOf,
  type Entry,
  type EntryRun,
  type GroupView,
  type Persist,
} from "@quorate/core";
import { MemoryLog, MemorySnapshots } from "@quorate/core/memory";
import {
  ShadowLog,
  type Ballot,
  type Checker,
  type CheckerFactory,
  type CommittedEntry,
  type Witness,
} from "@quorate/core/testing/sim";
import { beforeEach, describe, expect, test } from "vitest";
import { encodeEpochs } from "../../../src/epochs.ts";
import { agreement } from "../../../src/testing/invariants/agreement.ts";
import { globalPrimaryOrder } from "../../../src/testing/invariants/global-primary-order.ts";
import { historyBeforeEpoch } from "../../../src/testing/invariants/history-before-epoch.ts";
import { ZAB_INVARIANTS } from "../../../src/testing/invariants/index.ts";
import { integrity } from "../../../src/testing/invariants/integrity.ts";
import { leadership } from "../../../src/testing/invariants/leadership.ts";
import { localPrimaryOrder } from "../../../src/testing/invariants/local-primary-order.ts";
import { mostRecentLeader } from "../../../src/testing/invariants/most-recent-leader.ts";
import { prefixConsistency } from "../../../src/testing/invariants/prefix-consistency.ts";
import { primaryIntegrity } from "../../../src/testing/invariants/primary-integrity.ts";
import { totalOrder } from "../../../src/testing/invariants/total-order.ts";

const IDS = ["1", "2", "3"];
const configuration = majorityOf(IDS.map((id) => ({ id, addresses: [] })));
const configurations = { committed: configuration, latest: configuration };

let witnesses: Map<string, Witness>;
let committed: (CommittedEntry | undefined)[];
let found: string[];

beforeEach(() => {
  witnesses = new Map(IDS.map((id) => [id, makeWitness(id)]));
  committed = [undefined];
  found = [];
});

function makeWitness(id: string): Witness {
  return {
    id,
    view: null,
    log: new ShadowLog(),
    durableLog: new MemoryLog(),
    durableSnapshots: new MemorySnapshots(),
    ballot: null,
  };
}

function make(factory: CheckerFactory): Checker {
  return factory({ witnesses, committed }, (what) => found.push(what));
}

function at(id: string): Witness {
  const witness = witnesses.get(id);
  if (witness === undefined) throw new RangeError(id);
  return witness;
}

/** Transactions of an epoch; the mark makes others of the same places. */
function run(epoch: number, first: number, count: number, mark: number = 0): EntryRun {
  const drafts = Array.from({ length: count }, () => {
    return { kind: "command" as const, data: new Uint8Array([mark]) };
  });
  return appendRun(drafts, { first, term: epoch, time: 0 });
}

function entries(epoch: number, first: number, count: number, mark: number = 0): readonly Entry[] {
  return run(epoch, first, count, mark).entries;
}

function persist(fields: Partial<Persist>): Persist {
  return { kind: "persist", ticket: 1, hardState: null, truncateFrom: null, run: null, ...fields };
}

/** The member writes the run; the checker sees it. */
function write(checker: Checker, id: string, written: EntryRun): void {
  at(id).log.append(written.entries);
  const request = persist({ run: written });
  at(id).durableLog.persist(request);
  checker.wrote?.(at(id), request);
}

/** The member leads an epoch from now on. */
function lead(checker: Checker, id: string, epoch: number): void {
  const before = at(id).view;
  const { lastIndex } = at(id).log;
  const view: GroupView = {
    self: id,
    role: "LEADING",
    isLeader: true,
    leader: id,
    term: epoch,
    ready: true,
    commit: lastIndex,
    applied: 0,
    first: 1,
    last: lastIndex,
    configurations,
    progress: new Map(),
    details: {},
  };
  at(id).view = view;
  checker.viewed?.(at(id), view, before);
}

/** The member's epochs become durable. */
function takeUp(checker: Checker, id: string, accepted: number, current: number): void {
  const before: Ballot | null = at(id).ballot;
  at(id).durableLog.persist(persist({ hardState: encodeEpochs({ accepted, current }) }));
  at(id).ballot = { term: accepted, vote: null };
  checker.becameDurable?.(at(id), before);
}

describe("leadership", () => {
  test("is quiet when each epoch has one leader, and they ascend", () => {
    const checker = make(leadership);
    lead(checker, "1", 1);
    lead(checker, "1", 1); // seen again
    lead(checker, "2", 3);
    expect(found).toEqual([]);
  });

  test("fires on two leaders of one epoch", () => {
    const checker = make(leadership);
    lead(checker, "1", 2);
    lead(checker, "2", 2);
    expect(found).toEqual(["2 is established in epoch 2 behind 1 in 2"]);
  });

  test("fires on an epoch that goes back", () => {
    const checker = make(leadership);
    lead(checker, "1", 5);
    lead(checker, "2", 4);
    expect(found).toEqual(["2 is established in epoch 4 behind 1 in 5"]);
  });
});

describe("prefix consistency", () => {
  test("is quiet when one has delivered less than another", () => {
    const checker = make(prefixConsistency);
    checker.applied?.(at("1"), entries(1, 1, 3));
    checker.applied?.(at("2"), entries(1, 1, 2));
    checker.applied?.(at("3"), entries(1, 1, 5));
    expect(found).toEqual([]);
  });

  test.each([
    ["of another epoch", entries(2, 2, 1)],
    ["of another content", entries(1, 2, 1, 9)],
  ])("fires on a transaction %s in the same place", (_what, other) => {
    const checker = make(prefixConsistency);
    checker.applied?.(at("1"), entries(1, 1, 3));
    checker.applied?.(at("2"), other);
    expect(found).toEqual(["2 delivers another transaction at 2 than 1"]);
  });
});

describe("integrity", () => {
  test("is quiet when what is delivered was broadcast by the leader of its epoch", () => {
    const checker = make(integrity);
    lead(checker, "1", 1);
    write(checker, "1", run(1, 1, 2));
    write(checker, "2", run(1, 1, 2));
    checker.applied?.(at("2"), entries(1, 1, 2));
    expect(found).toEqual([]);
  });

  test("fires on what nobody wrote", () => {
    const checker = make(integrity);
    lead(checker, "1", 1);
    checker.applied?.(at("2"), entries(1, 1, 1));
    expect(found).toEqual(["2 delivers 1/1, which its primary did not broadcast"]);
  });

  test("fires on what was changed on the way", () => {
    const checker = make(integrity);
    lead(checker, "1", 1);
    write(checker, "1", run(1, 1, 1));
    checker.applied?.(at("2"), entries(1, 1, 1, 9));
    expect(found).toHaveLength(1);
  });

  test("fires on what another than the leader of its epoch wrote first", () => {
    const checker = make(integrity);
    lead(checker, "1", 1);
    write(checker, "2", run(1, 1, 1));
    write(checker, "1", run(1, 1, 1));
    checker.applied?.(at("2"), entries(1, 1, 1));
    expect(found).toHaveLength(1);
  });
});

describe("agreement", () => {
  test("is quiet when nothing is left out, from wherever a member starts", () => {
    const checker = make(agreement);
    checker.started?.(at("1"));
    checker.applied?.(at("1"), entries(1, 1, 2));
    checker.applied?.(at("1"), entries(2, 3, 1));
    at("2").log.reset({ term: 1, index: 2 });
    checker.started?.(at("2"));
    checker.applied?.(at("2"), entries(2, 3, 1));
    checker.installed?.(at("3"), { position: { term: 2, index: 9 }, configuration });
    checker.applied?.(at("3"), entries(2, 10, 1));
    at("1").log.reset({ term: 0, index: 0 });
    checker.started?.(at("1")); // it starts again, and delivers again
    checker.applied?.(at("1"), entries(1, 1, 1));
    expect(found).toEqual([]);
  });

  test("fires on what is left out, and on what comes twice", () => {
    const checker = make(agreement);
    checker.started?.(at("1"));
    checker.applied?.(at("1"), entries(1, 1, 1));
    checker.applied?.(at("1"), entries(1, 3, 1));
    checker.applied?.(at("1"), entries(1, 3, 1));
    expect(found).toEqual(["1 delivers 3 behind 1", "1 delivers 3 behind 3"]);
  });
});

describe("total order", () => {
  test("is quiet when each transaction has one place", () => {
    const checker = make(totalOrder);
    for (const id of IDS) {
      checker.commandApplied?.(at(id), 10, 1);
      checker.commandApplied?.(at(id), 11, 2);
    }
    expect(found).toEqual([]);
  });

  test("fires on one that comes elsewhere", () => {
    const checker = make(totalOrder);
    checker.commandApplied?.(at("1"), 10, 1);
    checker.commandApplied?.(at("2"), 10, 2);
    expect(found).toEqual(["2 delivers transaction 10 in place 2, others in 1"]);
  });
});

describe("local primary order", () => {
  test("is quiet when a leader's transactions are delivered in its order", () => {
    const checker = make(localPrimaryOrder);
    write(checker, "1", run(1, 1, 3));
    checker.applied?.(at("1"), entries(1, 1, 2));
    checker.applied?.(at("2"), entries(1, 1, 1));
    checker.applied?.(at("1"), entries(1, 3, 1));
    expect(found).toEqual([]);
  });

  test("fires when one of them is left out before another", () => {
    const checker = make(localPrimaryOrder);
    write(checker, "1", run(1, 1, 3));
    checker.applied?.(at("1"), entries(1, 1, 1));
    checker.applied?.(at("1"), entries(1, 3, 1));
    expect(found).toEqual(["1 delivers number 2 of epoch 1 before 1"]);
  });
});

describe("global primary order", () => {
  test("is quiet when epochs ascend in what a member delivers", () => {
    const checker = make(globalPrimaryOrder);
    checker.started?.(at("1"));
    checker.applied?.(at("1"), entries(1, 1, 2));
    checker.applied?.(at("1"), entries(4, 3, 1));
    checker.started?.(at("1")); // a new life delivers from the beginning
    checker.applied?.(at("1"), entries(1, 1, 2));
    expect(found).toEqual([]);
  });

  test("fires when an earlier epoch comes behind a later one, or behind a snapshot of one", () => {
    const checker = make(globalPrimaryOrder);
    checker.applied?.(at("1"), entries(4, 1, 1));
    checker.applied?.(at("1"), entries(3, 2, 1));
    checker.installed?.(at("2"), { position: { term: 5, index: 9 }, configuration });
    checker.applied?.(at("2"), entries(4, 10, 1));
    expect(found).toEqual(["1 delivers 3/2 behind epoch 4", "2 delivers 4/10 behind epoch 5"]);
  });
});

describe("primary integrity", () => {
  test("is quiet when a leader has all that was delivered, in its log or before it", () => {
    const checker = make(primaryIntegrity);
    write(checker, "1", run(1, 1, 3));
    checker.applied?.(at("1"), entries(1, 1, 2));
    write(checker, "2", run(1, 1, 2));
    lead(checker, "2", 2);
    at("3").log.reset({ term: 1, index: 2 });
    lead(checker, "3", 3);
    expect(found).toEqual([]);
  });

  test.each([
    ["without it", run(1, 1, 1)],
    ["with another in its place", run(1, 1, 3, 9)],
  ])("fires on a leader %s", (_what, log) => {
    const checker = make(primaryIntegrity);
    checker.applied?.(at("1"), entries(1, 1, 2));
    write(checker, "2", log);
    lead(checker, "2", 2);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^2 is primary of epoch 2 without 1\/[12]$/);
  });

  test("is quiet on a leader that learns late that it leads: what came later it need not have", () => {
    const checker = make(primaryIntegrity);
    checker.applied?.(at("1"), entries(3, 1, 1));
    lead(checker, "2", 2);
    expect(found).toEqual([]);
  });
});

describe("history before epoch", () => {
  /** Members 1 and 2 committed entries 1 and 2 in epoch 1. */
  function commit(): void {
    for (const index of [1, 2]) committed[index] = { term: 1, digest: 7, committedIn: 1 };
  }

  test("is quiet when a disk that has the epoch has what was committed before it", () => {
    const checker = make(historyBeforeEpoch);
    commit();
    write(checker, "1", run(1, 1, 2));
    takeUp(checker, "1", 2, 2);
    // A snapshot is as good; a promise alone vouches for nothing.
    at("2").durableSnapshots.current = {
      meta: { position: { term: 1, index: 5 }, configuration },
      bytes: new Uint8Array(0),
    };
    takeUp(checker, "2", 2, 2);
    takeUp(checker, "3", 2, 0);
    expect(found).toEqual([]);
  });

  test("is quiet about what is committed in the epoch itself", () => {
    const checker = make(historyBeforeEpoch);
    commit();
    takeUp(checker, "3", 1, 1);
    expect(found).toEqual([]);
  });

  test("fires on a disk that has the epoch without the history", () => {
    const checker = make(historyBeforeEpoch);
    commit();
    write(checker, "3", run(1, 1, 1));
    takeUp(checker, "3", 2, 2);
    expect(found).toEqual(["3 has epoch 2 on disk without 1/2"]);
  });
});

describe("the most recent leads", () => {
  test("is quiet on a leader that is as recent as a quorum that promised its epoch", () => {
    const checker = make(mostRecentLeader);
    for (const id of ["1", "2"]) write(checker, id, run(1, 1, 2));
    write(checker, "3", run(1, 1, 5)); // it promised nothing to 2
    takeUp(checker, "1", 2, 1);
    takeUp(checker, "2", 2, 1);
    takeUp(checker, "3", 1, 1);
    lead(checker, "2", 2);
    expect(found).toEqual([]);
  });

  test("is quiet on a newer epoch over a longer log", () => {
    const checker = make(mostRecentLeader);
    write(checker, "1", run(1, 1, 9));
    write(checker, "2", run(1, 1, 2));
    takeUp(checker, "1", 3, 1);
    takeUp(checker, "2", 3, 2);
    lead(checker, "2", 3);
    expect(found).toEqual([]);
  });

  test.each([
    ["longer logs", [1, 1, 5], [1, 1, 2]],
    ["newer epochs", [2, 1, 2], [1, 1, 5]],
  ] as const)("fires when those that promised have %s", (_what, theirs, own) => {
    const checker = make(mostRecentLeader);
    for (const [id, [current, epoch, length]] of [
      ["1", theirs],
      ["2", own],
      ["3", theirs],
    ] as const) {
      write(checker, id, run(epoch, 1, length));
      takeUp(checker, id, 3, current);
    }
    lead(checker, "2", 3);
    expect(found).toEqual(["2 leads epoch 3 though no quorum of those that promised it is as old"]);
  });

  test("fires on a leader to which no quorum promised its epoch", () => {
    const checker = make(mostRecentLeader);
    takeUp(checker, "2", 3, 0);
    takeUp(checker, "1", 2, 0);
    lead(checker, "2", 3);
    expect(found).toHaveLength(1);
  });
});

test("all of them are checked when ZAB is simulated, each under a name of its own", () => {
  const names = ZAB_INVARIANTS.map((factory) => make(factory).name);
  expect([...names].sort()).toEqual([
    "agreement",
    "global-primary-order",
    "history-before-epoch",
    "integrity",
    "leadership",
    "local-primary-order",
    "most-recent-leader",
    "prefix-consistency",
    "primary-integrity",
    "total-order",
  ]);
});
