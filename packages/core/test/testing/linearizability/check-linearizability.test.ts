import { describe, expect, test } from "vitest";
import { checkRegisterHistory } from "../../../src/testing/checkers/linearizability.ts";
import {
  checkLinearizability,
  formatVerdict,
  registerModel,
  type History,
  type RegisterInput,
  type RegisterOutput,
} from "../../../src/testing/linearizability/index.ts";
import { runWorkload } from "./workload.ts";

type RegisterHistory = History<RegisterInput, RegisterOutput>;

const KEYS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

/** Ten clients on ten registers; each value is written once. */
function ofRegisters(
  seed: number,
  millis: number,
  keys: readonly string[] = KEYS,
): RegisterHistory {
  const held = new Map<string, number>();
  let values = 0;
  return runWorkload<RegisterInput, RegisterOutput>({
    seed,
    clients: 10,
    millis,
    latency: { from: 1, to: 10 },
    outageMillis: 800,
    next: (prng) => {
      const key = prng.pick(keys);
      return prng.chance(0.5) ? { kind: "read", key } : { kind: "write", key, value: ++values };
    },
    serve: (input) => {
      if (input.kind === "read") return { kind: "read", value: held.get(input.key) ?? null };
      if (input.kind === "write") held.set(input.key, Number(input.value));
      return { kind: "written" };
    },
  });
}

/** One read is answered with what was there a hundred answers before. */
function withStaleRead(history: RegisterHistory): RegisterHistory {
  const reads = history.filter(({ input, answer }) => input.kind === "read" && answer !== null);
  const [old, late] = [reads.at(-200), reads.at(-1)];
  return history.map((operation) =>
    operation === late && operation.answer !== null && old?.answer
      ? { ...operation, answer: { at: operation.answer.at, output: old.answer.output } }
      : operation,
  );
}

/** What the simulator's own check for registers with unique values says, key by key. */
function judgedByZones(history: RegisterHistory): "linearizable" | "violation" {
  const isSound = [...registerModel.parts(history).values()].every((operations) => {
    const known = operations.filter(
      ({ input, answer }) => answer !== null || input.kind === "write",
    );
    return (
      checkRegisterHistory(
        known.map(({ input, invoked, answer }) => ({
          kind: input.kind === "read" ? "read" : "write",
          value: valueOf(input, answer?.output ?? null),
          invoked,
          returned: answer?.at ?? Infinity,
        })),
      ) === null
    );
  });
  return isSound ? "linearizable" : "violation";
}

function valueOf(input: RegisterInput, output: RegisterOutput | null): number | null {
  const value =
    input.kind === "write" ? input.value : output?.kind === "read" ? output.value : null;
  return value === null ? null : Number(value);
}

describe("a minute of ten clients on ten registers", () => {
  const history = ofRegisters(1, 60_000);

  test("is told from one in which a single read is stale", () => {
    expect(history.length).toBeGreaterThan(50_000);
    expect(history.filter(({ answer }) => answer === null).length).toBeGreaterThan(100);
    expect(checkLinearizability(registerModel, history).kind).toBe("linearizable");
    const stale = withStaleRead(history);
    const verdict = checkLinearizability(registerModel, stale);
    expect(verdict.kind).toBe("violation");
    if (verdict.kind !== "violation") return;
    expect(verdict.offence.operations.length).toBeLessThan(10);
    expect(stale).toContain(verdict.offence.culprit);
  });
});

test("the check of unique values by zones says the same", () => {
  const seen = { linearizable: 0, violation: 0 };
  for (let seed = 1; seed <= 12; seed++) {
    const sound = ofRegisters(seed, 2000);
    for (const history of [sound, withStaleRead(sound)]) {
      const { kind } = checkLinearizability(registerModel, history);
      expect(kind).toBe(judgedByZones(history));
      if (kind !== "undecided") seen[kind]++;
    }
  }
  expect(Math.min(seen.linearizable, seen.violation)).toBeGreaterThan(5);
});

test("a check that runs out of steps says so, and not that all is well", () => {
  const verdict = checkLinearizability(registerModel, ofRegisters(1, 3000, ["a"]), {
    stepsMax: 50,
  });
  expect(verdict).toMatchObject({ kind: "undecided", part: "a" });
  expect(formatVerdict(registerModel, verdict)).toMatch(/^a is undecided: \d+ steps/);
});

test("a violation is told in the fewest words that show it", () => {
  const at = (
    invoked: number,
    until: number | null,
    client: string,
    input: RegisterInput,
    output: RegisterOutput,
  ) => ({
    client,
    input,
    invoked,
    answer: until === null ? null : { at: until, output },
  });
  const history: RegisterHistory = [
    at(0, 1, "ann", { kind: "write", key: "a", value: 1 }, { kind: "written" }),
    at(2, 3, "bob", { kind: "write", key: "a", value: 2 }, { kind: "written" }),
    at(2.5, 4, "ann", { kind: "read", key: "a" }, { kind: "read", value: 2 }),
    at(5, 6, "eve", { kind: "read", key: "a" }, { kind: "read", value: 1 }),
    at(7, 8, "bob", { kind: "write", key: "a", value: 3 }, { kind: "written" }),
  ];
  const text = formatVerdict(registerModel, checkLinearizability(registerModel, history));
  expect(text).toContain("a is not linearizable");
  expect(text).toMatch(/eve .*5 to 6 +read -> 1 +<- explained by no order/);
  expect(text).not.toContain("7 to 8");
});
