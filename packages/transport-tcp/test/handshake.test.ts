import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import type { Control, Hello } from "../src/control.ts";
import { controlFrame } from "../src/frame.ts";
import { FakePeer, FakePlace } from "./fake-peer.ts";
import { TestProcess, type TestMember } from "./test-process.ts";

/** A process with this name chooses the connection, whoever it meets. */
const FIRST = "0".repeat(16);
/** One with this name never does. */
const LAST = "f".repeat(16);

function introduction(process: string, rest: Partial<Hello> = {}): Control {
  const groups = [{ group: "g", cluster: "c1", self: "b" }];
  return { kind: "hello", hello: { process, incarnation: 1, groups, ...rest } };
}

const ADMISSION: Control = { kind: "admission", own: 0, theirs: 0 };

/** Brings a connection to where both know that it is the link. */
async function link(fake: FakePeer, process: string, rest: Partial<Hello> = {}): Promise<void> {
  fake.say(introduction(process, rest));
  await fake.until("hello");
  if (process < fake.hello().process) fake.say({ kind: "use" });
  else await fake.until("use");
  fake.say(ADMISSION);
  await fake.until("admission");
}

/** A process with member a of group g, whose peer b dials it. */
async function waiting(limits = {}): Promise<[TestProcess, TestMember]> {
  const process = await TestProcess.start({ limits });
  return [process, process.join("g", "a", { b: null })];
}

describe.each([
  ["chooses", FIRST],
  ["does not choose", LAST],
])("a peer that dials and %s", (_, name) => {
  test("is linked", async () => {
    const [process, a] = await waiting();
    const fake = FakePeer.dial(process.port);
    await link(fake, name, { incarnation: 7 });
    await a.until("up b/7");
    fake.frame(0, "to a");
    await a.until("b: to a");
    a.send("b", "to b");
    await fake.until("0: to b");
    expect(process.logged).toEqual([]);
  });

  test("is linked once when both dial at a time", async () => {
    const place = await FakePlace.open();
    const process = await TestProcess.start();
    const a = process.join("g", "a", { b: place.url });
    const theirs = await place.peer(1);
    await theirs.until("hello");
    const ours = FakePeer.dial(process.port);
    // Whoever chooses takes the first that is introduced on both sides.
    await link(ours, name);
    theirs.say(introduction(name), { kind: "duplicate" });
    await theirs.until("closed");
    await a.until("up b/1");
    ours.frame(0, "one");
    await a.until("b: one");
    expect(a.told).toEqual(["up b/1", "b: one"]);
    expect(place.peers.length).toBe(1);
    expect(process.logged).toEqual([]);
  });

  test("is replaced by its next life at once", async () => {
    const [process, a] = await waiting();
    const before = FakePeer.dial(process.port);
    await link(before, name, { incarnation: 1 });
    await a.until("up b/1");
    const after = FakePeer.dial(process.port);
    await link(after, name.replace(/.$/, "7"), { incarnation: 2 });
    await Promise.all([before.until("closed"), a.until("up b/2")]);
    expect(a.told).toEqual(["up b/1", "down b", "up b/2"]);
    expect(before.controls).toContainEqual({
      kind: "refusal",
      reason: "a later life of b of group g is linked",
    });
  });

  test("is not replaced by an earlier life, or by another process of its name", async () => {
    const [process, a] = await waiting();
    const linked = FakePeer.dial(process.port);
    await link(linked, name, { incarnation: 5 });
    await a.until("up b/5");
    for (const incarnation of [4, 5]) {
      const other = FakePeer.dial(process.port);
      other.say(introduction("7".repeat(16), { incarnation }));
      await other.until("closed");
      expect(other.controls).toEqual([
        { kind: "refusal", reason: "another process is linked as b of group g" },
      ]);
    }
    linked.say({ kind: "probe" });
    linked.frame(0, "still here");
    await a.until("b: still here");
    expect(a.told).toEqual(["up b/5", "b: still here"]);
    expect(process.logged.length).toBe(1);
  });

  test("is replaced by an earlier life once it proves dead", async () => {
    const [process, a] = await waiting({ probeMillis: 5, silenceMillis: 60_000 });
    await link(FakePeer.dial(process.port), name, { incarnation: 5 });
    await a.until("up b/5");
    const other = FakePeer.dial(process.port);
    other.say(introduction("7".repeat(16), { incarnation: 4 }));
    // The challenge finds out: nobody answers it.
    await Promise.all([other.until("closed"), a.until("down b")]);
    await link(FakePeer.dial(process.port), "7".repeat(16), { incarnation: 4 });
    await a.until("up b/4");
  });
});

