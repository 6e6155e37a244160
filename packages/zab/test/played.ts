import { ORIGIN, type NodeId } from "@quorate/core";
import { historyOf } from "../src/discovery/history.ts";
import type { AckEpoch, FollowerInfo } from "../src/messages.ts";
import { agree, notification, voteFor } from "./election/played.ts";
import { logOf } from "./log-of.ts";
import { TestNetwork, type NetworkOptions } from "./network.ts";
import type { TestMember } from "./test-member.ts";

/** A session that a learner which the test plays might draw. */
export const SESSION = 7;

export function followerInfo(acceptedEpoch: number, session: number = SESSION): FollowerInfo {
  return { kind: "followerInfo", session, acceptedEpoch };
}

/** An empty learner's promise, or that of one with entries of these epochs. */
export function ackEpoch(currentEpoch: number | null, ...terms: readonly number[]): AckEpoch {
  const history = historyOf(logOf(ORIGIN, ...terms));
  return { kind: "ackEpoch", session: SESSION, currentEpoch, history };
}

/** The member, which has the largest id, is elected by two peers that the test plays. */
export function electedLeader(options: NetworkOptions & { readonly size: number }): TestNetwork {
  const id = String(options.size);
  const net = new TestNetwork({ real: [id], ...options });
  agree(net, id, "1", "2");
  return net;
}

/** The leader and its peers go through discovery; the peers have taken up this epoch before. */
export function promise(
  net: TestNetwork,
  leader: NodeId,
  peers: readonly NodeId[],
  currentEpoch: number = 0,
  ...terms: readonly number[]
): void {
  for (const peer of peers) net.hear(leader, peer, followerInfo(currentEpoch));
  for (const peer of peers) net.hear(leader, peer, ackEpoch(currentEpoch, ...terms));
}

/** The leader and its peers, whose logs are empty, go through discovery and synchronization. */
export function establish(net: TestNetwork, leader: NodeId, ...peers: readonly NodeId[]): void {
  promise(net, leader, peers);
  for (const peer of peers) {
    const [newLeader] = net.member(leader).sentTo(peer, "newLeader");
    if (newLeader === undefined) throw new Error(`${peer} was not told of the epoch`);
    const { session, epoch } = newLeader;
    net.hear(leader, peer, { kind: "ackNewLeader", session, epoch, through: 0 });
  }
}

/** Member 2 of three follows 3, which the test plays as it plays 1; 3's words need its session. */
export function followingTwo(options: NetworkOptions = {}): {
  readonly net: TestNetwork;
  readonly two: TestMember;
  readonly session: number;
} {
  const net = new TestNetwork({ size: 3, real: ["2"], ...options });
  for (const [from, state] of [
    ["1", "FOLLOWING"],
    ["3", "LEADING"],
  ] as const) {
    net.hear("2", from, notification(voteFor("3", 99), 1, state));
  }
  const two = net.member("2");
  return { net, two, session: two.sentTo("3", "followerInfo")[0]?.session ?? -1 };
}
