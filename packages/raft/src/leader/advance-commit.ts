import { entryBytes, quorumIndex } from "@quorate/core";
import type { RaftNode } from "../node.ts";
import type { Leader } from "../role.ts";

/**
 * Commits what a quorum has, if it is of the leader's own term: an entry of an older term may be on
 * a majority and still be overwritten (§5.4.2, Figure 8); it is committed by one that follows it.
 * The leader counts itself only as far as its own disk has it.
 */
export function advanceCommit(node: RaftNode, role: Leader): void {
  const index = quorumIndex(node.configurations.latest.quorum, (id) =>
    id === node.self ? node.durable.through : (role.followers.get(id)?.match ?? 0),
  );
  if (index <= node.commit || node.log.termAt(index) !== node.term) return;
  for (const entry of node.log.slice(node.commit + 1, index))
    role.drafts.settled(entryBytes(entry));
  node.commitThrough(index);
}
