import { describe, expect, test } from "vitest";
import { isQuorum, quorumIndex, voteOutcome } from "../../src/quorum/quorum.ts";
import { votersOf, type MajorityRule, type QuorumRule } from "../../src/quorum/rule.ts";

const IDS = ["a", "b", "c", "d", "e"];
const majority = (...voters: string[]): MajorityRule => ({ kind: "majority", voters });

const RULES: readonly (readonly [string, QuorumRule])[] = [
  ...IDS.map((_, i): [string, QuorumRule] => [
    `majority of ${i + 1}`,
    majority(...IDS.slice(0, i + 1)),
  ]),
  [
    "joint, overlapping",
    { kind: "joint", outgoing: majority("a", "b", "c"), incoming: majority("c", "d", "e") },
  ],
  [
    "joint, one to three",
    { kind: "joint", outgoing: majority("a"), incoming: majority("a", "b", "c") },
  ],
  [
    "weighted, one group",
    {
      kind: "weighted",
      groups: [
        [
          { id: "a", weight: 3 },
          { id: "b", weight: 1 },
          { id: "c", weight: 1 },
        ],
      ],
    },
  ],
  [
    "weighted, three groups, one without weight",
    {
      kind: "weighted",
      groups: [
        [
          { id: "a", weight: 1 },
          { id: "b", weight: 2 },
        ],
        [
          { id: "c", weight: 1 },
          { id: "d", weight: 1 },
        ],
        [{ id: "e", weight: 0 }],
      ],
    },
  ],
];

/** Said again, straight from the definitions. */
function decides(rule: QuorumRule, yes: ReadonlySet<string>): boolean {
  if (rule.kind === "majority") {
    return rule.voters.filter((id) => yes.has(id)).length > rule.voters.length / 2;
  }
  if (rule.kind === "joint") return decides(rule.outgoing, yes) && decides(rule.incoming, yes);
  const groups = rule.groups.filter((group) => group.some(({ weight }) => weight > 0));
  const won = groups.filter((group) => {
    const weigh = (which: (id: string) => boolean): number =>
      group.filter(({ id }) => which(id)).reduce((sum, { weight }) => sum + weight, 0);
    return weigh((id) => yes.has(id)) > weigh(() => true) / 2;
  });
  return won.length > groups.length / 2;
}

const SUBSETS = Array.from(
  { length: 32 },
  (_, bits) => new Set(IDS.filter((__, i) => bits & (1 << i))),
);

describe.each(RULES)("%s", (_name, rule) => {
  test("every set of members decides as the definition says", () => {
    for (const yes of SUBSETS) {
      expect(
        isQuorum(rule, (id) => yes.has(id)),
        [...yes].join(),
      ).toBe(decides(rule, yes));
    }
  });

  test("any two deciding sets share a member", () => {
    const deciding = SUBSETS.filter((yes) => isQuorum(rule, (id) => yes.has(id)));
    expect(deciding.length).toBeGreaterThan(0);
    for (const one of deciding) {
      for (const other of deciding) expect([...one].some((id) => other.has(id))).toBe(true);
    }
  });

  test("the quorum's index is the greatest that a deciding set has reached", () => {
    for (let code = 0; code < 4 ** 5; code++) {
      const reached = (id: string): number => (code >> (2 * IDS.indexOf(id))) & 3;
      const expected = [3, 2, 1].find((index) =>
        decides(rule, new Set(IDS.filter((id) => reached(id) >= index))),
      );
      expect(quorumIndex(rule, reached)).toBe(expected ?? 0);
    }
  });

  test("a poll is won, lost or open for every combination of votes", () => {
    for (let code = 0; code < 3 ** 5; code++) {
      const votes = new Map<string, boolean>();
      const yes = new Set<string>();
      const possible = new Set<string>();
      for (const [i, id] of IDS.entries()) {
        const vote = Math.floor(code / 3 ** i) % 3;
        if (vote > 0) votes.set(id, vote === 1);
        if (vote === 1) yes.add(id);
        if (vote !== 2) possible.add(id);
      }
      const expected = decides(rule, yes) ? "won" : decides(rule, possible) ? "pending" : "lost";
      expect(voteOutcome(rule, votes)).toBe(expected);
    }
  });
});

test("no voters never decide", () => {
  for (const rule of [majority(), { kind: "weighted", groups: [] } as const]) {
    expect(isQuorum(rule, () => true)).toBe(false);
    expect(quorumIndex(rule, () => 9)).toBe(0);
    expect(voteOutcome(rule, new Map())).toBe("lost");
  }
});

test("who votes under a joint rule is counted once", () => {
  const joint: QuorumRule = {
    kind: "joint",
    outgoing: majority("a", "b"),
    incoming: majority("b", "c"),
  };
  expect(votersOf(joint)).toEqual(["a", "b", "c"]);
});
