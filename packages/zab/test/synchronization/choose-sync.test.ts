import { ORIGIN, type LogTail, type Position } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { historyOf } from "../../src/discovery/history.ts";
import { chooseSync, type SyncChoice } from "../../src/synchronization/choose-sync.ts";
import { logOf } from "../log-of.ts";

/** 1/1 1/2 1/3 2/4 2/5 5/6 5/7 */
const TERMS = [1, 1, 1, 2, 2, 5, 5];

interface Row {
  readonly what: string;
  readonly theirs: readonly number[];
  /** The leader's log begins behind this. */
  readonly trimmed?: number;
  readonly evicted?: number;
  readonly through?: number;
  readonly snapshot?: number | null;
  readonly diffEntriesMax?: number;
  readonly mode: SyncChoice["mode"];
  /** Up to where the learner's log stays. */
  readonly common?: Position;
}

const ROWS: readonly Row[] = [
  // Row 2: nothing to do.
  { what: "it has everything", theirs: TERMS, mode: "DIFF", common: { term: 5, index: 7 } },
  {
    what: "it has everything, the log is trimmed to its end",
    theirs: TERMS,
    trimmed: 7,
    snapshot: 7,
    mode: "DIFF",
    common: { term: 5, index: 7 },
  },
  { what: "both are empty", theirs: [], trimmed: 0, through: 0, mode: "DIFF", common: ORIGIN },

  // Row 4a: a prefix of ours.
  {
    what: "it lacks the end of an epoch",
    theirs: [1, 1, 1, 2, 2, 5],
    mode: "DIFF",
    common: { term: 5, index: 6 },
  },
  {
    what: "it lacks a whole epoch",
    theirs: [1, 1, 1, 2, 2],
    mode: "DIFF",
    common: { term: 2, index: 5 },
  },
  { what: "it is new", theirs: [], mode: "DIFF", common: ORIGIN },
  {
    what: "it ends where our log begins",
    theirs: [1, 1, 1, 2],
    trimmed: 4,
    snapshot: 5,
    mode: "DIFF",
    common: { term: 2, index: 4 },
  },

  // Row 3: everything, and more that was never committed.
  {
    what: "it has more of our last epoch",
    theirs: [...TERMS, 5, 5],
    mode: "TRUNC",
    common: { term: 5, index: 7 },
  },
  {
    what: "it has more, of an epoch that failed",
    theirs: [...TERMS, 6],
    mode: "TRUNC",
    common: { term: 5, index: 7 },
  },
  {
    what: "it has more than our log, which is trimmed to its end",
    theirs: [...TERMS, 5],
    trimmed: 7,
    snapshot: 7,
    mode: "TRUNC",
    common: { term: 5, index: 7 },
  },

  // Row 4b: some too many, some too few.
  {
    what: "it has more of an earlier epoch than the next leader took over",
    theirs: [1, 1, 1, 2, 2, 2, 2],
    mode: "TRUNC+DIFF",
    common: { term: 2, index: 5 },
  },
  // Row 4c, which ZooKeeper answers with a snapshot.
  {
    what: "it parted in an earlier epoch, for one that failed",
    theirs: [1, 1, 3, 3, 3],
    mode: "TRUNC+DIFF",
    common: { term: 1, index: 2 },
  },
  {
    what: "nothing of what it has was ever committed",
    theirs: [3, 3],
    mode: "TRUNC+DIFF",
    common: ORIGIN,
  },
  {
    what: "it has one entry too many, and lacks as many as it is long",
    theirs: [1, 1, 1, 2, 2, 4, 4],
    mode: "TRUNC+DIFF",
    common: { term: 2, index: 5 },
  },

  // What of our log is not committed yet it need not have, but may.
  {
    what: "it lacks only what is not wanted yet",
    theirs: [1, 1, 1, 2, 2],
    through: 5,
    mode: "DIFF",
    common: { term: 2, index: 5 },
  },
  {
    what: "it has what is not committed yet, as we do",
    theirs: TERMS,
    through: 5,
    mode: "DIFF",
    common: { term: 5, index: 7 },
  },
  {
    what: "it has something else where nothing is committed yet",
    theirs: [1, 1, 1, 2, 2, 3],
    through: 5,
    mode: "TRUNC",
    common: { term: 2, index: 5 },
  },

  // Row 5: from the disk, unless it is too much of it.
  {
    what: "what it lacks has left memory",
    theirs: [1],
    evicted: 6,
    mode: "DIFF",
    common: { term: 1, index: 1 },
  },
  {
    what: "it lacks as many as are allowed",
    theirs: [1, 1, 1],
    snapshot: 7,
    diffEntriesMax: 4,
    mode: "DIFF",
    common: { term: 1, index: 3 },
  },
  { what: "it lacks too many", theirs: [1, 1], snapshot: 7, diffEntriesMax: 4, mode: "SNAP" },
  {
    what: "it lacks too many and has others instead",
    theirs: [1, 1, 3, 3],
    snapshot: 7,
    diffEntriesMax: 4,
    mode: "SNAP",
  },
  {
    what: "it lacks too many, but there is no snapshot",
    theirs: [1, 1],
    snapshot: null,
    diffEntriesMax: 4,
    mode: "DIFF",
    common: { term: 1, index: 2 },
  },
  {
    what: "it lacks too many, but the snapshot says nothing new",
    theirs: [1, 1],
    snapshot: 2,
    diffEntriesMax: 4,
    mode: "DIFF",
    common: { term: 1, index: 2 },
  },

  // Row 6: our log begins too late.
  { what: "it ends before our log begins", theirs: [1, 1], trimmed: 5, snapshot: 5, mode: "SNAP" },
  {
    what: "it is new, and our log is not whole",
    theirs: [],
    trimmed: 1,
    snapshot: 5,
    mode: "SNAP",
  },
  {
    what: "it parted before our log begins, though it is longer",
    theirs: [1, 1, 3, 3, 3, 3, 3, 3, 3],
    trimmed: 5,
    snapshot: 5,
    mode: "SNAP",
  },
  {
    what: "it parted where our log begins: at another entry of the same index",
    theirs: [1, 1, 1, 2, 3],
    trimmed: 5,
    snapshot: 5,
    mode: "SNAP",
  },
];

