import { appendRun, encodeRun } from "@quorate/core";
import { expect, test } from "vitest";
import { TestNetwork } from "./network.ts";

test("a follower's window is bounded in messages", () => {
  const net = new TestNetwork(3, { inflightMax: 4 });
  net.campaign("a");
  net.deliver();
  for (let i = 0; i < 20; i++) net.propose("a", `x${i}`);
  const appends = net.letters.filter((l) => l.to === "b" && l.message.kind === "append");
  expect(appends.length).toBe(4);
  net.deliver();
  expect(net.member("b").applied.length).toBe(20);
});

test("a follower's window is bounded in bytes", () => {
  const net = new TestNetwork(3, { inflightBytesMax: 1000, appendBytesMax: 500 });
  net.campaign("a");
  net.deliver();
  for (let i = 0; i < 20; i++) net.propose("a", "x".repeat(400));
  const appends = net.letters.filter((l) => l.to === "b" && l.message.kind === "append");
  expect(appends.length).toBe(3);
  net.deliver();
  expect(net.member("b").applied.length).toBe(20);
});

test("uncommitted bytes are bounded, and the bound is given back on commit", () => {
  const net = new TestNetwork(3, { uncommittedBytesMax: 2000 });
  net.campaign("a");
  net.deliver();
  net.member("b").down = true;
  net.member("c").down = true;
  for (let i = 0; i < 20; i++) net.propose("a", "x".repeat(400));
  const rejected = net.member("a").all("proposalRejected");
  expect(rejected.length).toBe(15);
  expect(rejected[0]?.reason).toBe("ERR_OVERLOADED");
  net.member("b").down = false;
  net.step("a", { kind: "linkUp", peer: "b", incarnation: 2 });
  net.run(500);
  net.propose("a", "y");
  net.deliver();
  expect(net.member("a").applied.length).toBe(6);
});

test("entries that left memory are read back for a follower that needs them", () => {
  const net = new TestNetwork(3, { cacheBytesMax: 500 });
  net.campaign("a");
  net.deliver();
  net.isolate("c");
  for (let i = 0; i < 50; i++) {
    net.propose("a", `x${i}`);
    net.deliver();
  }
  net.heal();
  net.run(1500);
  const load = net.member("a").all("loadEntries")[0];
  expect(load).toMatchObject({ first: 2, last: 51 });
});

test("entries on the disk that are not those of the log are not sent", () => {
  const net = new TestNetwork(3, { cacheBytesMax: 500 });
  net.campaign("a");
  net.deliver();
  net.isolate("c");
  for (let i = 0; i < 50; i++) {
    net.propose("a", `x${i}`);
    net.deliver();
  }
  net.heal();
  net.run(1500);
  const { first } = net.member("a").all("loadEntries")[0] ?? { first: 0 };
  const appends = (): number =>
    net.letters.filter(({ message }) => message.kind === "append" && message.run.entries.length > 0)
      .length;
  const drafts = [{ kind: "command", data: new Uint8Array([1]) }] as const;
  // Read before they were truncated and others took their place.
  const old = appendRun(drafts, { first, term: 0, time: 0 });
  net.step("a", { kind: "entriesLoaded", first, run: old });
  expect(appends()).toBe(0);
  const run = encodeRun(net.member("a").disk.log.slice(first - 1));
  net.step("a", { kind: "entriesLoaded", first, run });
  expect(appends()).toBe(1);
});

test("a proposal that insists on a term is refused in another, and by a follower", () => {
  const net = new TestNetwork(3);
  net.campaign("a");
  net.deliver();
  const { term } = net.raft("a").view();
  const data = new Uint8Array([1]);
  net.step("a", { kind: "propose", proposals: [{ id: 1, data }], onlyInTerm: term + 1 });
  net.step("b", { kind: "propose", proposals: [{ id: 2, data }], onlyInTerm: term });
  net.step("a", { kind: "propose", proposals: [{ id: 3, data }], onlyInTerm: term });
  net.deliver();
  expect(net.member("a").all("proposalRejected")).toMatchObject([
    { id: 1, reason: "ERR_NOT_LEADER" },
  ]);
  expect(net.member("b").all("proposalRejected")).toMatchObject([
    { id: 2, reason: "ERR_NOT_LEADER" },
  ]);
  expect(net.member("a").all("proposalAppended")).toMatchObject([{ id: 3 }]);
});
