import {
  assert,
  isVoter,
  type Effect,
  type GroupView,
  type Index,
  type Instant,
  type NodeId,
  type PeerProgress,
  type Proposal,
  type Protocol,
  type ProtocolEvent,
  type StorageState,
  type Term,
  type Ticket,
  type Trace,
} from "@quorate/core";
import { advanceCommit } from "./broadcast/acknowledge.ts";
import { feedLearners, onEntriesLoaded } from "./broadcast/feed-learners.ts";
import { loseLearner } from "./broadcast/drop-learner.ts";
import { hasQuorum, tickLeader, tickLearner } from "./broadcast/ping.ts";
import { isExhausted, proposeAsLeader, sealDrafts } from "./broadcast/propose.ts";
import { introduce } from "./discovery/follow.ts";
import { countOwnPromise } from "./discovery/lead.ts";
import { considerDecision, finalize } from "./election/decide.ts";
import { look, notify, renotify } from "./election/look.ts";
import { handle } from "./handlers.ts";
import type { ZabMessage } from "./messages.ts";
import { ZabNode } from "./node.ts";
import { checkZabOptions, type ZabOptions } from "./options.ts";
import type { HandlerState, Phase } from "./phase.ts";
import { beginSyncRound, requestSync } from "./read/sync.ts";
import {
  acceptEpoch,
  onSnapshotInstalled,
  onSnapshotReceived,
} from "./synchronization/be-synchronized.ts";
import { acceptOwnEpoch, onSnapshotSent } from "./synchronization/synchronize.ts";

interface Leadership {
  readonly term: Term;
  readonly leader: NodeId | null;
}

/**
 * ZAB as ZooKeeper has it, as a deterministic state machine: fast leader election, discovery,
 * synchronization by DIFF, TRUNC, TRUNC+DIFF or SNAP, broadcast, observers. Knows no clock, disk or
 * network; see {@link Protocol}. Links must be FIFO without gaps between `linkUp` and `linkDown`.
 *
 * @example
 * ```ts
 * import { majorityOf, Prng } from "@quorate/core";
 * import { Zab, ZAB_TIMES } from "@quorate/zab";
 *
 * const zab = new Zab({
 *   self: "1",
 *   configuration: majorityOf([{ id: "1", addresses: [] }]),
 *   recovered: { hardState: null, snapshot: null, tail: [] },
 *   prng: new Prng(1),
 *   times: ZAB_TIMES,
 * });
 * zab.step({ kind: "tick" }, { monotonic: 0, wall: 0 });
 * for (const effect of zab.takeEffects()) console.log(effect.kind);
 * // → persist
 * // → trace
 * // → trace
 * // → trace
 * // → leadershipChanged
 * ```
 */
export class Zab implements Protocol<ZabMessage> {
  readonly #node: ZabNode;
  #announced: Leadership = { term: 0, leader: null };

  /** @throws `ERR_CONFIGURATION` for options that cannot work, `ERR_MALFORMED` for damaged epochs */
  constructor(options: ZabOptions) {
    checkZabOptions(options);
    this.#node = new ZabNode(options);
    const { log, hard } = this.#node;
    assert(log.last.term <= hard.accepted, "the epochs are as new as the log");
  }

