import { assert, Drafts, ReadRounds, type NodeId, type Term } from "@quorate/core";
import { sealDrafts } from "../leader/drafts.ts";
import { concludeTransfer } from "../leader/transfer.ts";
import { freshProgress } from "../progress/progress.ts";
import type { RaftNode } from "../node.ts";
import { followNobody, type Candidate, type Role } from "../role.ts";

const EMPTY = new Uint8Array(0);

/** Follows a leader, or nobody yet, in the given term. Whatever the old role owed is settled. */
export function becomeFollower(node: RaftNode, term: Term, leader: NodeId | null): void {
  settle(node, node.role);
  if (term > node.term) node.setHardState({ term, votedFor: null });
  const nobody = followNobody(node.outbox);
  node.role = leader === null ? nobody : { ...nobody, leader, heardAt: node.now };
  node.resetElectionTimer();
  node.trace("follower", { leader });
  if (leader !== null) concludeTransfer(node, leader);
}

/** Begins to ask whether it would win. */
export function becomePreCandidate(node: RaftNode): void {
  settle(node, node.role);
  node.role = { kind: "pre-candidate", votes: new Map([[node.self, true]]) };
  node.resetElectionTimer();
  node.trace("pre-candidate");
}

/** Enters a new term and votes for itself. */
export function becomeCandidate(node: RaftNode, poll: Candidate["poll"]): void {
  settle(node, node.role);
  node.setHardState({ term: node.term + 1, votedFor: node.self });
  node.role = { kind: "candidate", poll, votes: new Map() };
  node.resetElectionTimer();
  node.trace("candidate");
}

/** Won: appends a no-op, without which nothing of older terms could be committed (§5.4.2, §8). */
export function becomeLeader(node: RaftNode): void {
  assert(node.transfer === null, "a transfer is over before its leader can be elected again");
  const drafts = new Drafts(node.uncommittedBytes());
  const next = drafts.add({ kind: "noop", data: EMPTY }, node.log.lastIndex);
  node.role = {
    kind: "leader",
    followers: new Map(node.peers.map((peer) => [peer, freshProgress(next, node.now)])),
    noop: next,
    drafts,
    reads: new ReadRounds(),
    heartbeatAt: node.now + node.heartbeatMillis,
  };
  node.trace("leader", { last: node.log.lastIndex, commit: node.commit });
}

/** Nobody is left waiting for an answer that this role can no longer give. */
function settle(node: RaftNode, role: Role): void {
  if (role.kind === "leader") {
    // Places were given out this turn: the entries must exist, even if they are truncated later.
    sealDrafts(node, role);
    for (const { from, id } of role.reads.drain()) {
      if (from === null) node.outbox.emit({ kind: "readFailed", id });
      else {
        const { peer, session } = from;
        node.outbox.send(peer, { kind: "readReply", term: node.term, session, id, index: null });
      }
    }
  }
  if (role.kind === "follower") role.passedOn.lose();
}
