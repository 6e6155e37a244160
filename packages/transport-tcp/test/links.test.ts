import { describe, expect, test } from "vitest";
import type { Control } from "../src/control.ts";
import { bytesOf, FakePeer, frameOf } from "./fake-peer.ts";
import { Relay } from "./relay.ts";
import { TestProcess, type TestMember } from "./test-process.ts";

/** Two processes that dial each other through relays, which count. */
async function pair(limits = {}): Promise<{
  p: TestProcess;
  q: TestProcess;
  toP: Relay;
  toQ: Relay;
  isOne: () => boolean;
}> {
  const [p, q] = [await TestProcess.start({ limits }), await TestProcess.start({ limits })];
  const [toP, toQ] = [await Relay.to(p.port), await Relay.to(q.port)];
  return { p, q, toP, toQ, isOne: () => toP.open + toQ.open === 1 };
}

async function linked(a: TestMember, b: TestMember): Promise<void> {
  await Promise.all([a.until("up b/1"), b.until("up a/1")]);
}

describe("two processes", () => {
  test("come down to one connection for all groups, though both dial", async () => {
    for (let round = 0; round < 20; round++) {
      const { p, q, toP, toQ, isOne } = await pair();
      const a = p.join("etcd", "a", { b: toQ.url });
      const two = p.join("zookeeper", "2", { 1: toQ.url });
      const b = q.join("etcd", "b", { a: toP.url });
      const one = q.join("zookeeper", "1", { 2: toP.url });
      await Promise.all([linked(a, b), one.until("up 2/1"), two.until("up 1/1")]);
      await Promise.race([toP.until(isOne), toQ.until(isOne)]);
      a.send("b", "etcd's");
      two.send("1", "zookeeper's");
      b.send("a", "etcd's");
      one.send("2", "zookeeper's");
      await Promise.all([
        b.until("a: etcd's"),
        one.until("2: zookeeper's"),
        a.until("b: etcd's"),
        two.until("1: zookeeper's"),
      ]);
      expect([a.told.length, b.told.length, one.told.length, two.told.length]).toEqual([
        2, 2, 2, 2,
      ]);
      expect(toP.open + toQ.open).toBe(1);
      expect([...p.logged, ...q.logged]).toEqual([]);
    }
  });

  test("link over the one way that can be dialled, whichever it is", async () => {
    const { p, q, toP, toQ } = await pair();
    const unreachable = "http://127.0.0.1:9";
    const a = p.join("g", "a", { b: unreachable });
    const b = q.join("g", "b", { a: toP.url });
    await linked(a, b);
    // And the other way round.
    const [r, s] = [await TestProcess.start(), await TestProcess.start()];
    const c = r.join("g", "a", { b: toQ.url.replace(/\d+$/, String(s.port)) });
    const d = s.join("g", "b", { a: unreachable });
    await linked(c, d);
  });

  test("take a group that joins later over the connection that is there", async () => {
    const { p, q, toP, toQ } = await pair();
    const a = p.join("etcd", "a", { b: toQ.url });
    const b = q.join("etcd", "b", { a: null });
    await linked(a, b);
    const two = p.join("zookeeper", "2", { 1: null });
    const one = q.join("zookeeper", "1", { 2: null });
    await Promise.all([one.until("up 2/1"), two.until("up 1/1")]);
    one.leave();
    await two.until("down 1");
    const again = q.join("zookeeper", "1", { 2: null });
    await Promise.all([again.until("up 2/1"), two.until("up 1/1", 2)]);
    two.send("1", "hello");
    await again.until("2: hello");
    expect([a.told, b.told]).toEqual([["up b/1"], ["up a/1"]]);
    expect([toP.made, toQ.made]).toEqual([0, 1]);
  });

  test("close their connection when no group needs it any more", async () => {
    const { p, q, toQ } = await pair();
    const a = p.join("etcd", "a", { b: toQ.url });
    const b = q.join("etcd", "b", { a: null });
    const one = p.join("zookeeper", "1", { 2: null });
    const two = q.join("zookeeper", "2", { 1: null });
    await Promise.all([linked(a, b), one.until("up 2/1"), two.until("up 1/1")]);
    one.leave();
    await two.until("down 1");
    expect(toQ.open).toBe(1);
    a.leave();
    await Promise.all([b.until("down a"), toQ.until(() => toQ.open === 0)]);
    expect(q.logged.filter((line) => line.includes("has left the group")).length).toBe(2);
  });

  test("put a member out of one group, and keep the other", async () => {
    const { p, q, toP, toQ } = await pair();
    const a = p.join("etcd", "a", { b: toQ.url });
    const b = q.join("etcd", "b", { a: toP.url });
    const one = p.join("zookeeper", "1", { 2: toQ.url });
    const two = q.join("zookeeper", "2", { 1: toP.url });
    await Promise.all([linked(a, b), one.until("up 2/1"), two.until("up 1/1")]);
    one.setPeers({});
    await Promise.all([one.until("down 2"), two.until("down 1")]);
    await q.hasLogged('"group":"zookeeper"', "refused: 2 of group zookeeper is no member");
    await p.hasLogged("refused a peer", "2 of group zookeeper is no member");
    expect(p.logged.length).toBe(1);
    one.setPeers({ 2: toQ.url });
    await Promise.all([one.until("up 2/1", 2), two.until("up 1/1", 2)]);
    await q.hasLogged("linked again");
    expect([a.told, b.told]).toEqual([["up b/1"], ["up a/1"]]);
  });

  test("lose all groups together when the connection breaks, and take all up again", async () => {
    const { p, q, toQ } = await pair();
    const a = p.join("etcd", "a", { b: toQ.url });
    const b = q.join("etcd", "b", { a: null });
    const one = p.join("zookeeper", "1", { 2: toQ.url });
    const two = q.join("zookeeper", "2", { 1: null });
    await Promise.all([linked(a, b), one.until("up 2/1"), two.until("up 1/1")]);
    toQ.cut();
    await Promise.all([a.until("up b/1", 2), b.until("up a/1", 2)]);
    await Promise.all([one.until("up 2/1", 2), two.until("up 1/1", 2)]);
    expect(a.told).toEqual(["up b/1", "down b", "up b/1"]);
    expect(two.told).toEqual(["up 1/1", "down 1", "up 1/1"]);
  });

  test("link again soon when only one of them noticed that the connection is dead", async () => {
    for (let round = 0; round < 6; round++) {
      const limits = { probeMillis: 10, silenceMillis: 60_000 };
      const { p, q, toQ } = await pair(limits);
      const a = p.join("g", "a", { b: toQ.url });
      const b = q.join("g", "b", { a: null });
      await linked(a, b);
      toQ.loseDiallers();
      await Promise.all([a.until("up b/1", 2), b.until("up a/1", 2)]);
      a.send("b", "again");
      await b.until("a: again");
      expect(a.told).toEqual(["up b/1", "down b", "up b/1"]);
      expect(b.told).toEqual(["up a/1", "down a", "up a/1", "a: again"]);
    }
  });

  test("each refuse the other's cluster, and say so once each", async () => {
    const { p, q, toP, toQ } = await pair();
    const a = p.join("g", "a", { b: toQ.url }, "c1");
    const b = q.join("g", "b", { a: toP.url }, "c2");
    await Promise.all([toP.until(() => toP.made >= 5), toQ.until(() => toQ.made >= 5)]);
    expect([a.told, b.told]).toEqual([[], []]);
    // As the one that dials and as the one that is dialled.
    for (const [process, other] of [
      [p, "b of group g is of cluster c2, this member of c1"],
      [q, "a of group g is of cluster c1, this member of c2"],
    ] as const) {
      expect(process.logged.length).toBe(2);
      await process.hasLogged("no link to the peer", "refused: ");
      await process.hasLogged("refused a peer", other);
    }
  });

  test("say what else is to be found where a peer should be", async () => {
    const { p, q, toQ } = await pair();
    const a = p.join("etcd", "a", { b: toQ.url });
    const b = q.join("etcd", "b", { a: null });
    p.join("zookeeper", "1", { 2: toQ.url });
    p.join("other", "x", { y: toQ.url });
    q.join("other", "z", {});
    await linked(a, b);
    await p.hasLogged('"group":"zookeeper"', `${toQ.url}: no group zookeeper there`);
    await p.hasLogged('"group":"other"', `${toQ.url}: z answers there, not y`);
    await toQ.until(() => toQ.made >= 5);
    expect(p.logged.filter((line) => line.includes("zookeeper")).length).toBe(1);
    expect(a.told).toEqual(["up b/1"]);
  });
});