  step(event: ProtocolEvent<ZabMessage>, at: Instant): void {
    const node = this.#node;
    this.#moveTo(at);
    switch (event.kind) {
      case "tick":
        return this.#tick();
      case "receive":
        return handle(node, event.from, event.message);
      case "linkUp":
        return this.#linkUp(event.peer);
      case "linkDown":
        return this.#linkDown(event.peer);
      case "propose":
        return this.#propose(event.proposals, event.onlyInTerm);
      case "readBarrier":
        return requestSync(node, event.id);
      case "transfer":
        // Who leads is the outcome of an election by epoch, zxid and sid, and of nobody's wish.
        return node.outbox.emit({
          kind: "transferFailed",
          id: event.id,
          reason: "ERR_UNSUPPORTED",
        });
      case "persisted":
        return this.#persisted(event.ticket);
      case "applied":
        return node.appliedThrough(event.through);
      case "entriesLoaded":
        return onEntriesLoaded(node, event.first, event.run);
      case "checkpoint":
        return node.takeSnapshot();
      case "snapshotTaken":
        return node.snapshotTaken(event.meta, neededFrom(node.phase));
      case "snapshotReceived":
        return onSnapshotReceived(node, event.from, event.meta, event.handle);
      case "snapshotInstalled":
        return onSnapshotInstalled(node, event.ticket);
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

  takeEffects(): readonly Effect<ZabMessage>[] {
    const node = this.#node;
    const { phase } = node;
    if (phase.kind === "leader") {
      const { stage } = phase;
      const fresh = stage.kind === "broadcast" ? sealDrafts(node, stage) : null;
      beginSyncRound(node, phase);
      feedLearners(node, phase, fresh);
      // In the very turn that refuses for it, or the refused would be proposed again and again.
      if (stage.kind === "broadcast" && isExhausted(node, stage)) look(node, "no counter is left");
    }
    node.handCommitted();
    this.#announce();
    return node.outbox.take();
  }

  view(): GroupView {
    const node = this.#node;
    const { phase, leader, self } = node;
    return {
      self,
      role: node.serverState,
      isLeader: leader === self,
      leader,
      term: node.term,
      ready: leader === self,
      commit: node.commit,
      applied: node.applied,
      first: node.log.first,
      last: node.log.lastIndex,
      configurations: node.configurations.current,
      progress: phase.kind === "leader" ? progressOf(node, phase) : NO_PROGRESS,
      details: detailsOf(node),
    };
  }

  /** Takes up the time. What a long pause made false is dropped before anything else is believed. */
  #moveTo(at: Instant): void {
    const node = this.#node;
    const elapsed = node.moveTo(at);
    if (elapsed === null) return look(node, "started");
    if (elapsed <= node.times.syncMillis) return;
    const { phase } = node;
    if (phase.kind === "leader") {
      const isOver =
        phase.stage.kind === "broadcast"
          ? !hasQuorum(node, phase)
          : node.now - phase.since > node.times.initMillis;
      if (isOver) look(node, "it was stopped");
    } else if (phase.kind === "learner") {
      phase.heardAt = node.now; // what the leader said meanwhile waits behind this very event
    }
  }

  #tick(): void {
    const node = this.#node;
    const { phase } = node;
    switch (phase.kind) {
      case "looking":
        if (node.now >= phase.resendAt) renotify(node, phase);
        return finalize(node, phase);
      case "learner":
        if (phase.stage.kind === "introduced" && node.now >= phase.stage.retryAt) {
          introduce(node, phase);
        }
        return tickLearner(node, phase);
      case "leader":
        return tickLeader(node, phase);
    }
  }

