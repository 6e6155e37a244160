import type { Effect, RejectReason, Trace } from "../effect.ts";
import type { Entry } from "../entry.ts";
import { assert } from "../assert.ts";
import { QuorateError, toQuorateError } from "../errors.ts";
import type { ProtocolEvent } from "../event.ts";
import type { Index, Instant, NodeId, Term } from "../ids.ts";
import type { LogStore } from "../ports/log-store.ts";
import type { Outcome, ReadMode, ReplicatedLog } from "../ports/replicated-log.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { SnapshotStore } from "../ports/snapshot-store.ts";
import type { StateMachine } from "../ports/state-machine.ts";
import type { GroupIdentity, Transport, TransportGroup } from "../ports/transport.ts";
import type { GroupView, MessageCodec, Protocol } from "../protocol.ts";
import { Checkpoint } from "./checkpoint.ts";
import { CheckpointRule } from "./checkpoint-rule.ts";
import { DurabilityGate } from "./durability-gate.ts";
import { decodeFrame, encodeFrame, messageFrame, type Frame } from "./frame.ts";
import { installSnapshot } from "./installation.ts";
import { DRIVER_LIMITS, type DriverLimits } from "./limits.ts";
import { PendingAsks } from "./pending-asks.ts";
import { PendingProposals } from "./pending-proposals.ts";
import { PendingReads } from "./pending-reads.ts";
import { PendingTransfers } from "./pending-transfers.ts";
import { SnapshotReceiver } from "./snapshot-receiver.ts";
import { SnapshotSender } from "./snapshot-sender.ts";
import { WriteQueue } from "./write-queue.ts";

/** Answers a question that another member's service asked with {@link ReplicatedLog.ask}. */
export type AskHandler = (
  from: NodeId,
  question: Uint8Array,
  answer: (bytes: Uint8Array) => void,
) => void;

/** What a driver joins. */
export interface DriverOptions<Message, Result> {
  readonly group: GroupIdentity;
  readonly protocol: Protocol<Message>;
  readonly codec: MessageCodec<Message>;
  readonly log: LogStore;
  readonly snapshots: SnapshotStore;
  readonly transport: Transport;
  readonly stateMachine: StateMachine<Result>;
  readonly runtime: Runtime;
  /** Where the state machine stands: the index of the snapshot it was restored from, or 0. */
  readonly applied: Index;
  /**
   * Takes a snapshot when so many entries were applied since the last; not as often where the state
   * is large beside what was logged, but after ten times as many at the latest.
   */
  readonly checkpointEntries: number;
  /** Distinguishes this process life; greater than every earlier one's. */
  readonly incarnation: number;
  /** Called once when the member cannot go on; it has stopped by then. */
  readonly onFatal: (error: QuorateError) => void;
  readonly onTrace?: (trace: Trace) => void;
  /** Answers other members' services; a service without questions ignores them. */
  readonly onAsk: AskHandler;
  readonly limits?: Partial<DriverLimits>;
}

/**
 * Runs one protocol over the ports. It knows neither Raft nor ZAB, has no clock or timer of its own
 * and never waits: the same driver runs in production and in the simulator.
 *
 * What it guarantees:
 * 1. Everything that arrived in one turn is stepped before effects are taken, once.
 * 2. Persists reach the store in order; a failed one stops the member for good.
 * 3. A message leaves only when the ticket it names is durable.
 * 4. Entries are applied in log order, once, and each proposal gets exactly one outcome.
 * 5. While a snapshot is being installed nothing is persisted or applied.
 */
export class Driver<Message, Result> implements ReplicatedLog<Result> {
  readonly #options: DriverOptions<Message, Result>;
  readonly #protocol: Protocol<Message>;
  readonly #limits: DriverLimits;
  readonly #gate = new DurabilityGate();
  readonly #writes: WriteQueue;
  readonly #proposals = new PendingProposals<Result>();
  readonly #reads = new PendingReads();
  readonly #asks = new PendingAsks();
  readonly #transfers = new PendingTransfers();
  readonly #sender: SnapshotSender;
  readonly #receiver: SnapshotReceiver;
  readonly #checkpoint: Checkpoint;
  readonly #listeners = new Set<(view: GroupView) => void>();
  #transport: TransportGroup | null = null;
  #events: ProtocolEvent<Message>[] = [];
  /** Effects that wait for the installation under way; null while there is none. */
  #heldBack: Effect<Message>[] | null = null;
  #view: GroupView;
  #applied: Index;
  /** Term of the newest applied entry, as far as this process life has seen. */
  #appliedTerm: Term = 0;
  readonly #checkpointRule: CheckpointRule;
  #wantsCheckpoint = false;
  #turnScheduled = false;
  #viewChanged = false;
  #state: "created" | "running" | "stopped" = "created";

