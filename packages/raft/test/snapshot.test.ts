import { majorityOf, type SnapshotMeta } from "@quorate/core";
import { expect, test } from "vitest";
import { TestNetwork } from "./network.ts";

function elected(trailingEntries = 2): TestNetwork {
  const net = new TestNetwork(3, { trailingEntries });
  net.campaign("a");
  net.deliver();
  return net;
}

function checkpoint(net: TestNetwork, id: string): SnapshotMeta {
  net.step(id, { kind: "checkpoint" });
  const meta = net.member(id).all("takeSnapshot").at(-1)?.meta;
  if (meta === undefined) throw new Error("no snapshot was asked for");
  net.step(id, { kind: "snapshotTaken", meta });
  return meta;
}

test("a snapshot is of what is applied, and trims the log but for some entries", () => {
  const net = elected(2);
  for (let i = 0; i < 10; i++) net.propose("a", `x${i}`);
  net.deliver();
  const { position } = checkpoint(net, "a");
  expect(position).toEqual({ term: 1, index: 11 });
  expect(net.member("a").all("trimLog")).toEqual([{ kind: "trimLog", through: 9 }]);
  expect(net.raft("a").view().first).toBe(10);
});

test("a follower that needs what is gone gets a snapshot, then the entries behind it", () => {
  const net = elected(0);
  net.isolate("c");
  for (let i = 0; i < 10; i++) net.propose("a", `x${i}`);
  net.deliver();
  const meta = checkpoint(net, "a");
  net.heal();
  net.run(1500); // a loss without a broken link is noticed after an election timeout
  expect(net.member("a").all("streamSnapshot")).toEqual([{ kind: "streamSnapshot", to: "c" }]);
  net.propose("a", "behind");
  net.deliver();

  net.step("c", { kind: "snapshotReceived", from: "a", meta, handle: "h" });
  const install = net.member("c").all("installSnapshot")[0];
  expect(install).toMatchObject({ handle: "h", meta });
  const accepted = net.member("c").effects.findLast((effect) => effect.kind === "send");
  expect(accepted).toMatchObject({ message: { kind: "appendAccepted", match: 11 } });
  expect(accepted).toMatchObject({ after: install?.ticket }); // durable before it is acknowledged

  net.step("c", { kind: "snapshotInstalled", ticket: install?.ticket ?? 0 });
  net.step("a", { kind: "snapshotSent", to: "c", delivered: true });
  net.deliver();
  net.run(500);
  expect(net.member("c").applied).toEqual(["behind"]);
});

test("while a snapshot is sent, the entries behind it stay", () => {
  const net = elected(0);
  net.isolate("c");
  for (let i = 0; i < 10; i++) net.propose("a", `x${i}`);
  net.deliver();
  const first = checkpoint(net, "a");
  net.heal();
  net.run(1500); // a loss without a broken link is noticed after an election timeout
  for (let i = 0; i < 10; i++) net.propose("a", `y${i}`);
  net.deliver();
  checkpoint(net, "a");
  expect(net.raft("a").view().first).toBe(first.position.index + 1);
});

test("a snapshot of what the log already holds is not installed", () => {
  const net = elected();
  for (let i = 0; i < 5; i++) net.propose("a", `x${i}`);
  net.deliver();
  const meta = checkpoint(net, "a");
  net.step("b", { kind: "snapshotReceived", from: "a", meta, handle: "h" });
  expect(net.member("b").all("discardSnapshot")).toEqual([
    { kind: "discardSnapshot", handle: "h" },
  ]);
  expect(net.member("b").all("installSnapshot")).toEqual([]);
});

test("a failed transfer is tried again", () => {
  const net = elected(0);
  net.isolate("c");
  for (let i = 0; i < 10; i++) net.propose("a", `x${i}`);
  net.deliver();
  checkpoint(net, "a");
  net.heal();
  net.run(1500); // a loss without a broken link is noticed after an election timeout
  net.step("a", { kind: "snapshotSent", to: "c", delivered: false });
  net.run(500);
  expect(net.member("a").all("streamSnapshot").length).toBe(2);
});

test("a member starts from its snapshot and the log around it", () => {
  const net = elected();
  for (let i = 0; i < 5; i++) net.propose("a", `x${i}`);
  net.deliver();
  const { disk } = net.member("b");
  const meta = {
    position: { term: 1, index: 3 },
    configuration: majorityOf(net.ids.map((id) => ({ id, addresses: [] }))),
  };
  net.start("b", { hardState: disk.hardState, snapshot: meta, tail: disk.log });
  expect(net.raft("b").view()).toMatchObject({ commit: 3, applied: 3, first: 2, last: 6 });
  net.run(3000);
  expect(net.member("b").applied).toEqual(["x2", "x3", "x4"]);
});

test("a snapshot ahead of the log takes its place at the start", () => {
  const net = elected();
  const { disk } = net.member("b");
  const meta = {
    position: { term: 1, index: 40 },
    configuration: majorityOf(net.ids.map((id) => ({ id, addresses: [] }))),
  };
  net.start("b", { hardState: disk.hardState, snapshot: meta, tail: disk.log });
  expect(net.raft("b").view()).toMatchObject({ commit: 40, first: 41, last: 40 });
});
