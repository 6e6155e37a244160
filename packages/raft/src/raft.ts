import type {
  Effect,
  EntryRun,
  GroupView,
  Index,
  Instant,
  NodeId,
  PeerProgress,
  Proposal,
  Protocol,
  ProtocolEvent,
  StorageState,
  Term,
  Ticket,
} from "@quorate/core";
import { becomeFollower } from "./election/become.ts";
import { campaign, countOwnVote, requestVoteOf } from "./election/campaign.ts";
import { expireForwarded, forwardProposals, requestRead } from "./follower/forward.ts";
import { campaignSoon } from "./follower/leader-gone.ts";
import { handle } from "./handlers.ts";
import { advanceCommit } from "./leader/advance-commit.ts";
import { sealDrafts } from "./leader/drafts.ts";
import { beginReadRound, broadcastHeartbeat, checkQuorum } from "./leader/heartbeat.ts";
import { proposeAsLeader } from "./leader/on-propose.ts";
import { replicate, sendRun } from "./leader/replicate.ts";
import { expireTransfer, tellTarget, transferLeadership } from "./leader/transfer.ts";
import type { RaftMessage } from "./messages.ts";
import { RaftNode } from "./node.ts";
import { checkRaftOptions, type RaftOptions } from "./options.ts";
import { becomeProbe } from "./progress/progress.ts";
import { neededFrom, onSnapshotReceived, onSnapshotSent } from "./snapshots.ts";
import { passesTermGate } from "./term-gate.ts";

interface Leadership {
  readonly term: Term;
  readonly leader: NodeId | null;
  readonly ready: boolean;
}

/**
 * Raft (Ongaro & Ousterhout) as a deterministic state machine: pre-vote, check-quorum, pipelined
 * replication, ReadIndex, snapshots, leadership transfer. Knows no clock, disk or network; see {@link Protocol}.
 *
 * @example
 * ```ts
 * import { majorityOf, Prng } from "@quorate/core";
 * import { Raft } from "@quorate/raft";
 *
 * const raft = new Raft({
 *   self: "a",
 *   configuration: majorityOf([{ id: "a", addresses: [] }]),
 *   recovered: { hardState: null, snapshot: null, tail: [] },
 *   prng: new Prng(1),
 *   electionMillis: 1000,
 *   heartbeatMillis: 100,
 * });
 * raft.step({ kind: "tick" }, { monotonic: 0, wall: 0 });
 * for (const effect of raft.takeEffects()) console.log(effect.kind);
 * // → persist
 * // → trace
 * // → trace
 * // → leadershipChanged
 * ```
 */
export class Raft implements Protocol<RaftMessage> {
  readonly #node: RaftNode;
  #announced: Leadership = { term: 0, leader: null, ready: false };

  /** @throws `ERR_CONFIGURATION` for options that cannot work, `ERR_MALFORMED` for a damaged hard state */
  constructor(options: RaftOptions) {
    checkRaftOptions(options);
    this.#node = new RaftNode(options);
  }

  step(event: ProtocolEvent<RaftMessage>, at: Instant): void {
    const node = this.#node;
    this.#moveTo(at);
    switch (event.kind) {
      case "tick":
        return this.#tick();
      case "receive":
        if (passesTermGate(node, event.from, event.message)) {
          handle(node, event.from, event.message);
        }
        return;
      case "linkUp":
        return this.#linkUp(event.peer);
      case "linkDown":
        return this.#linkDown(event.peer);
      case "propose":
        return this.#propose(event.proposals, event.onlyInTerm);
      case "readBarrier":
        return this.#readBarrier(event.id);
      case "transfer":
        return transferLeadership(node, event.id, event.target);
      case "persisted":
        return this.#persisted(event.ticket);
      case "applied":
        return node.appliedThrough(event.through);
      case "entriesLoaded":
        return this.#entriesLoaded(event.first, event.run);
      case "checkpoint":
        return node.takeSnapshot();
      case "snapshotTaken":
        return node.snapshotTaken(event.meta, neededFrom(node));
      case "snapshotReceived":
        return onSnapshotReceived(node, event.from, event.meta, event.handle);
      case "snapshotInstalled":
        return node.installed(event.ticket);
      case "snapshotSent":
        return onSnapshotSent(node, event.to, event.delivered);
      case "storageStalled":
        return this.#storage("stalled");
      case "storageFull":
        return this.#storage("full");
      case "storageAvailable":
        return this.#storage("available");
    }
  }

  takeEffects(): readonly Effect<RaftMessage>[] {
    const node = this.#node;
    if (node.role.kind === "leader") {
      const fresh = sealDrafts(node, node.role);
      beginReadRound(node, node.role);
      replicate(node, node.role, fresh);
      tellTarget(node, node.role);
    }
    node.handCommitted();
    this.#announce();
    return node.outbox.take();
  }

  view(): GroupView {
    const node = this.#node;
    const { role } = node;
    return {
      self: node.self,
      role: role.kind,
      isLeader: role.kind === "leader",
      leader: node.leader,
      term: node.term,
      ready: role.kind === "leader" && node.commit >= role.noop,
      commit: node.commit,
      applied: node.applied,
      first: node.log.first,
      last: node.log.lastIndex,
      configurations: node.configurations.current,
      progress: role.kind === "leader" ? this.#progress(role.followers) : NO_PROGRESS,
      details: NO_DETAILS,
    };
  }

