import { beforeEach, describe, expect, test } from "vitest";
import { majorityOf } from "../../../src/configuration.ts";
import type { Persist } from "../../../src/effect.ts";
import { appendRun, type EntryRun } from "../../../src/entry.ts";
import type { GroupView } from "../../../src/protocol.ts";
import { ORIGIN } from "../../../src/position.ts";
import type {
  Checker,
  CheckerFactory,
  CommittedEntry,
} from "../../../src/testing/checkers/checker.ts";
import { committedDurable } from "../../../src/testing/checkers/committed-durable.ts";
import { committedImmutable } from "../../../src/testing/checkers/committed-immutable.ts";
import { electionSafety } from "../../../src/testing/checkers/election-safety.ts";
import { leaderCompleteness } from "../../../src/testing/checkers/leader-completeness.ts";
import { logMatching } from "../../../src/testing/checkers/log-matching.ts";
import { monotonic } from "../../../src/testing/checkers/monotonic.ts";
import { pointerOrder } from "../../../src/testing/checkers/pointer-order.ts";
import { promisesDurable } from "../../../src/testing/checkers/promises-durable.ts";
import { proposalsOnce } from "../../../src/testing/checkers/proposals-once.ts";
import { readFreshness } from "../../../src/testing/checkers/read-freshness.ts";
import { stateMachineSafety } from "../../../src/testing/checkers/state-machine-safety.ts";
import { transfersSeen } from "../../../src/testing/checkers/transfers-seen.ts";
import { MemberWitness } from "../../../src/testing/sim/witness.ts";

const IDS = ["a", "b", "c"];
const configuration = majorityOf(IDS.map((id) => ({ id, addresses: [] })));
const configurations = { committed: configuration, latest: configuration };

let witnesses: Map<string, MemberWitness>;
let committed: (CommittedEntry | undefined)[];
let found: string[];

beforeEach(() => {
  witnesses = new Map(IDS.map((id, number) => [id, new MemberWitness(id, number, 1, () => {})]));
  committed = [undefined];
  found = [];
});

function make(factory: CheckerFactory): Checker {
  return factory({ witnesses, committed }, (what) => found.push(what));
}

function at(id: string): MemberWitness {
  const witness = witnesses.get(id);
  if (witness === undefined) throw new RangeError(id);
  return witness;
}

function run(first: number, term: number, count: number, mark: number = 0): EntryRun {
  const drafts = Array.from({ length: count }, () => {
    return { kind: "command" as const, data: new Uint8Array([mark]) };
  });
  return appendRun(drafts, { first, term, time: 0 });
}

function persist(fields: Partial<Persist>): Persist {
  return { kind: "persist", ticket: 1, hardState: null, truncateFrom: null, run: null, ...fields };
}

/** Writes to the log as the protocol has it, and to the disk unless told otherwise. */
function append(id: string, entries: EntryRun, durable: boolean = true): Persist {
  const witness = at(id);
  witness.log.append(entries.entries);
  const request = persist({ run: entries });
  if (durable) witness.durableLog.persist(request);
  return request;
}

function view(self: string, fields: Partial<GroupView>): GroupView {
  const role = fields.isLeader === true ? "leader" : "follower";
  const { lastIndex } = at(self).log;
  const whole: GroupView = {
    self,
    role,
    isLeader: false,
    leader: null,
    term: 1,
    ready: false,
    commit: 0,
    applied: 0,
    first: 1,
    last: lastIndex,
    configurations,
    progress: new Map(),
    details: {},
    ...fields,
  };
  at(self).view = whole;
  return whole;
}

describe("election safety", () => {
  test("two leaders of one term", () => {
    const checker = make(electionSafety);
    checker.viewed?.(at("a"), view("a", { isLeader: true, term: 2 }), null);
    checker.viewed?.(at("b"), view("b", { isLeader: true, term: 3 }), null);
    checker.viewed?.(at("a"), view("a", { isLeader: true, term: 2 }), null);
    expect(found).toEqual([]);
    checker.viewed?.(at("c"), view("c", { isLeader: true, term: 2 }), null);
    expect(found).toEqual(["a and c both lead in term 2"]);
  });
});

describe("log matching", () => {
  test("equal logs match", () => {
    const checker = make(logMatching);
    for (const id of ["a", "b"]) checker.wrote?.(at(id), append(id, run(1, 1, 3)));
    expect(found).toEqual([]);
  });

  test("the same position with another content", () => {
    const checker = make(logMatching);
    checker.wrote?.(at("a"), append("a", run(1, 1, 1)));
    checker.wrote?.(at("b"), append("b", run(1, 1, 1, 9)));
    expect(found).toEqual(["b has entry 1 of term 1 with another content than a"]);
  });

  test("the same position behind another", () => {
    const checker = make(logMatching);
    checker.wrote?.(at("a"), append("a", run(1, 1, 1)));
    checker.wrote?.(at("a"), append("a", run(2, 3, 1)));
    checker.wrote?.(at("b"), append("b", run(1, 2, 1)));
    checker.wrote?.(at("b"), append("b", run(2, 3, 1)));
    expect(found).toEqual(["b has entry 2 of term 3 behind term 2, a behind term 1"]);
  });

  test("a term that goes back, and a gap", () => {
    const checker = make(logMatching);
    checker.wrote?.(at("a"), append("a", run(1, 2, 1)));
    checker.wrote?.(at("a"), append("a", run(2, 1, 1)));
    expect(found).toEqual(["a has entry 2 of term 1 behind one of term 2"]);
    checker.wrote?.(at("a"), append("a", run(9, 2, 1), false));
    expect(found.at(-1)).toBe("a wrote 9..9 into a log that ends elsewhere");
  });
});

