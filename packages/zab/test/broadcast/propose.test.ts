import { describe, expect, test } from "vitest";
import type { TestNetwork } from "../network.ts";
import { ackEpoch, electedLeader, establish, followerInfo, SESSION } from "../played.ts";
import { textsOf } from "../test-member.ts";

/** Leader 3 of three serves epoch 1 to 1 and 2, which the test plays, as observer 4. */
function serving(options: Partial<Parameters<typeof electedLeader>[0]> = {}): TestNetwork {
  const net = electedLeader({ size: 3, observers: 1, ...options });
  establish(net, "3", "1", "2");
  return net;
}

function ack(net: TestNetwork, from: string, through: number, session: number = SESSION): void {
  net.hear("3", from, { kind: "ack", session, epoch: 1, through });
}

function proposed(net: TestNetwork, to: string): string[] {
  return net
    .member("3")
    .sentTo(to, "proposal")
    .flatMap(({ run }) => textsOf(run.entries));
}

describe("a proposal", () => {
  test("gets the next place in the epoch, is written, and is told to all followers meanwhile", () => {
    const net = serving();
    net.member("3").diskStalled = true;
    const id = net.propose("3", "a");
    expect(net.member("3").all("proposalAppended")).toEqual([
      { kind: "proposalAppended", id, position: { term: 1, index: 1 } },
    ]);
    for (const peer of ["1", "2"]) expect(proposed(net, peer)).toEqual(["a"]);
    expect(net.member("3").disk.commands).toEqual([]);
  });

  test("is committed by a quorum, the leader's own disk among it", () => {
    const net = serving();
    net.member("3").diskStalled = true;
    net.propose("3", "a");
    ack(net, "1", 1);
    expect(net.member("3").applied).toEqual([]); // one disk of three
    net.member("3").releaseDisk();
    expect(net.member("3").applied).toEqual(["a"]);
  });

  test("is committed by followers alone when the leader's disk is slow", () => {
    const net = serving();
    net.member("3").diskStalled = true;
    net.propose("3", "a");
    ack(net, "1", 1);
    ack(net, "2", 1);
    expect(net.member("3").applied).toEqual(["a"]);
  });

  test("is not committed by the leader's disk alone", () => {
    const net = serving();
    net.propose("3", "a");
    expect(net.member("3").disk.commands).toEqual(["a"]);
    expect(net.member("3").applied).toEqual([]);
  });

  test("is committed with all before it, in their order", () => {
    const net = serving();
    for (const text of ["a", "b", "c"]) net.propose("3", text);
    ack(net, "1", 2);
    expect(net.member("3").applied).toEqual(["a", "b"]);
    ack(net, "2", 3);
    expect(net.member("3").applied).toEqual(["a", "b", "c"]);
  });

  test("acknowledged twice, or again by an earlier acknowledgement, counts once", () => {
    const net = electedLeader({ size: 5 });
    establish(net, "5", "1", "2");
    net.propose("5", "a");
    const said = { kind: "ack", session: SESSION, epoch: 1, through: 1 } as const;
    net.hear("5", "1", said);
    net.hear("5", "1", said);
    net.hear("5", "1", { ...said, through: 0 });
    expect(net.member("5").applied).toEqual([]);
    net.hear("5", "2", said);
    expect(net.member("5").applied).toEqual(["a"]);
  });

  test("of one turn goes out in one message and in one write", () => {
    const net = serving();
    const data = new Uint8Array([65]);
    const event = (id: number) =>
      ({ kind: "propose", proposals: [{ id, data }], onlyInTerm: null }) as const;
    const writes = net.member("3").all("persist").length;
    net.member("3").step(event(101), event(102), event(103));
    expect(proposed(net, "1")).toEqual(["A", "A", "A"]);
    expect(net.member("3").sentTo("1", "proposal")).toHaveLength(1);
    expect(net.member("3").all("persist")).toHaveLength(writes + 1);
  });
});

