import { describe, expect, test } from "vitest";
import type { RaftMessage } from "../src/index.ts";
import { TestNetwork } from "./network.ts";

/** `a` leads, and everybody has heard so. */
function ledByA(size = 3, voters = size): TestNetwork {
  const net = new TestNetwork(size, {}, voters);
  net.campaign("a");
  net.deliver();
  net.run(100);
  return net;
}

function transfer(net: TestNetwork, at: string, target: string, id: number = 1): void {
  net.step(at, { kind: "transfer", id, target });
}

/** What became of the transfers that were asked of a member, in order. */
function outcomes(net: TestNetwork, at: string): readonly string[] {
  return net
    .member(at)
    .effects.flatMap((effect) =>
      effect.kind === "transferred"
        ? [`${effect.id} done`]
        : effect.kind === "transferFailed"
          ? [`${effect.id} ${effect.reason}`]
          : [],
    );
}

function waiting(net: TestNetwork, kind: RaftMessage["kind"]): readonly string[] {
  return net.letters
    .filter(({ message }) => message.kind === kind)
    .map(({ from, to }) => `${from}>${to}`);
}

describe("a transfer", () => {
  test("makes the target campaign at once, without asking first whether it would win", () => {
    const net = ledByA();
    transfer(net, "a", "b");
    expect(waiting(net, "timeoutNow")).toEqual(["a>b"]);
    net.deliver(({ message }) => message.kind === "timeoutNow");
    const asked = net.letters.map(({ to, message }) => ({ to, ...message }));
    const request = { kind: "voteRequest", term: 2, poll: "transfer" };
    expect(asked).toMatchObject([
      { to: "a", ...request },
      { to: "c", ...request },
    ]);
    expect(outcomes(net, "a")).toEqual([]);
    net.deliver();
    expect(outcomes(net, "a")).toEqual(["1 done"]);
    for (const id of net.ids) {
      expect(net.raft(id).view()).toMatchObject({ leader: "b", term: 2, commit: 2 });
    }
  });

  test("can be answered by one that goes back", () => {
    const net = ledByA();
    transfer(net, "a", "b");
    net.deliver();
    transfer(net, "b", "a", 2);
    net.deliver();
    net.propose("a", "x");
    net.run(2000);
    expect(net.member("c").applied).toEqual(["x"]);
    expect([outcomes(net, "a"), outcomes(net, "b")]).toEqual([["1 done"], ["2 done"]]);
    expect(net.raft("c").view()).toMatchObject({ leader: "a", term: 3 });
  });

  test("catches a target up first that lags behind", () => {
    const net = ledByA();
    net.propose("a", "x");
    transfer(net, "a", "b");
    net.deliver(({ from, to }) => from !== "b" && to !== "b"); // c has it: it is committed
    expect(net.member("a").applied).toEqual(["x"]);
    expect(waiting(net, "timeoutNow")).toEqual([]);
    net.deliver(({ message }) => message.kind !== "appendAccepted");
    expect(waiting(net, "timeoutNow")).toEqual([]); // it has it, but has not said so
    net.deliver();
    expect(outcomes(net, "a")).toEqual(["1 done"]);
    expect(net.leader()).toBe("b");
  });

  test("takes along what was proposed in the same turn", () => {
    const net = ledByA();
    const { raft } = net.member("a");
    const at = { monotonic: net.now, wall: 0 };
    const proposals = [{ id: 1, data: new Uint8Array([1]) }];
    raft.step({ kind: "propose", proposals, onlyInTerm: null }, at);
    transfer(net, "a", "b");
    expect(waiting(net, "timeoutNow")).toEqual([]);
    net.deliver();
    expect(net.raft("b").view()).toMatchObject({ isLeader: true, last: 3 });
  });

  test("is over when the target does not take over within an election timeout", () => {
    const net = ledByA();
    net.member("b").down = true;
    transfer(net, "a", "b");
    net.run(950);
    expect(outcomes(net, "a")).toEqual([]);
    net.run(50);
    expect(outcomes(net, "a")).toEqual(["1 ERR_TIMEOUT"]);
    net.propose("a", "x");
    net.deliver();
    expect(net.member("c").applied).toEqual(["x"]);
    expect(net.raft("a").view()).toMatchObject({ isLeader: true, term: 1 });
  });

  test("that is over can be asked for again", () => {
    const net = ledByA();
    net.member("b").down = true;
    transfer(net, "a", "b");
    net.run(1000);
    transfer(net, "a", "c", 2);
    net.deliver();
    expect(outcomes(net, "a")).toEqual(["1 ERR_TIMEOUT", "2 done"]);
  });

  test("to a target whose disk is full or stalls is in vain, but disturbs nobody", () => {
    for (const kind of ["storageFull", "storageStalled"] as const) {
      const net = ledByA();
      net.step("b", { kind });
      transfer(net, "a", "b");
      net.run(1000);
      expect(outcomes(net, "a")).toEqual(["1 ERR_TIMEOUT"]);
      expect(net.raft("a").view()).toMatchObject({ isLeader: true, term: 1 });
    }
  });
});