function choose(row: Row): SyncChoice {
  const log: LogTail = logOf(ORIGIN, ...(row.through === 0 ? [] : TERMS));
  log.trim(row.trimmed ?? 0);
  log.evict(row.evicted ?? 0);
  return chooseSync(historyOf(logOf(ORIGIN, ...row.theirs)), {
    log,
    through: row.through ?? log.lastIndex,
    snapshot: row.snapshot ?? null,
    diffEntriesMax: row.diffEntriesMax ?? 1000,
  });
}

describe("how a learner is synchronized", () => {
  test.each(ROWS)("$what: $mode", (row) => {
    const choice = choose(row);
    expect(choice.mode).toBe(row.mode);
    expect(choice.mode === "SNAP" ? undefined : choice.common).toEqual(row.common);
  });

  test("a learner that begins with a snapshot of its own is as any other", () => {
    const log = logOf(ORIGIN, ...TERMS);
    const theirs = logOf({ term: 2, index: 4 }, 2, 3);
    expect(
      chooseSync(historyOf(theirs), { log, through: 7, snapshot: 7, diffEntriesMax: 1000 }),
    ).toMatchObject({ mode: "TRUNC+DIFF", common: { term: 2, index: 5 } });
  });

  test("people are told why", () => {
    const why = (fields: Partial<Row>): string =>
      choose({ what: "", mode: "DIFF", theirs: TERMS, ...fields }).why;
    expect(why({})).toBe("it has everything");
    expect(why({ theirs: [1, 1] })).toBe("it lacks 5 entries");
    expect(why({ theirs: [1, 1], evicted: 5 })).toBe(
      "it lacks 5 entries, some of them from the disk",
    );
    expect(why({ theirs: [...TERMS, 5] })).toContain("1 entry behind 5/7, never committed");
    expect(why({ theirs: [1, 1], trimmed: 5 })).toContain("before the log begins behind 2/5");
    expect(why({ theirs: [1, 3, 3, 3, 3, 3, 3], trimmed: 5 })).toContain("the histories part");
  });
});