const HELLO: Control = {
  kind: "hello",
  hello: {
    process: "f".repeat(16),
    incarnation: 1,
    groups: [
      { group: "g", cluster: "c1", self: "b" },
      { group: "h", cluster: "c1", self: "1" },
    ],
  },
};

describe("a link is closed when the other end", () => {
  const identity = { group: "g", cluster: "c1", self: "b" };

  test.each<[string, readonly Control[], string]>([
    ["says hello again", [HELLO], '\\"hello\\" on a link'],
    ["chooses again", [{ kind: "use" }], '\\"use\\" on a link'],
    ["joins a group twice", [{ kind: "joined", identity }], "group g is one too many"],
    ["leaves what is not there", [{ kind: "left", channel: 9 }], "channel 9 was left"],
    [
      "admits on a channel that is not there",
      [{ kind: "admission", own: 9, theirs: 0 }],
      "channel 9 admits, which is not there",
    ],
    [
      "admits twice",
      [
        { kind: "admission", own: 0, theirs: 0 },
        { kind: "admission", own: 0, theirs: 0 },
      ],
      "channel 0 admits twice",
    ],
    ["ends it", [{ kind: "refusal", reason: "enough" }], "refused: enough"],
  ])("%s", async (_, said, why) => {
    const process = await TestProcess.start();
    process.join("g", "a", { b: null });
    const fake = FakePeer.dial(process.port);
    fake.say(HELLO);
    await fake.until("admission");
    fake.say(...said);
    await fake.until("closed");
    await process.hasLogged("no link to the peer", why);
  });

  test("speaks on a channel that was never offered, but not on one that is gone", async () => {
    const process = await TestProcess.start();
    const a = process.join("g", "a", { b: null });
    const two = process.join("h", "2", { 1: null });
    const fake = FakePeer.dial(process.port);
    fake.say(HELLO);
    await fake.until("admission", 2);
    fake.say({ kind: "admission", own: 0, theirs: 0 }, { kind: "admission", own: 1, theirs: 1 });
    await two.until("up 1/1");
    two.leave();
    await fake.until("left");
    // These were on the way.
    fake.frame(1, "late");
    fake.say({ kind: "admission", own: 1, theirs: 1 });
    fake.frame(0, "well");
    await a.until("b: well");
    fake.frame(2, "never");
    await process.hasLogged("channel 2 was never offered");
    expect(two.told).toEqual(["up 1/1"]);
  });
});

