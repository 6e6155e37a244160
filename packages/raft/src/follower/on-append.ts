import { runFrom, type Entry, type NodeId } from "@quorate/core";
import type { Append, Commit, Heartbeat } from "../messages.ts";
import type { RaftNode } from "../node.ts";

/**
 * Takes the leader's entries if the logs agree before them (§5.3). Entries that are there already
 * stay, so that an older append which arrives late truncates nothing.
 */
export function onAppend(node: RaftNode, from: NodeId, append: Append): void {
  const { log, term } = node;
  const { prev, run } = append;
  // What is committed is in every leader's log: there the logs agree without being compared.
  if (prev.index > node.commit && log.termAt(prev.index) !== prev.term) {
    const hint = log.newestAtMost(Math.min(prev.index - 1, log.lastIndex), prev.term);
    node.outbox.send(from, { kind: "appendRejected", term, rejected: prev.index, hint });
    return;
  }
  const kept = run.entries.findIndex((entry) => isNews(node, entry));
  if (kept >= 0) node.accept(runFrom(run, kept));
  // At or before the commit index everything matches, whatever this append held.
  const match = Math.max(prev.index + run.entries.length, node.commit);
  node.commitThrough(Math.min(append.commit, match));
  node.outbox.promise(from, { kind: "appendAccepted", term, match });
}

/** Whether the entry is not in the log yet, or another one is in its place. */
function isNews(node: RaftNode, entry: Entry): boolean {
  return entry.index > node.commit && node.log.termAt(entry.index) !== entry.term;
}

export function onHeartbeat(node: RaftNode, from: NodeId, heartbeat: Heartbeat): void {
  takeCommit(node, heartbeat);
  node.outbox.send(from, { kind: "heartbeatReply", term: node.term, round: heartbeat.round });
}

export function onCommit(node: RaftNode, _from: NodeId, commit: Commit): void {
  takeCommit(node, commit);
}

/**
 * The leader names no index that we did not acknowledge to it in its term: if it is not in our log,
 * the disk has lost what it had confirmed (etcd #10951), and going on would hide it.
 */
function takeCommit(node: RaftNode, { commit }: Heartbeat | Commit): void {
  node.commitThrough(commit);
}