describe("acknowledgements that mean nothing", () => {
  test.each([
    ["of an older session", { session: SESSION - 1 }],
    ["of a session to come", { session: SESSION + 1 }],
    ["of an older epoch", { epoch: 0 }],
    ["of an epoch to come", { epoch: 2 }],
  ])("%s", (_whose, fields) => {
    const net = serving();
    net.propose("3", "a");
    const said = { kind: "ack", session: SESSION, epoch: 1, through: 1 } as const;
    net.hear("3", "1", { ...said, ...fields });
    expect(net.member("3").applied).toEqual([]);
    expect(net.role("3")).toBe("LEADING");
  });

  test("from who has no session", () => {
    const net = serving();
    net.propose("3", "a");
    net.disconnect("3", "1");
    ack(net, "1", 1);
    ack(net, "9", 1);
    expect(net.member("3").applied).toEqual([]);
  });

  test("of what was never proposed", () => {
    const net = serving();
    net.propose("3", "a");
    ack(net, "1", 99);
    ack(net, "2", 99);
    expect(net.role("3")).toBe("LEADING");
    expect(net.member("3").applied).toEqual([]);
    net.propose("3", "b");
    expect(net.member("3").applied).toEqual([]); // nobody can have acknowledged it yet
  });

  test("an observer's", () => {
    const net = serving();
    net.hear("3", "4", followerInfo(0));
    net.propose("3", "a");
    ack(net, "4", 1);
    expect(net.member("3").applied).toEqual([]);
  });
});

describe("COMMIT", () => {
  test("is told with the next proposal", () => {
    const net = serving();
    net.propose("3", "a");
    ack(net, "1", 1);
    net.propose("3", "b");
    expect(net.member("3").sentTo("1", "proposal").at(-1)).toMatchObject({ commit: 1 });
  });

  test("is told alone when there is nothing to propose, once", () => {
    const net = serving();
    net.propose("3", "a");
    ack(net, "1", 1);
    for (const peer of ["1", "2"]) {
      expect(net.member("3").sentTo(peer, "commit")).toEqual([
        { kind: "commit", session: SESSION, commit: 1 },
      ]);
    }
    for (let i = 0; i < 5; i++) net.tick(100);
    expect(net.member("3").sentTo("1", "commit")).toHaveLength(1);
  });

  test("of what was committed and proposed in one turn is told once", () => {
    const net = serving();
    net.propose("3", "a");
    const data = new Uint8Array([66]);
    net.member("3").step(
      {
        kind: "receive",
        from: "1",
        message: { kind: "ack", session: SESSION, epoch: 1, through: 1 },
      },
      { kind: "propose", proposals: [{ id: 99, data }], onlyInTerm: null },
    );
    expect(net.member("3").sentTo("1", "commit")).toEqual([]);
    expect(net.member("3").sentTo("1", "proposal").at(-1)).toMatchObject({ commit: 1 });
  });

  test("never tells a learner of more than it was sent", () => {
    const net = serving({ limits: { inflightMax: 1, proposalBytesMax: 1 } });
    for (const text of ["a", "b", "c"]) net.propose("3", text);
    for (const through of [1, 2, 3]) ack(net, "1", through);
    expect(net.member("3").applied).toEqual(["a", "b", "c"]);
    let sent = 0;
    for (const { to, message } of net.member("3").sent) {
      if (to !== "2") continue;
      if (message.kind === "proposal") sent = message.run.entries.at(-1)?.index ?? sent;
      if (message.kind === "commit") expect(message.commit).toBeLessThanOrEqual(sent);
    }
    expect(sent).toBe(1);
  });
});

