import { ORIGIN, type NodeId, type Position } from "@quorate/core";
import type { Vote } from "../../src/election/vote.ts";
import type { Notification, ServerState } from "../../src/messages.ts";
import type { TestNetwork } from "../network.ts";

/** What somebody would vote for who has taken up the epoch and whose log ends there. */
export function voteFor(leader: NodeId, epoch: number = 0, last: Position = ORIGIN): Vote {
  return { leader, epoch, last };
}

export function notification(
  vote: Vote | null,
  round: number = 1,
  state: ServerState = "LOOKING",
): Notification {
  return { kind: "notification", state, round, vote };
}

/** The newest notification that the member sent to the peer. */
export function newest(net: TestNetwork, id: NodeId, to: NodeId): Notification {
  const last = net.member(id).sentTo(to, "notification").at(-1);
  if (last === undefined) throw new Error(`${id} told ${to} of no vote`);
  return last;
}

/** How many notifications the member sent to the peer. */
export function told(net: TestNetwork, id: NodeId, to: NodeId): number {
  return net.member(id).sentTo(to, "notification").length;
}

/**
 * The peers, which the test plays, agree with the member's vote, and the wait for a better one passes:
 * the member leads or follows.
 */
export function agree(net: TestNetwork, id: NodeId, ...peers: readonly NodeId[]): void {
  for (const peer of peers) {
    const { round, vote } = newest(net, id, peer);
    net.hear(id, peer, notification(vote, round));
  }
  for (let waited = 0; waited < 300 && net.role(id) === "LOOKING"; waited += 50) net.tick(50);
}
