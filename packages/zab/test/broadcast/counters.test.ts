import { expect, test } from "vitest";
import { TestNetwork } from "../network.ts";

// ZOOKEEPER-1277: at the end of the counter a new epoch must begin.
test("an epoch whose counters are used up ends, and the next goes on", () => {
  const net = new TestNetwork({ size: 3, limits: { counterMax: 3 } });
  net.run(2000);
  expect(net.zab("3").view().term).toBe(1);
  for (const text of ["a", "b", "c"]) net.propose("3", text);
  expect(net.role("3")).toBe("LOOKING");
  net.run(3000);
  const leader = net.leader();
  const { term } = net.zab(leader).view();
  expect(term).toBeGreaterThan(1);
  net.propose(leader, "d");
  net.run(500);
  for (const member of net.ids) {
    expect(net.member(member).applied).toEqual(["a", "b", "c", "d"]);
    expect(net.member(member).disk.log.last).toEqual({ term, index: 4 });
  }
});

test("what did not fit is refused for certain, not lost", () => {
  const net = new TestNetwork({ size: 3, limits: { counterMax: 2 } });
  net.run(2000);
  const data = new Uint8Array([65]);
  const proposals = [1, 2, 3, 4].map((id) => ({ id, data }));
  net.step("3", { kind: "propose", proposals, onlyInTerm: null });
  const three = net.member("3");
  expect(three.all("proposalAppended").map(({ id }) => id)).toEqual([1, 2]);
  expect(three.all("proposalRejected").map(({ id }) => id)).toEqual([3, 4]);
  expect(three.all("proposalLost")).toEqual([]);
});

test("counters begin anew with each epoch", () => {
  const net = new TestNetwork({ size: 3, limits: { counterMax: 3 } });
  for (let epoch = 1; epoch <= 4; epoch++) {
    net.run(2500);
    const leader = net.leader();
    for (let i = 0; i < 3; i++) net.propose(leader, `${epoch}.${i}`);
  }
  net.run(2500);
  expect(net.member("1").applied).toHaveLength(12);
  const epochs = net.member("1").disk.log.entries.map((entry) => entry.term);
  for (const epoch of new Set(epochs)) {
    expect(epochs.filter((other) => other === epoch)).toHaveLength(3);
  }
  expect(net.zab(net.leader()).view().term).toBeGreaterThanOrEqual(5);
});
