import type { EntryRun, Index, NodeId } from "@quorate/core";
import type { ZabNode } from "../node.ts";
import type { Feed, Leader, LearnerHandler } from "../phase.ts";
import { dropLearner } from "./drop-learner.ts";

/**
 * Sends every learner what it is owed, as far as its window allows. Called once a turn.
 *
 * @param fresh - the run sealed this turn: its bytes are shared by all who are up to date
 */
export function feedLearners(node: ZabNode, leader: Leader, fresh: EntryRun | null): void {
  for (const [id, handler] of leader.learners) feedLearner(node, leader, id, handler, fresh);
}

function feedLearner(
  node: ZabNode,
  leader: Leader,
  id: NodeId,
  handler: LearnerHandler,
  fresh: EntryRun | null,
): void {
  const { state, session } = handler;
  if (state.kind === "synchronizing") {
    while (sendNext(node, leader, id, handler, state.feed, state.through, fresh));
    if (state.newLeaderSent || state.feed.next <= state.through) return;
    state.newLeaderSent = true;
    node.outbox.send(id, { kind: "newLeader", session, epoch: node.term });
  } else if (state.kind === "broadcast" && leader.stage.kind === "broadcast") {
    // Observers learn of what is committed only.
    const through = handler.isVoter ? node.log.lastIndex : node.commit;
    while (sendNext(node, leader, id, handler, state.feed, through, fresh));
    if (handler.isVoter) tellCommit(node, id, handler, state.feed);
  }
}

/** Sends one run if there is something to send and room; true when it may be called again. */
function sendNext(
  node: ZabNode,
  leader: Leader,
  id: NodeId,
  handler: LearnerHandler,
  feed: Feed,
  through: Index,
  fresh: EntryRun | null,
): boolean {
  const { limits, log } = node;
  const { next, inflights } = feed;
  if (next > through || feed.loading !== null) return false;
  if (inflights.isFull(limits.inflightMax, limits.inflightBytesMax)) return false;
  if (log.termAt(next - 1) === null) {
    dropLearner(node, leader, id, "the log it needs is gone");
    return false;
  }
  const isFresh = fresh?.entries[0]?.index === next && log.lastIndex <= through;
  const run = isFresh ? fresh : log.run(next, limits.proposalBytesMax, through);
  if (run !== null) {
    sendRun(node, id, handler, feed, run);
    return true;
  }
  feed.loading = next;
  const bytesMax = limits.proposalBytesMax;
  node.outbox.emit({ kind: "loadEntries", first: next, last: through, bytesMax });
  return false;
}

function sendRun(
  node: ZabNode,
  id: NodeId,
  handler: LearnerHandler,
  feed: Feed,
  run: EntryRun,
): void {
  const { session } = handler;
  const last = feed.next + run.entries.length - 1;
  const informs = !handler.isVoter && handler.state.kind === "broadcast";
  if (informs) node.outbox.send(id, { kind: "inform", session, run });
  else {
    const commit = Math.min(node.commit, last);
    node.outbox.send(id, { kind: "proposal", session, commit, run });
    handler.toldCommit = commit;
  }
  feed.inflights.add(last, run.bytes.length);
  feed.next = last + 1;
}

/** A commit that no proposal carries goes alone, so that learners apply without delay. */
function tellCommit(node: ZabNode, id: NodeId, handler: LearnerHandler, feed: Feed): void {
  const commit = Math.min(node.commit, feed.next - 1);
  if (commit <= handler.toldCommit) return;
  handler.toldCommit = commit;
  node.outbox.send(id, { kind: "commit", session: handler.session, commit });
}

/**
 * Entries that were read back from the disk for whoever waits for them; none: they are gone. What was
 * read before a truncation is not what the log holds now.
 */
export function onEntriesLoaded(node: ZabNode, first: Index, run: EntryRun): void {
  if (node.phase.kind !== "leader") return;
  const leader = node.phase;
  const last = run.entries.at(-1);
  const isOurs = last !== undefined && node.log.termAt(last.index) === last.term;
  for (const [id, handler] of leader.learners) {
    const { state } = handler;
    const feed = state.kind === "synchronizing" || state.kind === "broadcast" ? state.feed : null;
    if (feed?.loading !== first) continue;
    feed.loading = null;
    if (isOurs) sendRun(node, id, handler, feed, run);
    else dropLearner(node, leader, id, "the log it needs is gone");
  }
}
