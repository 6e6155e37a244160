import { isVoter, votersOf, type NodeId, type PeerProgress } from "@quorate/core";
import { counter, gauge, summary, type Family } from "../../metrics/index.ts";
import { modeOf, type ServerFacts } from "../facts/index.ts";

/** The member's part in the ensemble. */
export function ensembleFamilies(facts: ServerFacts): readonly Family[] {
  const { ensemble, view } = facts;
  const { asLeader, asLearner } = ensemble;
  const voters = votersOf(view.configurations.committed.quorum).length;
  return [
    gauge("quorum_size", "Servers that have a vote.", voters),
    ...(modeOf(facts) === "leader" ? learnerFamilies(facts) : []),
    counter("looking_count", "Times that it looked for a leader.", ensemble.lookings),
    summary("election_time", "Milliseconds that elections took.", ensemble.elections),
    summary("unavailable_time", "Milliseconds that nobody could be served.", ensemble.outages),
    summary("fsynctime", "Milliseconds until what was logged was durable.", ensemble.syncs),
    summary("snapshottime", "Milliseconds that snapshots took.", ensemble.snapshotTimes),
    counter("proposal_count", "Transactions that it proposed, leading.", asLeader.proposed),
    counter("commit_count", "Transactions that it committed, leading.", asLeader.committed),
    counter(
      "learner_proposal_received_count",
      "Transactions that a leader proposed to it.",
      asLearner.proposed,
    ),
    counter(
      "learner_commit_received_count",
      "Transactions that a leader told it to be committed.",
      asLearner.committed,
    ),
    counter("diff_count", "Servers that it brought up to date out of its log.", ensemble.diffs),
    counter("snap_count", "Servers that it sent a snapshot.", ensemble.snapshots),
  ];
}

/** What the leader knows of the others. */
function learnerFamilies({ view, ensemble, now }: ServerFacts): readonly Family[] {
  const { progress, configurations } = view;
  const count = (which: (peer: PeerProgress, id: NodeId) => boolean): number =>
    [...progress].filter(([id, peer]) => peer.active && which(peer, id)).length;
  const { last, max, min } = ensemble.proposalSizes;
  const votes = (id: NodeId): boolean => isVoter(configurations.committed, id);
  return [
    gauge(
      "learners",
      "Servers that follow it.",
      count(() => true),
    ),
    gauge(
      "synced_followers",
      "Servers with a vote that are up to date.",
      count(({ state }, id) => state === "replicate" && votes(id)),
    ),
    gauge("synced_non_voting_followers", "Followers without a vote: there are none.", 0),
    gauge(
      "synced_observers",
      "Observers that are up to date.",
      count(({ state }, id) => state === "replicate" && !votes(id)),
    ),
    gauge(
      "pending_syncs",
      "Servers that are being sent a snapshot.",
      count(({ state }) => state === "snapshot"),
    ),
    gauge("last_proposal_size", "Bytes of the last transaction; -1 before it.", last),
    gauge("max_proposal_size", "Bytes of the largest transaction; -1 before it.", max),
    gauge("min_proposal_size", "Bytes of the smallest transaction; -1 before it.", min),
    gauge("leader_uptime", "Milliseconds that it leads.", Math.round(ensemble.leadingMillis(now))),
  ];
}