/** A process with the groups g and h, and one that offers both and is admitted to g. */
async function offered(): Promise<[FakePeer, g: TestMember, h: TestMember]> {
  const process = await TestProcess.start();
  const g = process.join("g", "a", { b: null });
  const h = process.join("h", "2", { 1: null });
  const fake = FakePeer.dial(process.port);
  fake.say(HELLO);
  await fake.until("admission", 2);
  fake.say({ kind: "admission", own: 0, theirs: 0 });
  await g.until("up b/1");
  return [fake, g, h];
}

test("a peer that is put out in the turn that would link it is not linked", async () => {
  const [fake, g, h] = await offered();
  const isTold = g.until("b: now");
  g.onTold = (what) => {
    if (what === "b: now") h.setPeers({});
  };
  fake.write(Buffer.concat([frameOf(0, "now"), bytesOf({ kind: "admission", own: 1, theirs: 1 })]));
  await Promise.all([isTold, fake.until("denial")]);
  expect(h.told).toEqual([]);
});

test("a denial is said once, whatever else changes", async () => {
  const [fake, g, h] = await offered();
  h.setPeers({});
  await fake.until("denial");
  for (const peer of ["x", "y", "z"]) {
    g.setPeers({ b: null, [peer]: null });
    g.send("b", peer);
    await fake.until(`0: ${peer}`);
  }
  expect(fake.heard.filter((each) => each === "denial").length).toBe(1);
});

test("what is sent to the group that left does not reach the one that came back", async () => {
  const process = await TestProcess.start();
  const a = process.join("g", "a", { b: null });
  let two = process.join("h", "2", { 1: null });
  const fake = FakePeer.dial(process.port);
  fake.say(HELLO);
  await fake.until("admission", 2);
  fake.say({ kind: "admission", own: 0, theirs: 0 }, { kind: "admission", own: 1, theirs: 1 });
  await two.until("up 1/1");
  two.leave();
  two = process.join("h", "2", { 1: null });
  await fake.until("admission", 3);
  fake.say({ kind: "admission", own: 1, theirs: 1 });
  fake.frame(1, "for the one that left");
  fake.say({ kind: "admission", own: 1, theirs: 2 });
  fake.frame(2, "for the one that came back");
  await two.until("1: for the one that came back");
  expect(two.told).toEqual(["up 1/1", "1: for the one that came back"]);
  expect(fake.controls.slice(-3)).toEqual([
    { kind: "left", channel: 1 },
    { kind: "joined", identity: { group: "h", cluster: "c1", self: "2" } },
    { kind: "admission", own: 2, theirs: 1 },
  ]);
  expect(a.told).toEqual(["up b/1"]);
});