describe("a process that dials again although it is linked", () => {
  test("keeps its link if that lives", async () => {
    const [process, a] = await waiting({ probeMillis: 5, silenceMillis: 60_000 });
    const linked = FakePeer.dial(process.port);
    await link(linked, LAST);
    await a.until("up b/1");
    for (let round = 1; round <= 3; round++) {
      const again = FakePeer.dial(process.port);
      again.say(introduction(LAST));
      await Promise.all([again.until("duplicate"), linked.until("challenge", round)]);
      linked.say({ kind: "probe" });
      await again.until("closed");
      linked.frame(0, `round ${round}`);
      await a.until(`b: round ${round}`);
    }
    expect(a.told[0]).toBe("up b/1");
    expect(a.told).not.toContain("down b");
    expect(process.logged).toEqual([]);
  });

  test("gets a new one if that is dead", async () => {
    const [process, a] = await waiting({ probeMillis: 5, silenceMillis: 60_000 });
    const linked = FakePeer.dial(process.port);
    await link(linked, LAST);
    await a.until("up b/1");
    const again = FakePeer.dial(process.port);
    again.say(introduction(LAST));
    await Promise.all([again.until("duplicate"), linked.until("closed")]);
    await a.until("down b");
    await link(FakePeer.dial(process.port), LAST);
    await a.until("up b/1", 2);
  });

  test("gets the one that it chooses, at once", async () => {
    const [process, a] = await waiting();
    const linked = FakePeer.dial(process.port);
    await link(linked, FIRST);
    await a.until("up b/1");
    await link(FakePeer.dial(process.port), FIRST);
    await Promise.all([linked.until("closed"), a.until("up b/1", 2)]);
    await process.hasLogged("the peer has chosen another connection");
    expect(a.told).toEqual(["up b/1", "down b", "up b/1"]);
  });
});

describe("a process is refused", () => {
  const refused = async (said: Control): Promise<[reason: string, process: TestProcess]> => {
    const [process, a] = await waiting();
    for (let dial = 1; dial <= 3; dial++) {
      const fake = FakePeer.dial(process.port);
      fake.say(said);
      await fake.until("closed");
      const [answer] = fake.controls;
      expect(fake.controls.length).toBe(1);
      if (answer?.kind !== "refusal") throw new Error("it was not refused");
      if (dial === 3) {
        expect(a.told).toEqual([]);
        return [answer.reason, process];
      }
    }
    throw new Error("not reached");
  };
  const groups = (group: string, cluster: string, self: string) => ({
    groups: [{ group, cluster, self }],
  });

  test.each([
    [
      "of another cluster",
      groups("g", "c2", "b"),
      "b of group g is of cluster c2, this member of c1",
    ],
    ["that is no member", groups("g", "c1", "z"), "z of group g is no member of cluster c1"],
    [
      "with our own id",
      groups("g", "c1", "a"),
      "it calls itself a of group g, as this member does",
    ],
    [
      "without a common group",
      groups("h", "c1", "b"),
      "no group in common: one has g, the other h",
    ],
    ["without any group", { groups: [] }, "no group in common: one has g, the other none"],
  ])("%s", async (_, rest, reason) => {
    const [found, process] = await refused(introduction(LAST, rest));
    expect(found).toBe(reason);
    // Once, not for every dial.
    expect(process.logged.length).toBe(1);
    expect(process.logged[0]).toContain("refused a peer");
    expect(process.logged[0]).toContain(reason);
  });

  test("that is this very process", async () => {
    const place = await TestProcess.start();
    const a = place.join("g", "a", { b: place.url });
    await place.hasLogged("no link to the peer", "that is this very process");
    expect(a.told).toEqual([]);
  });

  test("that says something else first", async () => {
    const [process] = await waiting();
    for (const said of [ADMISSION, { kind: "use" }, { kind: "left", channel: 0 }] as const) {
      const fake = FakePeer.dial(process.port);
      fake.say(said);
      await fake.until("closed");
      expect(fake.controls).toEqual([
        { kind: "refusal", reason: `"${said.kind}" in the middle of the handshake` },
      ]);
    }
    const fake = FakePeer.dial(process.port);
    fake.frame(0, "hello?");
    await fake.until("closed");
    expect(fake.heard).toEqual(["refusal", "closed"]);
  });

  test("that says hello twice, or chooses when it is not its turn", async () => {
    const [process, a] = await waiting();
    const twice = FakePeer.dial(process.port);
    twice.say(introduction(FIRST), introduction(FIRST));
    await twice.until("closed");
    expect(twice.heard).toEqual(["hello", "refusal", "closed"]);
    const usurper = FakePeer.dial(process.port);
    usurper.say(introduction(LAST), { kind: "use" });
    await usurper.until("closed");
    expect(a.told).not.toContain("up b/1");
  });
});