describe("leader completeness", () => {
  const commit = (index: number, committedIn: number): void => {
    const stamp = at("a").log.stampAt(index);
    if (stamp !== undefined) committed[index] = { ...stamp, committedIn };
  };

  test("a leader without a committed entry", () => {
    const checker = make(leaderCompleteness);
    append("a", run(1, 1, 2));
    append("b", run(1, 1, 1));
    commit(1, 1);
    commit(2, 1);
    checker.viewed?.(at("a"), view("a", { isLeader: true, term: 2 }), null);
    checker.viewed?.(at("b"), view("b", { isLeader: true, term: 1 }), null);
    expect(found).toEqual([]);
    checker.viewed?.(at("b"), view("b", { isLeader: true, term: 2 }), null);
    expect(found).toEqual(["b leads in term 2 without committed entry 2"]);
  });

  test("a committed entry that a member able to win lacks (Figure 8)", () => {
    const checker = make(leaderCompleteness);
    for (const id of IDS) append(id, run(1, 1, 1));
    append("a", run(2, 2, 1));
    append("b", run(2, 2, 1));
    append("c", run(2, 3, 1));
    view("a", { isLeader: true, term: 4, commit: 2 });
    checker.committed?.(at("a"), 2, 2);
    expect(found).toEqual(["c could win an election without committed entry 2 of term 2"]);
  });
});

describe("state machine safety", () => {
  test("another entry, or another state, at the same index", () => {
    const checker = make(stateMachineSafety);
    checker.applied?.(at("a"), run(1, 1, 2).entries);
    checker.applied?.(at("b"), run(1, 1, 1).entries);
    checker.stateReached?.(at("a"), 1, 77);
    checker.stateReached?.(at("b"), 1, 77);
    expect(found).toEqual([]);
    checker.applied?.(at("b"), run(2, 2, 1).entries);
    checker.stateReached?.(at("c"), 1, 78);
    expect(found).toEqual([
      "b applied another entry at 2 than a",
      "c has another state behind entry 1 than a",
    ]);
  });
});

describe("committed immutable", () => {
  test("another entry committed, a committed one truncated, a snapshot of what is not committed", () => {
    const checker = make(committedImmutable);
    append("a", run(1, 1, 2));
    append("b", run(1, 1, 1));
    append("b", run(2, 2, 1));
    for (const index of [1, 2]) {
      const stamp = at("a").log.stampAt(index);
      if (stamp !== undefined) committed[index] = { ...stamp, committedIn: 1 };
    }
    checker.committed?.(at("b"), 1, 1);
    expect(found).toEqual([]);
    checker.wrote?.(at("b"), persist({ truncateFrom: 2 }));
    expect(found).toEqual([]);
    checker.wrote?.(at("b"), persist({ truncateFrom: 1 }));
    checker.committed?.(at("b"), 2, 2);
    checker.installed?.(at("c"), { position: { index: 3, term: 1 }, configuration });
    checker.installed?.(at("c"), { position: { index: 2, term: 9 }, configuration });
    expect(found).toEqual([
      "b truncates from 1 though it committed through 1",
      "b commits another entry at 2 than was committed there",
      "c installs a snapshot of 3, which is not committed",
      "c installs a snapshot of 2 with another term",
    ]);
  });
});

describe("committed durable", () => {
  test("counts disks, not memories", () => {
    const checker = make(committedDurable);
    append("a", run(1, 1, 2));
    append("b", run(1, 1, 1));
    at("b").log.append(run(2, 1, 1).entries);
    view("a", { isLeader: true, commit: 1 });
    checker.committed?.(at("a"), 1, 1);
    expect(found).toEqual([]);
    checker.committed?.(at("a"), 2, 2);
    expect(found).toEqual(["a commits entry 2 of term 1, durable on [a] only"]);
  });

  test("a durable snapshot counts for all that it covers", () => {
    const checker = make(committedDurable);
    append("a", run(1, 1, 2));
    at("c").durableSnapshots.current = {
      meta: { position: { index: 5, term: 1 }, configuration },
      bytes: new Uint8Array(0),
    };
    view("a", { isLeader: true, commit: 2 });
    checker.committed?.(at("a"), 1, 2);
    expect(found).toEqual([]);
  });
});

