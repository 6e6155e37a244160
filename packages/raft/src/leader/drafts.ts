import { appendRun, entryBytes, type EntryRun, type Position, type Proposal } from "@quorate/core";
import type { RaftNode } from "../node.ts";
import type { Leader } from "../role.ts";

/** Gives a command its place in the log; it is encoded with the rest of the turn's. */
export function draftCommand(node: RaftNode, role: Leader, proposal: Proposal): Position {
  const { data } = proposal;
  role.drafts.push({ kind: "command", data });
  role.uncommittedBytes += entryBytes(proposal);
  return { term: node.term, index: node.log.lastIndex + role.drafts.length };
}

/**
 * Ends the turn's batch: one encoding, which the log store and every follower get, and one write.
 * The write runs in parallel with the appends; the leader counts itself when it is durable.
 */
export function sealDrafts(node: RaftNode, role: Leader): EntryRun | null {
  if (role.drafts.length === 0) return null;
  const first = node.log.lastIndex + 1;
  const run = appendRun(role.drafts, { first, term: node.term, time: node.wall });
  role.drafts = [];
  node.log.append(run.entries);
  node.durable.written(node.outbox.write(null, run), node.log.lastIndex);
  return run;
}
