import { expect, test } from "vitest";
import { TestNetwork, type NetworkOptions } from "./network.ts";
import { TestDisk } from "./test-member.ts";

/** Three members that 3 leads; a snapshot leaves nothing before it in the log. */
function serving(options: NetworkOptions = {}): TestNetwork {
  const net = new TestNetwork({ size: 3, limits: { trailingEntries: 0 }, ...options });
  net.run(2000);
  expect(net.leader()).toBe("3");
  return net;
}

function write(net: TestNetwork, count: number): void {
  for (let i = 0; i < count; i++) net.propose("3", `x${net.zab("3").view().last + 1}`);
  net.run(100);
}

const upTo = (last: number): string[] => Array.from({ length: last }, (_, i) => `x${i + 1}`);

test("a snapshot is of what is applied, and trims the log but for some entries", () => {
  const net = serving({ limits: { trailingEntries: 2 } });
  write(net, 10);
  net.checkpoint("3");
  expect(net.member("3").disk.snapshot?.meta.position).toEqual({ term: 1, index: 10 });
  expect(net.member("3").all("trimLog")).toEqual([{ kind: "trimLog", through: 8 }]);
  expect(net.zab("3").view().first).toBe(9);
});

test("a member that is new gets the whole state, then what is behind it", () => {
  const net = serving();
  net.crash("1");
  write(net, 10);
  net.checkpoint("3");
  write(net, 2);
  net.start("1", new TestDisk());
  net.run(2000);
  const one = net.member("1");
  expect(one.applied).toEqual(upTo(12));
  expect(one.disk.snapshot?.meta.position).toEqual({ term: 1, index: 10 });
  expect(one.disk.commands).toEqual(["x11", "x12"]);
  expect(net.zab("1").view().details["syncMode"]).toBe("SNAP");
  write(net, 1);
  expect(one.applied).toEqual(upTo(13));
});

test("an absence that the log still covers costs no snapshot", () => {
  const net = serving({ limits: { trailingEntries: 5 } });
  write(net, 5);
  net.isolate("1");
  write(net, 5);
  net.checkpoint("3");
  net.heal();
  net.run(2000);
  expect(net.member("1").applied).toEqual(upTo(10));
  expect(net.member("3").all("streamSnapshot")).toEqual([]);
  expect(net.zab("1").view().details["syncMode"]).toBe("DIFF");
});

test("a log that is too long to be replayed is replaced, if there is a snapshot", () => {
  const net = serving({ limits: { trailingEntries: 1000, diffEntriesMax: 5 } });
  net.isolate("1");
  write(net, 10);
  net.heal();
  net.run(2000);
  expect(net.zab("1").view().details["syncMode"]).toBe("DIFF"); // there was none
  net.isolate("1");
  write(net, 10);
  net.checkpoint("3");
  net.heal();
  net.run(2000);
  expect(net.zab("1").view().details["syncMode"]).toBe("SNAP");
  expect(net.member("1").applied).toEqual(upTo(20));
});

test("while a snapshot is under way the ensemble goes on, and what is written meanwhile follows it", () => {
  const net = serving();
  net.crash("1");
  write(net, 10);
  net.checkpoint("3");
  net.streamsHeld = true;
  net.start("1", new TestDisk());
  net.run(2000);
  write(net, 5);
  expect(net.member("3").applied).toEqual(upTo(15));
  net.checkpoint("3");
  write(net, 1);
  net.streamsHeld = false;
  net.run(2000);
  expect(net.member("1").applied).toEqual(upTo(16));
  expect(net.member("3").all("streamSnapshot")).toHaveLength(1); // what it needed was kept
});

test("a snapshot that breaks off is sent again", () => {
  const net = serving();
  net.crash("1");
  write(net, 10);
  net.checkpoint("3");
  net.streamsHeld = true;
  net.start("1", new TestDisk());
  net.run(1000);
  expect(net.streams).toHaveLength(1);
  net.disconnect("1", "3");
  net.streamsHeld = false;
  net.connect("1", "3");
  net.run(3000);
  expect(net.member("1").applied).toEqual(upTo(10));
  expect(net.member("3").all("streamSnapshot")).toHaveLength(2);
});

test("a member that stops while it installs one begins again", () => {
  const net = serving();
  net.crash("1");
  write(net, 10);
  net.checkpoint("3");
  net.start("1", new TestDisk());
  net.streamsHeld = true;
  net.run(1000);
  net.member("1").diskStalled = true;
  net.streamsHeld = false;
  net.run(100);
  expect(net.member("1").all("installSnapshot")).toHaveLength(1);
  net.restart("1");
  expect(net.member("1").applied).toEqual([]);
  net.run(3000);
  expect(net.member("1").applied).toEqual(upTo(10));
});

test("a member starts from its snapshot and the log behind it", () => {
  const net = serving();
  write(net, 5);
  net.checkpoint("1");
  write(net, 5);
  net.restart("1");
  expect(net.zab("1").view()).toMatchObject({ commit: 5, applied: 5, first: 6, last: 10 });
  expect(net.member("1").applied).toEqual(upTo(5));
  net.run(2000);
  expect(net.member("1").applied).toEqual(upTo(10));
  expect(net.zab("1").view().details["syncMode"]).toBe("DIFF");
});

test("an observer is brought up by a snapshot too", () => {
  const net = serving({ observers: 1 });
  net.crash("4");
  write(net, 10);
  net.checkpoint("3");
  net.start("4", new TestDisk());
  net.run(2000);
  write(net, 1);
  expect(net.member("4").applied).toEqual(upTo(11));
  expect(net.role("4")).toBe("OBSERVING");
});

test("a leader that stands on a snapshot alone leads", () => {
  const net = serving();
  write(net, 5);
  for (const id of net.ids) net.checkpoint(id);
  const disks = net.ids.map((id) => net.member(id).disk);
  for (const id of net.ids) net.crash(id);
  for (const [i, disk] of disks.entries()) net.start(String(i + 1), disk);
  net.run(2000);
  expect(net.zab(net.leader()).view()).toMatchObject({ term: 2, first: 6, last: 5, commit: 5 });
  write(net, 1);
  for (const id of net.ids) expect(net.member(id).applied).toEqual(upTo(6));
});