describe("monotonic", () => {
  test("what goes back", () => {
    const checker = make(monotonic);
    const before = view("a", { term: 3, commit: 5, applied: 4 });
    checker.viewed?.(at("a"), view("a", { term: 3, commit: 5, applied: 5 }), before);
    checker.viewed?.(at("a"), view("a", { term: 1, commit: 1, applied: 1 }), null);
    expect(found).toEqual([]);
    checker.viewed?.(at("a"), view("a", { term: 2, commit: 4, applied: 3 }), before);
    expect(found).toHaveLength(3);
  });

  test("a durable term that goes back, a vote that changes, a start in the past", () => {
    const checker = make(monotonic);
    const steps = [
      { term: 1, vote: null },
      { term: 1, vote: "b" },
      { term: 2, vote: "c" },
      { term: 2, vote: "a" },
      { term: 1, vote: null },
    ];
    let before: (typeof steps)[number] | null = null;
    for (const ballot of steps) {
      at("a").ballot = ballot;
      checker.becameDurable?.(at("a"), before);
      before = ballot;
    }
    at("b").ballot = { term: 7, vote: null };
    view("b", { term: 6 });
    checker.started?.(at("b"));
    expect(found).toEqual([
      "a changes its vote in term 2 to a",
      "the durable term of a goes back from 2 to 1",
      "b starts in term 6 though its disk says 7",
    ]);
  });
});

describe("pointer order", () => {
  test.each([
    [{ applied: 1, commit: 2 }, 0],
    [{ applied: 3, commit: 2 }, 1],
    [{ applied: 1, commit: 4 }, 1],
    [{ applied: 1, commit: 1, first: 3 }, 1],
    [{ applied: 1, commit: 1, last: 2 }, 1],
  ])("%j", (fields, violations) => {
    const checker = make(pointerOrder);
    append("a", run(1, 1, 3));
    checker.viewed?.(at("a"), view("a", fields), null);
    expect(found).toHaveLength(violations);
  });
});

describe("promises durable", () => {
  test("a vote that the disk does not have", () => {
    const checker = make(promisesDurable);
    const vote = { kind: "vote", term: 2, candidate: "b" } as const;
    checker.promised?.(at("a"), vote);
    at("a").ballot = { term: 2, vote: "c" };
    checker.promised?.(at("a"), vote);
    expect(found).toHaveLength(2);
    at("a").ballot = { term: 2, vote: "b" };
    checker.promised?.(at("a"), vote);
    at("a").ballot = { term: 3, vote: null };
    checker.promised?.(at("a"), vote);
    expect(found).toHaveLength(2);
  });

  test("entries that the disk does not have", () => {
    const checker = make(promisesDurable);
    append("a", run(1, 1, 2));
    append("a", run(3, 1, 1), false);
    view("a", { term: 1 });
    checker.promised?.(at("a"), { kind: "accepted", term: 1, through: 2 });
    expect(found).toEqual([]);
    checker.promised?.(at("a"), { kind: "accepted", term: 1, through: 3 });
    expect(found).toEqual(["a acknowledges entries through 3 that its disk lacks"]);
  });
});

describe("proposals once", () => {
  test("applied twice, after a refusal, elsewhere than told, acknowledged without", () => {
    const checker = make(proposalsOnce);
    checker.commandApplied?.(at("a"), 1, 10);
    checker.commandApplied?.(at("b"), 1, 10);
    checker.commandAcknowledged?.(1, 10);
    expect(found).toEqual([]);
    checker.commandApplied?.(at("a"), 1, 11);
    checker.commandRefused?.(2);
    checker.commandApplied?.(at("a"), 2, 12);
    checker.commandRefused?.(1);
    checker.commandAcknowledged?.(3, 13);
    expect(found).toHaveLength(5);
  });
});

describe("read freshness", () => {
  test("a read behind what was acknowledged before it", () => {
    const checker = make(readFreshness);
    checker.readServed?.(at("a"), 5, 5);
    expect(found).toEqual([]);
    checker.readServed?.(at("a"), 6, 5);
    expect(found).toHaveLength(1);
  });
});

describe("transfers seen", () => {
  test("a member that says that the target leads, and does not follow it", () => {
    const checker = make(transfersSeen);
    view("a", { leader: "b" });
    checker.transferred?.(at("a"), "b");
    expect(found).toEqual([]);
    checker.transferred?.(at("a"), "c");
    view("a", { leader: null });
    checker.transferred?.(at("a"), "b");
    expect(found).toEqual([
      "a says that c took over, and follows b",
      "a says that b took over, and follows nobody",
    ]);
  });
});

test("a shadow log begins anew behind a snapshot", () => {
  append("a", run(1, 1, 3));
  at("a").log.reset({ index: 7, term: 4 });
  expect(at("a").log.last).toEqual({ index: 7, term: 4 });
  at("a").log.append(run(8, 5, 2).entries);
  at("a").log.truncate(9);
  expect([at("a").log.last, at("a").log.termAt(7), at("a").log.termAt(9)]).toEqual([
    { index: 8, term: 5 },
    4,
    undefined,
  ]);
  at("a").log.reset(ORIGIN);
  expect(at("a").log.lastIndex).toBe(0);
});
