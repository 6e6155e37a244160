import type { EntryRun, Position, Proposal } from "@quorate/core";
import type { RaftNode } from "../node.ts";
import type { Leader } from "../role.ts";

/** Gives a command its place in the log; it is encoded with the rest of the turn's. */
export function draftCommand(node: RaftNode, role: Leader, proposal: Proposal): Position {
  const draft = { kind: "command", data: proposal.data } as const;
  return { term: node.term, index: role.drafts.add(draft, node.log.lastIndex) };
}

/**
 * Ends the turn's batch: one encoding, which the log store and every follower get, and one write.
 * The write runs in parallel with the appends; the leader counts itself when it is durable.
 */
export function sealDrafts(node: RaftNode, role: Leader): EntryRun | null {
  const first = node.log.lastIndex + 1;
  const run = role.drafts.seal({ first, term: node.term, time: node.wall });
  if (run !== null) node.accept(run);
  return run;
}
