import type { NodeId } from "@quorate/core";
import type { VoteReply } from "../messages.ts";
import type { RaftNode } from "../node.ts";
import type { Candidate, PreCandidate } from "../role.ts";
import { countVotes } from "./campaign.ts";

/** An answer to the poll this role is holding; answers to the other kind of poll come too late. */
export function onVoteReply(
  node: RaftNode,
  from: NodeId,
  reply: VoteReply,
  role: PreCandidate | Candidate,
): void {
  const pre = role.kind === "pre-candidate";
  const asked = pre ? node.term + 1 : node.term;
  if (reply.pre !== pre || (reply.granted && reply.term !== asked)) return;
  role.votes.set(from, reply.granted);
  countVotes(node);
}
