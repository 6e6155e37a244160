import type { Index, NodeId, SnapshotHandle, SnapshotMeta } from "@quorate/core";
import { becomeFollower } from "./election/become.ts";
import type { RaftNode } from "./node.ts";
import { becomeProbe } from "./progress/progress.ts";

/** The service wants a snapshot of what it has applied, with the configuration in force there. */
export function onCheckpoint(node: RaftNode): void {
  const term = node.log.termAt(node.applied);
  if (node.installing || term === null || node.applied <= (node.snapshot?.position.index ?? 0)) {
    return;
  }
  const position = { term, index: node.applied };
  const configuration = node.configurations.current.committed;
  node.outbox.emit({ kind: "takeSnapshot", meta: { position, configuration } });
}

/** Our state is safe without the log before it; some entries stay for followers a little behind. */
export function onSnapshotTaken(node: RaftNode, meta: SnapshotMeta): void {
  if (meta.position.index <= (node.snapshot?.position.index ?? 0)) return;
  node.snapshot = meta;
  const through = Math.min(meta.position.index - node.limits.trailingEntries, neededBy(node));
  if (through <= node.log.base.index) return;
  node.log.trim(through);
  node.outbox.emit({ kind: "trimLog", through });
}

/**
 * A follower that is being sent a snapshot will want the entries behind it: trimming them meanwhile
 * would send it another snapshot, for ever. Bounded: a transfer without progress is given up.
 */
function neededBy(node: RaftNode): Index {
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
    install(node, meta, handle);
  } else {
    // What it holds is in the log already.
    node.outbox.emit({ kind: "discardSnapshot", handle });
    node.commitThrough(position.index);
  }
  node.outbox.promise(from, { kind: "appendAccepted", term, match: node.commit });
}

function install(node: RaftNode, meta: SnapshotMeta, handle: SnapshotHandle): void {
  const { index } = meta.position;
  node.trace("snapshot-installed", { index });
  const ticket = node.outbox.install(handle, meta);
  node.log.reset(meta.position);
  node.durable.replaced(ticket, index);
  node.configurations.reset(meta.configuration);
  node.snapshot = meta;
  node.installing = true;
  node.commit = index;
  node.handed = index;
}

export function onSnapshotInstalled(node: RaftNode, ticket: number): void {
  node.outbox.durable(ticket);
  node.durable.durable(ticket);
  node.installing = false;
  node.applied = node.handed;
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