  #linkUp(peer: NodeId): void {
    const node = this.#node;
    const { phase } = node;
    node.linked.add(peer);
    if (phase.kind === "looking" && isVoter(node.configurations.latest, peer)) notify(node, peer);
    if (phase.kind === "learner" && phase.leader === peer) introduce(node, phase);
  }

  #linkDown(peer: NodeId): void {
    const node = this.#node;
    const { phase } = node;
    node.linked.delete(peer);
    switch (phase.kind) {
      case "looking":
        phase.decided.delete(peer);
        phase.received.delete(peer);
        // Its process may be gone, and with it the best candidate.
        if (phase.proposed?.leader === peer) return look(node, `${peer} cannot be reached`);
        return considerDecision(node, phase);
      case "learner":
        if (phase.leader === peer) look(node, "the link to the leader broke");
        return;
      case "leader":
        return loseLearner(node, phase, peer);
    }
  }

  #propose(proposals: readonly Proposal[], onlyInTerm: Term | null): void {
    const node = this.#node;
    const { phase } = node;
    if (phase.kind === "leader" && phase.stage.kind === "broadcast") {
      return proposeAsLeader(node, phase.stage, proposals, onlyInTerm);
    }
    if (phase.kind === "learner" && phase.stage.kind === "broadcast" && onlyInTerm === null) {
      const { leader, session, passedOn } = phase;
      passedOn.proposals(proposals, node.now);
      return node.outbox.send(leader, { kind: "request", session, proposals });
    }
    const reason = onlyInTerm === null ? "ERR_NO_LEADER" : "ERR_NOT_LEADER";
    for (const { id } of proposals) node.outbox.emit({ kind: "proposalRejected", id, reason });
  }

  #persisted(ticket: Ticket): void {
    const node = this.#node;
    node.outbox.durable(ticket);
    node.durable.durable(ticket);
    const { phase } = node;
    if (phase.kind === "learner") return acceptEpoch(node, phase);
    if (phase.kind !== "leader") return;
    countOwnPromise(node, phase);
    acceptOwnEpoch(node, phase);
    advanceCommit(node, phase);
  }

  #storage(state: StorageState): void {
    const node = this.#node;
    if (node.storage === state) return;
    node.storage = state;
    node.trace("storage", { state });
    // A member that cannot write must not keep others from leading, nor be elected; one that can
    // again is a candidate.
    const { kind } = node.phase;
    const isConcerned = kind === "looking" || (kind === "leader" && state !== "available");
    if (isConcerned) look(node, `the disk is ${state}`);
  }

  #announce(): void {
    const node = this.#node;
    if (node.configurations.takeChanged()) {
      const configurations = node.configurations.current;
      node.outbox.emit({ kind: "configurationChanged", configurations });
    }
    const { term, leader, self } = node;
    if (this.#announced.term === term && this.#announced.leader === leader) return;
    this.#announced = { term, leader };
    node.outbox.emit({ kind: "leadershipChanged", term, leader, ready: leader === self });
  }
}

const NO_PROGRESS: ReadonlyMap<NodeId, PeerProgress> = new Map();

/** The entries behind a snapshot that a learner is being sent are kept for it. */
function neededFrom(phase: Phase): Index {
  if (phase.kind !== "leader") return Infinity;
  const states = [...phase.learners.values()].map(({ state }) => state);
  return Math.min(...states.map((state) => (state.kind === "snapshot" ? state.index : Infinity)));
}

function progressOf(
  node: ZabNode,
  { learners }: Extract<Phase, { kind: "leader" }>,
): ReadonlyMap<NodeId, PeerProgress> {
  const oldest = node.now - node.times.syncMillis;
  const progress = new Map<NodeId, PeerProgress>();
  for (const [id, { state, heardAt }] of learners) {
    const match = state.kind === "broadcast" ? state.match : 0;
    progress.set(id, { match, state: FEED_WORDS[state.kind], active: heardAt >= oldest });
  }
  return progress;
}

const FEED_WORDS: Readonly<Record<HandlerState["kind"], PeerProgress["state"]>> = {
  introduced: "probe",
  promised: "probe",
  snapshot: "snapshot",
  synchronizing: "probe",
  broadcast: "replicate",
};

function detailsOf({ phase, hard, round }: ZabNode): Trace["facts"] {
  const stage = phase.kind === "looking" ? null : phase.stage;
  const synced = stage?.kind === "broadcast" && "mode" in stage ? stage : null;
  return {
    zabState: ZAB_STATES[stage?.kind ?? "looking"],
    acceptedEpoch: hard.accepted,
    currentEpoch: hard.current,
    electionRound: round,
    syncMode: synced?.mode ?? null,
    syncWhy: synced?.why ?? null,
  };
}

const ZAB_STATES = {
  looking: "ELECTION",
  introduced: "DISCOVERY",
  promised: "DISCOVERY",
  introductions: "DISCOVERY",
  promises: "DISCOVERY",
  loading: "SYNCHRONIZATION",
  synchronizing: "SYNCHRONIZATION",
  synchronization: "SYNCHRONIZATION",
  broadcast: "BROADCAST",
} as const;
