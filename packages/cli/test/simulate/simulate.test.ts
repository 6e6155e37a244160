import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { run } from "../../src/run.ts";
import { parseSeedRange, piecesOf } from "../../src/simulate/seed-range.ts";
import { readSeedResult, type SeedResult } from "../../src/simulate/seed-result.ts";
import type { Simulated } from "../../src/simulate/simulated.ts";
import { SimulateOutput } from "../../src/simulate/simulate-output.ts";
import { totalsOf } from "../../src/simulate/totals.ts";
import { fakeTerminal } from "../fake-terminal.ts";

const RAFT: Simulated = { kind: "protocol", name: "raft" };

const QUIET: SeedResult = {
  seed: 1,
  members: 3,
  virtualSeconds: 60,
  steps: 1000,
  acknowledged: 200,
  crashes: 2,
  leaders: 2,
  transfers: 1,
  installs: 1,
  checkpoints: 4,
  violations: [],
  states: [],
  traceHash: "00",
};

const VIOLATED: SeedResult = {
  ...QUIET,
  seed: 17,
  violations: [{ checker: "election-safety", what: "two leaders in term 3", time: 12_345.6 }],
  states: ["m1 leader", "m2 leader"],
};

describe("seeds", () => {
  test.each([
    ["1..500", { first: 1, last: 500 }],
    ["7", { first: 7, last: 7 }],
    ["0..4294967295", { first: 0, last: 4294967295 }],
  ])("%s", (text, range) => {
    expect(parseSeedRange(text)).toEqual(range);
  });

  test.each(["", "a", "2..1", "1..", "..2", "1...2", "-1..2", "0..4294967296"])(
    "%j is refused",
    (text) => {
      expect(() => parseSeedRange(text)).toThrow(/it must be A\.\.B/);
    },
  );

  test("are shared out in pieces that leave nothing out", () => {
    expect(piecesOf({ first: 3, last: 9 }, 3)).toEqual([
      { first: 3, last: 5 },
      { first: 6, last: 8 },
      { first: 9, last: 9 },
    ]);
  });
});

describe("totals", () => {
  test("do not depend on the order in which results come", () => {
    const results = [QUIET, VIOLATED, { ...QUIET, seed: 3, traceHash: "ff" }];
    expect(totalsOf(results.toReversed())).toEqual(totalsOf(results));
    expect(totalsOf(results)).toMatchObject({
      seeds: 3,
      acknowledged: 600,
      violations: 1,
      tooQuiet: [],
    });
  });

  test("have another hash when a seed ran differently", () => {
    expect(totalsOf([{ ...QUIET, traceHash: "01" }]).traceHash).not.toBe(
      totalsOf([QUIET]).traceHash,
    );
  });

  test.each([{ virtualSeconds: 59 }, { acknowledged: 199 }, { crashes: 1 }, { leaders: 1 }])(
    "name a seed with only %j",
    (little) => {
      expect(totalsOf([{ ...QUIET, ...little }]).tooQuiet).toEqual([1]);
    },
  );
});

describe("what is said", () => {
  test("of a violation: what, when, the states, and how to see it again", () => {
    const terminal = fakeTerminal();
    new SimulateOutput(terminal, RAFT, 500, false).result(VIOLATED);
    expect(terminal.stdout()).toBe(`violation with seed 17 (3 members)
  12.3456 s election-safety: two leaders in term 3
  m1 leader
  m2 leader
  replay: npx quorate simulate --protocol raft --seed 17 --trace
`);
  });

  test("of a service, how to see it again", () => {
    const terminal = fakeTerminal();
    const etcd: Simulated = { kind: "service", name: "etcd" };
    new SimulateOutput(terminal, etcd, 500, false).result(VIOLATED);
    expect(terminal.stdout()).toContain("npx quorate simulate --service etcd --seed 17 --trace");
  });

  test("progress is for terminals only, and goes away", () => {
    const [person, pipe] = [fakeTerminal({ isTerminal: true }), fakeTerminal()];
    for (const terminal of [person, pipe]) {
      const output = new SimulateOutput(terminal, RAFT, 1, false);
      output.result(QUIET);
      output.totals(totalsOf([QUIET]));
    }
    const clearLine = "\u001b[K";
    expect(person.stderr().replace(/, \d+ s/, ", 0 s")).toBe(
      `\r1 of 1 seeds, 0 violations, 0 s${clearLine}\r${clearLine}`,
    );
    expect(pipe.stderr()).toBe("");
  });

  test("as JSON can be read back", () => {
    const terminal = fakeTerminal();
    new SimulateOutput(terminal, RAFT, 1, true).result(VIOLATED);
    expect(readSeedResult(terminal.stdout().trim())).toEqual(VIOLATED);
  });
});

describe("quorate simulate", () => {
  test.each([
    ["protocol", "raft"],
    ["service", "etcd"],
    ["service", "zookeeper"],
  ])(
    "runs seeds of the %s %s to the same trace each time",
    async (kind, name) => {
      const [first, second] = [fakeTerminal(), fakeTerminal()];
      const args = ["simulate", `--${kind}`, name, "--seeds", "1..2", "--json"];
      expect(await run(args, first), first.stderr()).toBe(EXIT.ok);
      await run(args, second);
      const seeds = (text: string): unknown => text.split("\n").map((line) => readSeedResult(line));
      expect(seeds(first.stdout())).toEqual(seeds(second.stdout()));
      expect(JSON.parse(first.stdout().trim().split("\n").at(-1) ?? "")).toMatchObject({
        totals: { [kind]: name, seeds: 2, violations: 0 },
      });
    },
    60_000,
  );

  test("simulates a protocol or a service, not both", async () => {
    const terminal = fakeTerminal();
    const args = ["simulate", "--service", "etcd", "--protocol", "raft"];
    expect(await run(args, terminal)).toBe(EXIT.usage);
  });

  test("says when it was interrupted", async () => {
    const stop = new AbortController();
    stop.abort();
    const terminal = fakeTerminal({ stop: stop.signal });
    expect(await run(["simulate", "--seeds", "1..50"], terminal)).toBe(EXIT.interrupted);
    expect(terminal.stdout()).toMatch(/^raft: no violation in 1 of 50 seeds/m);
  });

  test("--trace prints what happens", async () => {
    const terminal = fakeTerminal();
    await run(["simulate", "--seed", "3", "--trace"], terminal);
    expect(terminal.stdout()).toMatch(/^ +0\.0000 n1 +start /);
  });
});
