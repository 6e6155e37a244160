import { assert, type EntryRun, type NodeId } from "@quorate/core";
import type { RaftNode } from "../node.ts";
import type { Progress } from "../progress/progress.ts";
import type { Leader } from "../role.ts";

/**
 * Sends every follower what it is owed, as far as its window allows. Called once a turn.
 *
 * @param fresh - the run sealed this turn: its bytes are shared by all who are up to date
 */
export function replicate(node: RaftNode, role: Leader, fresh: EntryRun | null): void {
  for (const [peer, progress] of role.followers) {
    while (sendNext(node, peer, progress, fresh));
    tellCommit(node, peer, progress);
  }
}

/** Sends one append if there is something to send and room; true when it may be called again. */
function sendNext(
  node: RaftNode,
  peer: NodeId,
  progress: Progress,
  fresh: EntryRun | null,
): boolean {
  const { feed } = progress;
  const { limits, log } = node;
  if (feed.kind === "snapshot" || progress.loading !== null) return false;
  if (progress.next > log.lastIndex) return false;
  if (feed.kind === "probe" && feed.paused) return false;
  if (
    feed.kind === "replicate" &&
    feed.inflights.isFull(limits.inflightMax, limits.inflightBytesMax)
  ) {
    return false;
  }
  if (log.termAt(progress.next - 1) === null) {
    startSnapshot(node, peer, progress);
    return false;
  }
  const isFresh = fresh?.entries[0]?.index === progress.next;
  const run = isFresh ? fresh : log.run(progress.next, limits.appendBytesMax);
  if (run !== null) return sendRun(node, peer, progress, run);
  progress.loading = progress.next;
  node.outbox.emit({
    kind: "loadEntries",
    first: progress.next,
    last: log.lastIndex,
    bytesMax: limits.appendBytesMax,
  });
  return false;
}

/** Sends the run, which begins at `next`. */
export function sendRun(node: RaftNode, peer: NodeId, progress: Progress, run: EntryRun): boolean {
  const { feed } = progress;
  const prevTerm = node.log.termAt(progress.next - 1);
  const last = run.entries.at(-1);
  if (prevTerm === null || last === undefined) return false;
  assert(run.entries[0]?.index === progress.next, "the run begins where the follower stands");
  const prev = { term: prevTerm, index: progress.next - 1 };
  const { term, commit } = node;
  node.outbox.send(peer, { kind: "append", term, prev, commit, run });
  // The append carries a commit index that the follower takes up as far as its entries reach.
  progress.toldCommit = Math.min(commit, last.index);
  if (feed.kind === "probe") {
    feed.paused = true;
    return false;
  }
  if (feed.kind === "replicate") feed.inflights.add(last.index, run.bytes.length);
  progress.next = last.index + 1;
  return true;
}

/** A commit index that no append carries goes alone, so that followers apply without delay. */
function tellCommit(node: RaftNode, peer: NodeId, progress: Progress): void {
  const commit = Math.min(node.commit, progress.match);
  if (progress.feed.kind !== "replicate" || commit <= progress.toldCommit) return;
  progress.toldCommit = commit;
  node.outbox.send(peer, { kind: "commit", term: node.term, commit });
}

/** The entries it needs are gone: it gets our snapshot, if it is there to take one. */
function startSnapshot(node: RaftNode, peer: NodeId, progress: Progress): void {
  const { snapshot } = node;
  if (snapshot === null || node.now - progress.heardAt > node.electionMillis) return;
  const { index } = snapshot.position;
  progress.feed = { kind: "snapshot", index };
  progress.movedAt = node.now;
  node.outbox.emit({ kind: "streamSnapshot", to: peer });
  node.trace("snapshot-offered", { to: peer, index });
}
