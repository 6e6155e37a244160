import { appendRun } from "@quorate/core";
import { expect, test } from "vitest";
import type { RaftMessage } from "../../src/index.ts";
import { TestNetwork } from "../network.ts";

const EMPTY = new Uint8Array(0);

test("a stale log wins no vote (§5.4.1)", () => {
  const net = new TestNetwork(3);
  net.campaign("a");
  net.deliver();
  net.isolate("c");
  net.propose("a", "x");
  net.deliver();
  net.heal();
  net.member("a").down = true;
  net.campaign("c");
  net.deliver();
  expect(net.raft("c").view().isLeader).toBe(false);
  net.campaign("b");
  net.deliver();
  expect(net.raft("b").view().isLeader).toBe(true);
});

test("Figure 8: an entry of an older term is not committed by counting", () => {
  const net = new TestNetwork(5);
  // S1 leads term 1 and gets its entry to S2 only.
  net.campaign("a");
  net.deliver(
    (letter) => letter.message.kind === "voteRequest" || letter.message.kind === "voteReply",
  );
  net.letters = net.letters.filter((letter) => letter.to === "b");
  net.deliver((letter) => letter.to === "b");
  net.letters = [];
  expect(net.member("b").disk.log.length).toBe(1);
  // A leader of a later term replicates that old entry to a majority before its own no-op is.
  net.isolate("e");
  net.campaign("b");
  const isOwn = (message: RaftMessage): boolean =>
    message.kind === "append" && message.run.entries.some((entry) => entry.term > 1);
  net.deliver((letter) => !isOwn(letter.message));
  expect(net.raft("b").view().isLeader).toBe(true);
  expect(net.raft("b").view().commit).toBe(0);
  net.deliver();
  expect(net.raft("b").view().commit).toBeGreaterThan(0);
});

test("what is committed is never truncated: a leader that tries is stopped by the assertion", () => {
  const net = new TestNetwork(3);
  net.campaign("a");
  net.deliver();
  const run = appendRun([{ kind: "noop", data: EMPTY }], { first: 1, term: 9, time: 0 });
  const message = { kind: "append", term: 9, prev: { term: 0, index: 0 }, commit: 1, run } as const;
  net.step("b", { kind: "receive", from: "c", message });
  // The committed entry at 1 is kept; the impostor's is ignored.
  expect(net.member("b").disk.log[0]?.term).toBe(1);
});

test("a commit index beyond the log stops the member: its disk lost what it had confirmed", () => {
  const net = new TestNetwork(3);
  net.campaign("a");
  net.deliver();
  const { term } = net.raft("a").view();
  const message = { kind: "heartbeat", term, commit: 99, round: 0 } as const;
  expect(() => net.step("b", { kind: "receive", from: "a", message })).toThrow(/invariant broken/);
});
