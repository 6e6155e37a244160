import type { QuorumRule } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { TestNetwork } from "../network.ts";
import { diskWith, TestDisk } from "../test-member.ts";

/** Elects among those that run; null when nobody is elected. */
function elected(net: TestNetwork): string | null {
  net.run(4000);
  const leading = [...net.members].filter(([, { zab }]) => zab.view().isLeader);
  expect(leading.length).toBeLessThanOrEqual(1);
  return leading[0]?.[0] ?? null;
}

function running(size: number, quorum: QuorumRule, ...ids: readonly string[]): TestNetwork {
  const net = new TestNetwork({ size, quorum, real: [] });
  for (const id of net.ids) {
    net.start(id, new TestDisk());
    if (!ids.includes(id)) net.crash(id);
  }
  return net;
}

describe("the first election of five, started one after the other", () => {
  test("is decided when the third starts, and the later ones follow", () => {
    const net = new TestNetwork({ size: 5, real: [] });
    const roles: string[] = [];
    for (const id of net.ids) {
      net.start(id, new TestDisk());
      net.run(2000);
      roles.push([...net.members.keys()].map((member) => net.role(member)).join(" "));
    }
    expect(roles).toEqual([
      "LOOKING",
      "LOOKING LOOKING",
      "FOLLOWING FOLLOWING LEADING",
      "FOLLOWING FOLLOWING LEADING FOLLOWING",
      "FOLLOWING FOLLOWING LEADING FOLLOWING FOLLOWING",
    ]);
  });

  test("an election after the leader's death is won by the largest id of what is left", () => {
    const net = new TestNetwork({ size: 5 });
    net.run(2000);
    expect(net.leader()).toBe("5");
    net.crash("5");
    net.run(2000);
    expect(net.leader()).toBe("4");
  });
});

describe("after a crash", () => {
  const disk = (current: number, accepted: number, term: number, count: number): TestDisk => {
    const texts = Array.from({ length: count }, (_, i) => `x${i}`);
    return diskWith({ accepted, current }, term, ...texts);
  };

  test("the longest log of the newest epoch wins", () => {
    const disks = { "1": disk(3, 3, 3, 5), "2": disk(3, 3, 3, 7), "3": disk(3, 3, 3, 6) };
    const net = new TestNetwork({ size: 3, disks });
    expect(elected(net)).toBe("2");
  });

  test("a newer epoch wins over more entries", () => {
    const disks = { "1": disk(4, 4, 3, 5), "2": disk(3, 3, 3, 9), "3": disk(3, 3, 3, 9) };
    const net = new TestNetwork({ size: 3, disks });
    expect(elected(net)).toBe("1");
  });

  test("a promise that was not kept wins nothing, but the next epoch is behind it", () => {
    const disks = { "1": disk(3, 8, 3, 5), "2": disk(3, 3, 3, 6), "3": disk(3, 3, 3, 5) };
    const net = new TestNetwork({ size: 3, disks });
    expect(elected(net)).toBe("2");
    expect(net.zab("2").view().term).toBe(9);
  });
});

describe("a majority", () => {
  const four: QuorumRule = { kind: "majority", voters: ["1", "2", "3", "4"] };
  test.each([
    [["1"], null],
    [["3", "4"], null],
    [["1", "2", "3"], "3"],
    [["1", "2", "3", "4"], "4"],
  ])("of four, with %j running", (ids, leader) => {
    expect(elected(running(4, four, ...ids))).toBe(leader);
  });
});

describe("weights and groups", () => {
  const group = (...ids: readonly string[]): { id: string; weight: number }[] =>
    ids.map((id) => ({ id, weight: 1 }));
  const nine: QuorumRule = {
    kind: "weighted",
    groups: [group("1", "2", "3"), group("4", "5", "6"), group("7", "8", "9")],
  };

  test.each([
    [["1", "2", "4", "5"], "5"], // four of nine, but two groups
    [["1", "2", "3", "4", "7"], null], // five of nine, but one group
    [["4", "5", "6", "7", "8", "9"], "9"],
  ])("three groups of three, with %j running", (ids, leader) => {
    expect(elected(running(9, nine, ...ids))).toBe(leader);
  });

  const weightless: QuorumRule = {
    kind: "weighted",
    groups: [[...group("1", "2"), { id: "3", weight: 0 }]],
  };
  test.each([
    [["1", "2", "3"], "2"], // 3 has the largest id and never leads
    [["2", "3"], null], // 3 adds nothing to a quorum
    [["1", "2"], "2"],
  ])("a member without weight, with %j running", (ids, leader) => {
    expect(elected(running(3, weightless, ...ids))).toBe(leader);
  });

  test("a member without weight takes part as a follower", () => {
    const net = running(3, weightless, "1", "2", "3");
    net.run(3000);
    net.propose("3", "x");
    net.run(200);
    expect(net.role("3")).toBe("FOLLOWING");
    expect(net.member("3").applied).toEqual(["x"]);
  });

  test("commits need the same quorum as elections", () => {
    const net = running(9, nine, "1", "2", "3", "4", "5", "7");
    net.run(3000);
    const leader = net.leader();
    const other = leader === "5" ? "4" : "5";
    net.silence(other); // the second group loses its majority
    net.propose(leader, "x");
    net.run(200);
    expect(net.member(leader).applied).toEqual([]);
    net.heal();
    net.run(200);
    expect(net.member(leader).applied).toEqual(["x"]);
  });
});