describe("refused is a transfer", () => {
  test.each([
    ["that is not the leader's", "b", "c", "ERR_NOT_LEADER"],
    ["by a follower to itself", "b", "b", "ERR_NOT_LEADER"],
    ["by a follower to the leader", "b", "a", "ERR_NOT_LEADER"],
    ["to who is no member", "a", "z", "ERR_TRANSFEREE"],
    ["to who has no vote", "a", "d", "ERR_TRANSFEREE"],
  ])("%s", (_what, at, target, reason) => {
    const net = ledByA(4, 3);
    transfer(net, at, target);
    expect(outcomes(net, at)).toEqual([`1 ${reason}`]);
    net.propose("a", "x");
    net.deliver();
    expect(net.member("c").applied).toEqual(["x"]);
  });

  test("to who was not heard of for an election timeout", () => {
    const net = ledByA();
    net.isolate("b");
    net.run(1200);
    transfer(net, "a", "b");
    expect(outcomes(net, "a")).toEqual(["1 ERR_TRANSFEREE"]);
  });

  test("while one to another target is under way", () => {
    const net = ledByA();
    transfer(net, "a", "b");
    transfer(net, "a", "c", 2);
    expect(outcomes(net, "a")).toEqual(["2 ERR_OVERLOADED"]);
    net.deliver();
    expect(outcomes(net, "a")).toEqual(["2 ERR_OVERLOADED", "1 done"]);
  });
});

test("a transfer to who leads is done at once", () => {
  const net = ledByA();
  transfer(net, "a", "a");
  expect(outcomes(net, "a")).toEqual(["1 done"]);
  net.propose("a", "x");
  net.deliver();
  expect(net.member("c").applied).toEqual(["x"]);
});

test("a second transfer to the same target shares the first's outcome and end", () => {
  const net = ledByA();
  net.member("b").down = true;
  transfer(net, "a", "b");
  net.run(500);
  transfer(net, "a", "b", 2);
  expect(waiting(net, "timeoutNow")).toEqual([]); // once is enough
  net.run(500);
  expect(outcomes(net, "a")).toEqual(["1 ERR_TIMEOUT", "2 ERR_TIMEOUT"]);
});

describe("the outcome of a transfer outlives the leadership", () => {
  /** `a` has told `b` to take over, which never hears of it. */
  function handingOver(): TestNetwork {
    const net = ledByA();
    net.member("b").down = true;
    transfer(net, "a", "b");
    net.letters = [];
    return net;
  }

  test("a third member is elected meanwhile", () => {
    const net = handingOver();
    const message = { kind: "heartbeat", term: 2, commit: 1, round: 0 } as const;
    net.step("a", { kind: "receive", from: "c", message });
    expect(outcomes(net, "a")).toEqual(["1 ERR_LEADER_CHANGED"]);
  });

  test("the leader steps down meanwhile, and nobody is elected", () => {
    const net = handingOver();
    net.member("c").down = true;
    net.step("a", { kind: "storageFull" });
    expect(net.raft("a").view().isLeader).toBe(false);
    net.run(950);
    expect(outcomes(net, "a")).toEqual([]);
    net.run(50);
    expect(outcomes(net, "a")).toEqual(["1 ERR_TIMEOUT"]);
  });
});

