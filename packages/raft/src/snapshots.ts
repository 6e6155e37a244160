import type { Index, NodeId, SnapshotHandle, SnapshotMeta } from "@quorate/core";
import { becomeFollower } from "./election/become.ts";
import type { RaftNode } from "./node.ts";
import { becomeProbe } from "./progress/progress.ts";

/**
 * The entries behind a snapshot that a follower is being sent are kept for it. Bounded: a transfer
 * without progress is given up.
 */
export function neededFrom(node: RaftNode): Index {
  if (node.role.kind !== "leader") return Infinity;
  const feeds = [...node.role.followers.values()].map((progress) => progress.feed);
  return Math.min(...feeds.map((feed) => (feed.kind === "snapshot" ? feed.index : Infinity)));
}

/** A snapshot holds committed entries only, so whoever sent it: it may be taken if it is newer. */
export function onSnapshotReceived(
  node: RaftNode,
  from: NodeId,
  meta: SnapshotMeta,
  handle: SnapshotHandle,
): void {
  const { position } = meta;
  if (position.term > node.term) becomeFollower(node, position.term, null);
  const { term } = node;
  if (position.index > node.commit && node.log.termAt(position.index) !== position.term) {
    node.install(meta, handle);
  } else {
    // What it holds is in the log already.
    node.outbox.emit({ kind: "discardSnapshot", handle });
    node.commitThrough(position.index);
  }
  node.outbox.promise(from, { kind: "appendAccepted", term, match: node.commit });
}

/** The follower has the snapshot, or could not be given it: its log is probed behind it. */
export function onSnapshotSent(node: RaftNode, to: NodeId, delivered: boolean): void {
  if (node.role.kind !== "leader") return;
  const progress = node.role.followers.get(to);
  if (progress?.feed.kind !== "snapshot") return;
  const { index } = progress.feed;
  node.trace("snapshot-sent", { to, index, delivered });
  becomeProbe(progress, node.now);
  if (delivered) progress.next = Math.max(progress.next, index + 1);
  // Not at once: it is tried again when the follower next shows that it lives.
  else progress.feed = { kind: "probe", paused: true };
}