describe("requests of a learner's clients", () => {
  const request = (net: TestNetwork, from: string, ...ids: readonly number[]): void => {
    const proposals = ids.map((id) => ({ id, data: new TextEncoder().encode(`r${id}`) }));
    net.hear("3", from, { kind: "request", session: SESSION, proposals });
  };

  test("get consecutive places, which the learner learns before it gets the entries", () => {
    const net = serving();
    net.propose("3", "a");
    request(net, "1", 5, 6);
    const to1 = net
      .member("3")
      .sent.filter(({ to }) => to === "1")
      .map(({ message }) => message);
    const accepted = to1.findIndex(({ kind }) => kind === "requestAccepted");
    expect(to1[accepted]).toEqual({
      kind: "requestAccepted",
      session: SESSION,
      first: 2,
      ids: [5, 6],
    });
    const proposals = to1.findIndex((m) => m.kind === "proposal" && m.run.entries[0]?.index === 2);
    expect(accepted).toBeLessThan(proposals);
    expect(net.member("3").sentTo("2", "requestAccepted")).toEqual([]);
    ack(net, "1", 3);
    expect(net.member("3").applied).toEqual(["a", "r5", "r6"]);
  });

  test("of an older session are not taken: their sender has given up on them", () => {
    const net = serving();
    const proposals = [{ id: 1, data: new Uint8Array([1]) }];
    net.hear("3", "1", { kind: "request", session: SESSION - 1, proposals });
    expect(proposed(net, "2")).toEqual([]);
    expect(net.member("3").sentTo("1", "requestAccepted")).toEqual([]);
  });

  test("from an observer are taken", () => {
    const net = serving();
    net.hear("3", "4", followerInfo(0));
    net.hear("3", "4", ackEpoch(0));
    net.hear("3", "4", { kind: "ackNewLeader", session: SESSION, epoch: 1, through: 0 });
    request(net, "4", 8);
    expect(net.member("3").sentTo("4", "requestAccepted")).toMatchObject([{ first: 1, ids: [8] }]);
  });

  test("from who has not taken up the epoch are not taken", () => {
    const net = serving();
    net.hear("3", "4", followerInfo(0));
    request(net, "4", 8);
    expect(proposed(net, "1")).toEqual([]);
  });

  test("beyond the bound are refused, until others are committed", () => {
    const net = serving({ limits: { uncommittedBytesMax: 60 } });
    request(net, "1", 1, 2);
    request(net, "1", 3, 4);
    request(net, "1", 5);
    const refused = net.member("3").sentTo("1", "requestRejected");
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toBe("ERR_OVERLOADED");
    const taken = net
      .member("3")
      .sentTo("1", "requestAccepted")
      .flatMap(({ ids }) => ids);
    const rejected = refused.flatMap(({ ids }) => ids);
    expect([...taken, ...rejected].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
    ack(net, "1", taken.length);
    request(net, "1", 6);
    expect(net.member("3").sentTo("1", "requestAccepted").at(-1)).toMatchObject({ ids: [6] });
  });
});

describe("proposals of the leader's own clients", () => {
  test("beyond the bound are refused, until others are committed", () => {
    const net = serving({ limits: { uncommittedBytesMax: 50 } });
    for (const text of ["a", "b", "c", "d"]) net.propose("3", text);
    const refused = net.member("3").all("proposalRejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ reason }) => reason === "ERR_OVERLOADED")).toBe(true);
    const taken = net.member("3").all("proposalAppended").length;
    ack(net, "1", taken);
    const id = net.propose("3", "e");
    expect(net.member("3").all("proposalAppended").at(-1)?.id).toBe(id);
  });

  test("one that is larger than the bound still gets through when nothing else waits", () => {
    const net = serving({ limits: { uncommittedBytesMax: 50 } });
    const id = net.propose("3", "x".repeat(500));
    expect(
      net
        .member("3")
        .all("proposalAppended")
        .map((effect) => effect.id),
    ).toEqual([id]);
  });

  test.each([
    [1, "proposalAppended"],
    [0, "proposalRejected"],
    [2, "proposalRejected"],
  ] as const)("only in epoch %i: %s", (term, outcome) => {
    const net = serving();
    const id = net.propose("3", "a", term);
    expect(net.member("3").all(outcome)).toMatchObject([{ id }]);
    if (outcome === "proposalRejected") {
      expect(net.member("3").all(outcome)).toMatchObject([{ reason: "ERR_NOT_LEADER" }]);
    }
  });

  test("before the epoch is established are refused: nobody leads yet", () => {
    const net = electedLeader({ size: 3 });
    const id = net.propose("3", "a");
    expect(net.member("3").all("proposalRejected")).toEqual([
      { kind: "proposalRejected", id, reason: "ERR_NO_LEADER" },
    ]);
  });
});