describe("a connection that is no member's is dropped with one line", () => {
  test("when it is garbage", async () => {
    const [process] = await waiting();
    for (let dial = 0; dial < 3; dial++) {
      const fake = FakePeer.dial(process.port);
      fake.write(Buffer.from("GET /health HTTP/1.1\r\n\r\n"));
      await fake.until("closed");
    }
    expect(process.logged.length).toBe(1);
    expect(process.logged[0]).toContain("that is no member's");
    expect(process.logged[0]).toContain("an HTTP request");
  });

  test("when it is a Java ZooKeeper server", async () => {
    const [process] = await waiting();
    // The election's first bytes, and a FOLLOWERINFO.
    for (const bytes of [
      "ffffffffffff00000000000000000002",
      "0000000b000000050000000000000014000000000000000200010000",
    ]) {
      const fake = FakePeer.dial(process.port);
      fake.write(Buffer.from(bytes, "hex"));
      await fake.until("closed");
    }
    await process.hasLogged("the election of a Java ZooKeeper server");
    await process.hasLogged("a Java ZooKeeper server that looks for its leader");
  });

  test("when it waits for an answer to what could be the beginning of a frame", async () => {
    const [process] = await waiting({ handshakeMillis: 20 });
    const isTold = (): boolean =>
      process.logged.some((line) => line.includes("a ZooKeeper client (it wants the client port)"));
    // Again if so much else went on that its bytes were not read in time.
    while (!isTold()) {
      const fake = FakePeer.dial(process.port);
      fake.write(Buffer.from("0000002d000000000000000000000000000075300000000000000000", "hex"));
      await fake.until("closed");
    }
  });

  test("when it announces a frame that no hello is", async () => {
    const [process] = await waiting();
    const fake = FakePeer.dial(process.port);
    fake.write(Buffer.from("0200000000000000", "hex"));
    await fake.until("closed");
    await process.hasLogged("a frame of 33554432 bytes cannot be");
  });

  test("when it says nothing in time", async () => {
    const [process] = await waiting({ handshakeMillis: 20 });
    await FakePeer.dial(process.port).until("closed");
    await process.hasLogged("that is no member's", "it said nothing: no handshake in time");
  });

  test("when it breaks off in the middle of its hello, but not before its first byte", async () => {
    const [process] = await waiting();
    const probe = connect(process.port, "127.0.0.1");
    await new Promise((done) => probe.once("connect", done));
    await new Promise((done) => probe.once("close", done).resume().end());
    expect(process.logged).toEqual([]);
    const fake = connect(process.port, "127.0.0.1");
    fake.end(Buffer.from("000000"));
    await process.hasLogged("that is no member's", "the peer closed the connection");
  });

  test("when too many others have not introduced themselves", async () => {
    const [process, a] = await waiting({ strangersMax: 3 });
    const silent = [1, 2, 3].map(() => FakePeer.dial(process.port));
    const last = FakePeer.dial(process.port);
    await last.until("closed");
    await process.hasLogged("that is no member's", "too many others");
    // One that goes makes room.
    silent[0]?.hangUp();
    for (;;) {
      const fake = FakePeer.dial(process.port);
      fake.say(introduction(LAST));
      await Promise.race([fake.until("closed"), fake.until("use")]);
      if (fake.heard.includes("closed")) continue;
      fake.say(ADMISSION);
      break;
    }
    await a.until("up b/1");
  });

  test("when it speaks another version, and hears it", async () => {
    const [process] = await waiting();
    const fake = FakePeer.dial(process.port);
    fake.write(controlFrame(Buffer.from("015152540100000000000100000000", "hex")));
    await fake.until("closed");
    await process.hasLogged("peer protocol 1, this member speaks 3");
    expect(fake.heard).toEqual(["refusal", "closed"]);
  });

  test("and a process that ends says nothing of those it has not met", async () => {
    const [process] = await waiting({ strangersMax: 1 });
    const met = FakePeer.dial(process.port);
    met.say({ kind: "challenge" });
    await met.untilSaid("probe");
    await FakePeer.dial(process.port).until("closed");
    await process.transport.close();
    await met.until("closed");
    // Our own end of the connection is told last.
    await new Promise((done) => setImmediate(done));
    expect(process.logged.length).toBe(1);
    expect(process.logged[0]).toContain("too many others");
    expect(() => process.join("g", "a", {})).toThrow("the transport is closed");
  });
});
