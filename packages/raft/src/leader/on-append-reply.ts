import type { NodeId } from "@quorate/core";
import type { AppendAccepted, AppendRejected } from "../messages.ts";
import type { RaftNode } from "../node.ts";
import { advanceMatch, becomeProbe, becomeReplicate } from "../progress/progress.ts";
import type { Leader } from "../role.ts";
import { advanceCommit } from "./advance-commit.ts";

/** The follower has everything up to `match`: the window moves, and perhaps the commit index. */
export function onAppendAccepted(
  node: RaftNode,
  from: NodeId,
  reply: AppendAccepted,
  role: Leader,
): void {
  const progress = role.followers.get(from);
  if (progress === undefined) return;
  progress.heardAt = node.now;
  const moved = advanceMatch(progress, reply.match, node.now);
  const { feed } = progress;
  // Also an old append may say that a follower no longer needs the snapshot it is being sent.
  const arrived = feed.kind === "snapshot" && node.log.termAt(progress.match) !== null && moved;
  if (feed.kind === "probe" || arrived) becomeReplicate(progress, node.now);
  if (moved) advanceCommit(node, role);
}

/**
 * The logs part somewhere before `rejected`. Both sides skip whole terms that the other cannot have,
 * so that the place is found in a round per term.
 */
export function onAppendRejected(
  node: RaftNode,
  from: NodeId,
  reply: AppendRejected,
  role: Leader,
): void {
  const progress = role.followers.get(from);
  if (progress === undefined) return;
  progress.heardAt = node.now;
  const { feed } = progress;
  if (feed.kind === "replicate") {
    // Something on the way was lost. What is matched stays matched: go on behind it.
    if (reply.rejected > progress.match) becomeProbe(progress, node.now);
    return;
  }
  if (feed.kind !== "probe" || reply.rejected !== progress.next - 1) return; // to an older append
  const agreed = node.log.newestAtMost(reply.hint.index, reply.hint.term);
  progress.next = Math.max(Math.min(agreed.index + 1, progress.next - 1), progress.match + 1);
  feed.paused = false;
  progress.movedAt = node.now;
}