  /** Takes up the time. What a long pause made false is dropped before anything else is believed. */
  #moveTo(at: Instant): void {
    const node = this.#node;
    const elapsed = node.moveTo(at);
    if (elapsed === null) return node.resetElectionTimer();
    if (elapsed <= node.electionMillis) return;
    // Stopped for longer than an election takes: answers that waited in our sockets are old news.
    if (node.role.kind === "leader") checkQuorum(node, node.role);
    else node.resetElectionTimer();
  }

  #tick(): void {
    const node = this.#node;
    expireTransfer(node);
    const { role } = node;
    if (role.kind === "leader") {
      checkQuorum(node, role);
      if (node.role === role && node.now >= role.heartbeatAt) broadcastHeartbeat(node, role);
      return;
    }
    if (role.kind === "follower") expireForwarded(node, role);
    // Alone there is nobody whose campaign to wait for.
    const alone = node.isOnlyVoter && role.kind === "follower";
    if (alone || node.now >= node.electionDeadline) campaign(node);
  }

  #linkUp(peer: NodeId): void {
    const node = this.#node;
    const { role } = node;
    if (role.kind === "follower" && role.leader === peer) role.leaderUnreachable = false;
    const progress = role.kind === "leader" ? role.followers.get(peer) : undefined;
    requestVoteOf(node, peer);
    // What the old link still held is lost; a snapshot is resumed by the driver.
    if (progress !== undefined && progress.feed.kind !== "snapshot")
      becomeProbe(progress, node.now);
  }

  #linkDown(peer: NodeId): void {
    const node = this.#node;
    const { role } = node;
    if (role.kind !== "follower" || role.leader !== peer) return;
    role.passedOn.lose();
    // A process that died closes its links at once: no need to wait for its silence. Pre-vote keeps
    // this harmless when only our own link broke.
    role.leaderUnreachable = true;
    campaignSoon(node);
  }

  #propose(proposals: readonly Proposal[], onlyInTerm: Term | null): void {
    const node = this.#node;
    const { role } = node;
    if (role.kind === "leader") return proposeAsLeader(node, role, proposals, onlyInTerm);
    if (role.kind === "follower" && role.leader !== null && onlyInTerm === null) {
      return forwardProposals(node, role, role.leader, proposals);
    }
    const reason = onlyInTerm === null ? "ERR_NO_LEADER" : "ERR_NOT_LEADER";
    for (const { id } of proposals) node.outbox.emit({ kind: "proposalRejected", id, reason });
  }

  #readBarrier(id: number): void {
    const node = this.#node;
    const { role } = node;
    if (role.kind === "leader") role.reads.add({ from: null, id });
    else if (role.kind === "follower" && role.leader !== null) {
      requestRead(node, role, role.leader, id);
    } else node.outbox.emit({ kind: "readFailed", id });
  }

  #persisted(ticket: Ticket): void {
    const node = this.#node;
    node.outbox.durable(ticket);
    node.durable.durable(ticket);
    countOwnVote(node);
    if (node.role.kind === "leader") advanceCommit(node, node.role);
  }

  #entriesLoaded(first: Index, run: EntryRun): void {
    const node = this.#node;
    if (node.role.kind !== "leader") return;
    const last = run.entries.at(-1);
    // What was read before a truncation is not what the log holds now.
    const isOurs = last !== undefined && node.log.termAt(last.index) === last.term;
    for (const [peer, progress] of node.role.followers) {
      if (progress.loading !== first) continue;
      progress.loading = null;
      const isWanted = progress.feed.kind !== "snapshot" && progress.next === first;
      if (isOurs && isWanted) sendRun(node, peer, progress, run);
    }
  }

  #storage(state: StorageState): void {
    const node = this.#node;
    node.storage = state;
    node.trace("storage", { state });
    // A leader that cannot write must not keep others from leading (etcd #15247).
    if (state !== "available" && node.role.kind === "leader") {
      becomeFollower(node, node.term, null);
    }
  }

  #announce(): void {
    const node = this.#node;
    if (node.configurations.takeChanged()) {
      const configurations = node.configurations.current;
      node.outbox.emit({ kind: "configurationChanged", configurations });
    }
    const { term, leader } = node;
    const ready = node.role.kind === "leader" && node.commit >= node.role.noop;
    const last = this.#announced;
    if (last.term === term && last.leader === leader && last.ready === ready) return;
    this.#announced = { term, leader, ready };
    node.outbox.emit({ kind: "leadershipChanged", term, leader, ready });
  }

  #progress(
    followers: ReadonlyMap<
      NodeId,
      { match: Index; heardAt: number; feed: { kind: PeerProgress["state"] } }
    >,
  ): ReadonlyMap<NodeId, PeerProgress> {
    const oldest = this.#node.now - this.#node.electionMillis;
    const progress = new Map<NodeId, PeerProgress>();
    for (const [id, { match, heardAt, feed }] of followers) {
      progress.set(id, { match, state: feed.kind, active: heardAt >= oldest });
    }
    return progress;
  }
}

const NO_PROGRESS: ReadonlyMap<NodeId, PeerProgress> = new Map();
const NO_DETAILS = {};