  constructor(options: DriverOptions<Message, Result>) {
    this.#options = options;
    this.#protocol = options.protocol;
    this.#limits = { ...DRIVER_LIMITS, ...options.limits };
    this.#applied = options.applied;
    this.#view = options.protocol.view();
    const { log, snapshots, stateMachine } = options;
    this.#checkpointRule = new CheckpointRule(options.checkpointEntries, snapshots.latestBytes());
    const fail = (error: QuorateError): void => this.#fail(error);
    this.#writes = new WriteQueue(
      log,
      {
        durable: (ticket) => {
          this.#gate.release(ticket);
          this.#enqueue({ kind: "persisted", ticket });
        },
        full: () => this.#enqueue({ kind: "storageFull" }),
        available: () => this.#enqueue({ kind: "storageAvailable" }),
        stalled: () => this.#enqueue({ kind: "storageStalled" }),
        failed: fail,
      },
      this.#limits.storageStallMillis,
    );
    const sendFrame = (to: NodeId, frame: Exclude<Frame, { kind: "message" }>): void =>
      this.#transport?.send(to, encodeFrame(frame));
    this.#sender = new SnapshotSender(
      snapshots,
      {
        sendFrame,
        storageFailed: fail,
        snapshotSent: (to, delivered) => this.#enqueue({ kind: "snapshotSent", to, delivered }),
      },
      this.#limits,
      options.incarnation,
    );
    this.#receiver = new SnapshotReceiver(
      snapshots,
      {
        sendFrame,
        storageFailed: fail,
        snapshotReceived: (from, meta, handle) =>
          this.#enqueue({ kind: "snapshotReceived", from, meta, handle }),
      },
      this.#limits,
    );
    this.#checkpoint = new Checkpoint(
      stateMachine,
      snapshots,
      {
        storageFailed: fail,
        snapshotTaken: (meta) => {
          this.#checkpointRule.installed(snapshots.latestBytes());
          this.#enqueue({ kind: "snapshotTaken", meta });
        },
      },
      this.#limits.snapshotChunkBytes,
    );
  }

  /** Joins the transport and begins to run. */
  start(): void {
    assert(this.#state === "created", "a driver is started once");
    this.#state = "running";
    const { transport, group } = this.#options;
    this.#transport = transport.join(group, this.#peers(), {
      linkUp: (peer, incarnation) => {
        this.#enqueue({ kind: "linkUp", peer, incarnation });
        this.#receiver.linkUp(peer, incarnation);
        this.#sender.linkUp(peer, this.#now());
      },
      linkDown: (peer) => {
        this.#enqueue({ kind: "linkDown", peer });
        this.#asks.linkDown(peer);
      },
      receive: (peer, frame) => this.#receive(peer, frame),
    });
    this.#schedule();
  }

  /** To be called at a steady interval well below the heartbeat's. */
  tick(): void {
    if (this.#state !== "running") return;
    const now = this.#now();
    this.#writes.tick(now);
    this.#sender.tick(now);
    this.#reads.tick(now, this.#limits.readRetryMillis, this.#limits.leaderWaitMillis);
    this.#proposals.expire(now - this.#limits.leaderWaitMillis);
    this.#proposals.offerAgain();
    this.#asks.expire(now - this.#limits.askTimeoutMillis);
    this.#enqueue({ kind: "tick" });
  }

  /** Leaves the group; what is under way fails with `ERR_STOPPED`. The stores stay open. */
  stop(): void {
    if (this.#state === "stopped") return;
    this.#state = "stopped";
    this.#events = [];
    this.#checkpoint.cancel();
    this.#sender.stop();
    this.#receiver.stop();
    this.#transport?.leave();
    const error = new QuorateError("ERR_STOPPED", "the member stopped");
    this.#proposals.failAll(error);
    this.#reads.failAll(error);
    this.#asks.failAll(error);
    this.#transfers.failAll(error);
  }

  propose(
    command: Uint8Array,
    done: (outcome: Outcome<Result>) => void,
    options?: { readonly onlyInTerm?: Term },
  ): void {
    const refusal = this.#refusal(this.#proposals.count);
    if (refusal !== null) return done({ kind: "failed", error: refusal });
    this.#proposals.add(command, options?.onlyInTerm ?? null, this.#now(), done);
    if (this.#canPropose()) this.#schedule();
  }

  read(mode: ReadMode, done: (failure: QuorateError | null) => void): void {
    const refusal = this.#refusal(this.#reads.count);
    if (refusal !== null || mode === "local") return done(refusal);
    this.#reads.add(this.#now(), done);
    this.#schedule();
  }

  ask(
    member: NodeId | "leader",
    question: Uint8Array,
    done: (answer: Uint8Array | QuorateError) => void,
  ): void {
    const refusal = this.#refusal(this.#asks.count);
    if (refusal !== null) return done(refusal);
    const to = member === "leader" ? this.#view.leader : member;
    if (to === null) return done(new QuorateError("ERR_NO_LEADER", "there is no leader to ask"));
    if (to === this.#view.self) return this.#options.onAsk(to, question, done);
    const id = this.#asks.add(to, this.#now(), done);
    this.#transport?.send(to, encodeFrame({ kind: "ask", id, bytes: question }));
  }

  view(): GroupView {
    return this.#view;
  }

  onView(listener: (view: GroupView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  transfer(target: NodeId, done: (failure: QuorateError | null) => void): void {
    const refusal = this.#refusal(this.#transfers.count);
    if (refusal !== null) return done(refusal);
    this.#enqueue({ kind: "transfer", id: this.#transfers.add(done), target });
  }

  checkpoint(): void {
    this.#wantsCheckpoint = true;
    this.#schedule();
  }

  // --- one turn ---------------------------------------------------------------------------------

  #schedule(): void {
    if (this.#turnScheduled || this.#state !== "running") return;
    this.#turnScheduled = true;
    this.#options.runtime.defer(() => {
      if (this.#state === "running") this.#guarded(() => this.#turn());
      // Only now: what a turn causes is done in that turn, and needs no other.
      this.#turnScheduled = false;
      if (this.#events.length > 0 || this.#canPropose() || this.#canRead()) this.#schedule();
    });
  }

  #enqueue(event: ProtocolEvent<Message>): void {
    if (this.#state !== "running") return;
    this.#events.push(event);
    this.#schedule();
  }

  #turn(): void {
    const at = this.#options.runtime.now();
    // Effects can cause events at once (applied, a checkpoint due): a turn ends when nothing is left.
    for (;;) {
      const events = this.#events;
      this.#events = [];
      for (const event of events) this.#protocol.step(event, at);
      this.#stepRequests(at);
      const effects = this.#protocol.takeEffects();
      if (events.length === 0 && effects.length === 0) break;
      for (const effect of effects) this.#honour(effect, at);
      if (this.#state !== "running") return;
      this.#view = this.#protocol.view();
    }
    if (!this.#viewChanged) return;
    this.#viewChanged = false;
    for (const listener of this.#listeners) listener(this.#view);
  }

  /** Proposals and reads become events as late as possible, so that each event takes many. */
  #stepRequests(at: Instant): void {
    this.#view = this.#protocol.view();
    if (this.#canPropose()) {
      for (const { proposals, onlyInTerm } of this.#proposals.take()) {
        this.#protocol.step({ kind: "propose", proposals, onlyInTerm }, at);
      }
    }
    const barrier = this.#canRead() ? this.#reads.nextBarrier(at.monotonic) : null;
    if (barrier !== null) this.#protocol.step({ kind: "readBarrier", id: barrier }, at);
    const wanted = this.#checkpointRule.isDue || this.#wantsCheckpoint;
    if (wanted && !this.#checkpoint.running && this.#heldBack === null) {
      this.#wantsCheckpoint = false;
      this.#checkpointRule.begun();
      this.#protocol.step({ kind: "checkpoint" }, at);
    }
  }

  /**
   * A leader cuts its next batch when its disk is free: that makes the batch as large as the disk is
   * slow, without a timer. A follower forwards at once. Without a leader proposals wait.
   */
  #canPropose(): boolean {
    if (!this.#proposals.areOffered || this.#view.leader === null) return false;
    if (!this.#view.isLeader || this.#writes.idle) return true;
    return this.#proposals.waitingBytes >= this.#limits.batchBytesMax;
  }

  #canRead(): boolean {
    return this.#view.leader !== null && this.#reads.needsBarrier;
  }

  #honour(effect: Effect<Message>, at: Instant): void {
    // Opened before anything else: a message that names the ticket must wait even while it is held.
    if (effect.kind === "persist" || effect.kind === "installSnapshot") {
      this.#gate.opened(effect.ticket);
    }
    if (this.#heldBack !== null && waitsForInstallation(effect)) {
      this.#heldBack.push(effect);
      return;
    }
    switch (effect.kind) {
      case "persist":
        return this.#writes.write(effect, at.monotonic);
      case "send":
        return this.#send(effect.to, effect.message, effect.after);
      case "apply":
        return this.#apply(effect.entries);
      case "loadEntries":
        return this.#load(effect.first, effect.last, effect.bytesMax);
      case "takeSnapshot":
        assert(effect.meta.position.index === this.#applied, "a snapshot is of the applied state");
        return this.#checkpoint.take(effect.meta);
      case "installSnapshot":
        return this.#install(effect);
      case "discardSnapshot":
        return this.#options.snapshots.discard(effect.handle);
      case "streamSnapshot":
        return this.#sender.start(effect.to, at.monotonic);
      case "trimLog":
        return this.#options.log.trim(effect.through);
      case "proposalAppended":
        return this.#proposals.appended(effect.id, effect.position);
      case "proposalRejected":
        return this.#proposals.refused(effect.id, rejection(effect.reason));
      case "proposalLost":
        return this.#proposals.lost(effect.id);
      case "termSettled":
        return this.#proposals.settled(effect.position);
      case "readReady":
        return this.#reads.ready(effect.id, effect.index, this.#applied);
      case "readFailed":
        return this.#reads.failed(effect.id);
      case "transferred":
        return this.#transfers.succeeded(effect.id);
      case "transferFailed":
        return this.#transfers.failed(effect.id, effect.reason);
      case "leadershipChanged":
        this.#proposals.offerAgain();
        this.#viewChanged = true;
        return;
      case "configurationChanged":
        this.#viewChanged = true;
        return this.#transport?.setPeers(this.#peers());
      case "trace":
        return this.#options.onTrace?.(effect.trace);
    }
  }

  #send(to: NodeId, message: Message, after: number | null): void {
    const parts = messageFrame(this.#options.codec.encode(message));
    this.#gate.after(after, () => this.#transport?.send(to, parts));
  }

  #apply(entries: readonly Entry[]): void {
    const last = entries.at(-1);
    if (last === undefined) return;
    assert(entries[0]?.index === this.#applied + 1, "entries are applied in order, without gaps");
    this.#applied = last.index;
    this.#checkpointRule.applied(entries);
    const commands = entries.filter((entry) => entry.kind === "command");
    this.#options.stateMachine.apply(commands, (entry, result) =>
      this.#proposals.applied(entry.index, entry.term, result),
    );
    if (last.term > this.#appliedTerm) {
      this.#appliedTerm = last.term;
      this.#proposals.overtaken(last);
    }
    this.#reads.applied(last.index);
    this.#enqueue({ kind: "applied", through: last.index });
  }

  #load(first: Index, last: Index, bytesMax: number): void {
    this.#options.log.read(first, last, bytesMax, (outcome, run) => {
      if (outcome === null) this.#enqueue({ kind: "entriesLoaded", first, run });
      else this.#fail(outcome);
    });
  }

  #install(effect: Extract<Effect<Message>, { kind: "installSnapshot" }>): void {
    const { ticket, handle, meta } = effect;
    this.#checkpoint.cancel();
    this.#writes.logReplaced(ticket);
    const heldBack: Effect<Message>[] = [];
    this.#heldBack = heldBack;
    const { snapshots, log, stateMachine } = this.#options;
    const chunkBytes = this.#limits.snapshotChunkBytes;
    installSnapshot({ snapshots, log, stateMachine, chunkBytes }, handle, meta, (outcome) => {
      if (this.#state !== "running") return;
      if (outcome !== null) return this.#fail(outcome);
      this.#applied = meta.position.index;
      this.#checkpointRule.begun();
      this.#checkpointRule.installed(snapshots.latestBytes());
      this.#heldBack = null;
      this.#gate.release(ticket);
      this.#enqueue({ kind: "snapshotInstalled", ticket });
      this.#proposals.overtaken(meta.position);
      this.#reads.applied(this.#applied);
      const at = this.#options.runtime.now();
      this.#guarded(() => {
        for (const held of heldBack) this.#honour(held, at);
      });
    });
  }

  /** @throws `ERR_MALFORMED` */
  #receive(from: NodeId, bytes: Uint8Array): void {
    if (this.#state !== "running") return;
    try {
      this.#receiveFrame(from, decodeFrame(bytes));
    } catch (thrown) {
      const error = toQuorateError(thrown);
      if (error.code !== "ERR_MALFORMED") return this.#fail(error);
      // A peer of another version or a broken one. What it says cannot be left out: the link ends.
      this.#options.onTrace?.({ name: "malformed-frame", facts: { from, why: error.message } });
      throw error;
    }
  }

  #receiveFrame(from: NodeId, frame: Frame): void {
    switch (frame.kind) {
      case "message":
        return this.#enqueue({
          kind: "receive",
          from,
          message: this.#options.codec.decode(frame.bytes),
        });
      case "snapshotOffer":
        return this.#receiver.offered(from, frame.transfer, frame.meta, frame.size);
      case "snapshotChunk":
        return this.#receiver.chunk(from, frame.transfer, frame.offset, frame.bytes);
      case "snapshotAck":
        return this.#sender.acknowledged(
          from,
          frame.transfer,
          frame.offset,
          frame.complete,
          this.#now(),
        );
      case "ask":
        return this.#options.onAsk(from, frame.bytes, (bytes) =>
          this.#transport?.send(from, encodeFrame({ kind: "answer", id: frame.id, bytes })),
        );
      case "answer":
        return this.#asks.answered(frame.id, from, frame.bytes);
    }
  }

  #peers(): ReadonlyMap<NodeId, readonly string[]> {
    const { latest, committed } = this.#protocol.view().configurations;
    const self = this.#options.group.self;
    const members = [...committed.members, ...latest.members].filter(
      (member) => member.id !== self,
    );
    return new Map(members.map((member) => [member.id, member.addresses]));
  }

  #now(): number {
    return this.#options.runtime.now().monotonic;
  }

  #refusal(pending: number): QuorateError | null {
    if (this.#state !== "running") return new QuorateError("ERR_STOPPED", "the member stopped");
    if (pending < this.#limits.requestsMax) return null;
    return new QuorateError("ERR_OVERLOADED", "too many requests are waiting on this member");
  }

  #guarded(action: () => void): void {
    try {
      action();
    } catch (thrown) {
      this.#fail(toQuorateError(thrown));
    }
  }

  #fail(error: QuorateError): void {
    if (this.#state === "stopped") return;
    this.stop();
    this.#options.onFatal(error);
  }
}

/** Must not overtake an installation: the log and the state machine are being replaced. */
function waitsForInstallation(effect: Effect<unknown>): boolean {
  return (
    effect.kind === "persist" ||
    effect.kind === "apply" ||
    effect.kind === "installSnapshot" ||
    effect.kind === "takeSnapshot" ||
    effect.kind === "trimLog"
  );
}

function rejection(reason: RejectReason): QuorateError {
  const texts = {
    ERR_NO_LEADER: "there is no leader",
    ERR_NOT_LEADER: "leadership has moved",
    ERR_OVERLOADED: "too much is waiting to be committed",
    ERR_STORAGE_FULL: "the leader's disk is full",
  } satisfies Record<RejectReason, string>;
  return new QuorateError(reason, texts[reason]);
}