describe("meanwhile", () => {
  test("proposals are refused so that they can be tried again, whatever they insist on", () => {
    const net = ledByA();
    net.member("b").down = true;
    transfer(net, "a", "b");
    const data = new Uint8Array([1]);
    for (const [id, onlyInTerm] of [null, 1, 7].entries()) {
      net.step("a", { kind: "propose", proposals: [{ id, data }], onlyInTerm });
    }
    expect(net.member("a").all("proposalRejected")).toMatchObject([
      { id: 0, reason: "ERR_NO_LEADER" },
      { id: 1, reason: "ERR_NO_LEADER" },
      { id: 2, reason: "ERR_NOT_LEADER" },
    ]);
    expect(net.raft("a").view().last).toBe(1);
  });

  test("those of followers are refused, who go on to follow", () => {
    const net = ledByA();
    net.member("b").down = true;
    transfer(net, "a", "b");
    const id = net.propose("c", "x");
    net.deliver();
    expect(net.member("c").all("proposalRejected")).toMatchObject([
      { id, reason: "ERR_NO_LEADER" },
    ]);
    expect(net.raft("c").view().leader).toBe("a");
    expect(net.raft("a").view().last).toBe(1);
  });

  test("reads are served, the leader's and a follower's", () => {
    const net = ledByA();
    net.member("b").down = true;
    transfer(net, "a", "b");
    net.step("a", { kind: "readBarrier", id: 1 });
    net.step("c", { kind: "readBarrier", id: 2 });
    net.deliver();
    expect(net.member("a").all("readReady")).toMatchObject([{ id: 1, index: 1 }]);
    expect(net.member("c").all("readReady")).toMatchObject([{ id: 2, index: 1 }]);
  });

  test("a read that the old leader has not confirmed when the target is elected is never confirmed by it", () => {
    const net = ledByA();
    transfer(net, "a", "b");
    net.step("a", { kind: "readBarrier", id: 1 });
    net.deliver(({ message }) => !message.kind.startsWith("heartbeat"));
    expect(net.leader()).toBe("b");
    net.propose("b", "newer");
    net.deliver();
    expect(net.member("a").all("readReady")).toEqual([]);
    expect(net.member("a").all("readFailed")).toMatchObject([{ id: 1 }]);
  });
});

describe("a request for votes by the leader's wish", () => {
  function ask(net: TestNetwork, last: { term: number; index: number }): void {
    const message = { kind: "voteRequest", term: 2, poll: "transfer", last } as const;
    net.step("c", { kind: "receive", from: "b", message });
  }

  test("is granted by a voter that hears the leader", () => {
    const net = ledByA();
    ask(net, { term: 1, index: 1 });
    const [letter] = net.letters;
    expect(letter?.message).toMatchObject({ kind: "voteReply", term: 2, granted: true });
  });

  test("is refused to an older log all the same", () => {
    const net = ledByA();
    net.propose("a", "x");
    net.deliver();
    net.letters = [];
    ask(net, { term: 1, index: 1 });
    const [letter] = net.letters;
    expect(letter?.message).toMatchObject({ kind: "voteReply", term: 2, granted: false });
  });

  test("is repeated as such to a voter whose link comes up, but not after a lost election", () => {
    const net = ledByA();
    transfer(net, "a", "b");
    net.deliver(({ message }) => message.kind === "timeoutNow");
    net.letters = [];
    net.step("b", { kind: "linkUp", peer: "c", incarnation: 2 });
    expect(net.letters.map(({ message }) => message)).toMatchObject([{ poll: "transfer" }]);
    net.letters = [];
    net.campaign("b");
    for (let i = 0; i < 45 && net.raft("b").view().role === "candidate"; i++) {
      net.now += 50;
      net.step("b", { kind: "tick" });
    }
    expect(net.letters.map(({ message }) => message)).toMatchObject([
      { poll: "pre-vote" },
      { poll: "pre-vote" },
    ]);
  });
});

describe("an order to campaign", () => {
  test("of an older term is not followed", () => {
    const net = ledByA();
    transfer(net, "a", "b");
    const [order] = net.letters;
    net.deliver();
    transfer(net, "b", "c");
    net.deliver();
    expect(net.raft("b").view()).toMatchObject({ leader: "c", term: 3 });
    if (order !== undefined) {
      net.step("b", { kind: "receive", from: "a", message: order.message });
    }
    expect(net.raft("b").view()).toMatchObject({ leader: "c", term: 3 });
  });

  test("is followed by a member that was asking whether it would win", () => {
    const net = ledByA();
    net.isolate("b");
    net.campaign("b");
    expect(net.raft("b").view().role).toBe("pre-candidate");
    net.letters = [];
    const message = { kind: "timeoutNow", term: 1 } as const;
    net.step("b", { kind: "receive", from: "a", message });
    expect(net.raft("b").view()).toMatchObject({ role: "candidate", term: 2 });
  });

  test("is not followed by a member without a vote", () => {
    const net = ledByA(4, 3);
    const message = { kind: "timeoutNow", term: 1 } as const;
    net.step("d", { kind: "receive", from: "a", message });
    expect(net.raft("d").view()).toMatchObject({ role: "follower", term: 1 });
  });
});
