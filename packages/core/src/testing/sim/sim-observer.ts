import { assert } from "../../assert.ts";
import type { Effect, Persist } from "../../effect.ts";
import type { Entry } from "../../entry.ts";
import type { ProtocolEvent } from "../../event.ts";
import type { Index, NodeId } from "../../ids.ts";
import type { GroupView, Recovered } from "../../protocol.ts";
import { ORIGIN } from "../../position.ts";
import type { Checker, CommittedEntry, Evidence } from "../checkers/checker.ts";
import { CHECKERS } from "../checkers/index.ts";
import { describeEffect, describeEvent } from "./describe.ts";
import type { SimListener } from "./sim-listener.ts";
import type { SimProtocol } from "./sim-protocol.ts";
import type { SimTrace } from "./sim-trace.ts";
import { nameCode, TraceHash } from "./trace-hash.ts";
import { MemberWitness } from "./witness.ts";

/** More steps than all members together have reason to take in one virtual second. */
const STEPS_PER_SECOND_MAX = 30_000;

/** An invariant that did not hold. */
export interface Violation {
  /** The file in `testing/checkers` that found it. */
  readonly checker: string;
  readonly what: string;
  /** Virtual ms. */
  readonly time: number;
}

/** What the run has seen so far, in numbers. */
export interface SimCounts {
  steps: number;
  acknowledged: number;
  crashes: number;
  /** Times that a member began to lead. */
  leaders: number;
  /** Times that leadership was handed over, on request, to another member. */
  transfers: number;
  /** Snapshots installed from another member. */
  installs: number;
  /** Snapshots taken of a member's own state. */
  checkpoints: number;
}

/**
 * Sees everything that members do and that their disks hold, keeps the checkers' evidence up to
 * date, runs the checkers, and hashes and reports the trace.
 */
export class SimObserver<Message> implements Evidence {
  readonly witnesses: Map<NodeId, MemberWitness> = new Map<NodeId, MemberWitness>();
  readonly committed: (CommittedEntry | undefined)[] = [undefined];
  readonly violations: Violation[] = [];
  readonly hash: TraceHash = new TraceHash();
  readonly counts: SimCounts = {
    steps: 0,
    acknowledged: 0,
    crashes: 0,
    leaders: 0,
    transfers: 0,
    installs: 0,
    checkpoints: 0,
  };
  /** Index of the newest write that some client knows to be done. */
  acknowledgedThrough: Index = 0;
  readonly #checkers: readonly Checker[];
  readonly #protocol: SimProtocol<Message>;
  readonly #time: () => number;
  readonly #onTrace: ((trace: SimTrace) => void) | null;
  readonly #listener: SimListener<Message> | null;
  /** Steps since the beginning of the virtual second that is under way. */
  #stepsThisSecond = 0;
  #secondBegan = 0;

  constructor(
    protocol: SimProtocol<Message>,
    time: () => number,
    onTrace: ((trace: SimTrace) => void) | null,
    listener: SimListener<Message> | null,
  ) {
    this.#protocol = protocol;
    this.#time = time;
    this.#onTrace = onTrace;
    this.#listener = listener;
    this.#checkers = [...CHECKERS, ...(protocol.checkers ?? [])].map((create) => {
      const checker: Checker = create(this, (what) => this.violated(checker.name, what));
      return checker;
    });
  }

  violated(checker: string, what: string): void {
    this.violations.push({ checker, what, time: this.#time() });
    this.note(null, "violation", () => `${checker}: ${what}`);
  }

  addMember(id: NodeId, segmentEntries: number): MemberWitness {
    const { size } = this.witnesses;
    const witness = new MemberWitness(id, size, segmentEntries, (changed, persist) =>
      this.#durable(changed, persist),
    );
    this.witnesses.set(id, witness);
    return witness;
  }

  /** A process life begins. */
  started(witness: MemberWitness, recovered: Recovered, view: GroupView): void {
    const { snapshot, tail } = recovered;
    const first = tail[0];
    // The tail may begin before the snapshot; what it holds there is as good as the rest.
    witness.log.reset(snapshot?.position ?? ORIGIN);
    witness.log.append(tail.filter((entry) => entry.index > witness.log.base.index));
    witness.view = view;
    this.note(witness, "start", () => `log ${first?.index ?? 0}..${view.last} term ${view.term}`);
    this.#mark(witness, "start", view.term, view.last);
    this.#listener?.started(witness.id, view);
    for (const checker of this.#checkers) checker.started?.(witness);
  }

  /** A process life ends. */
  ended(witness: MemberWitness): void {
    witness.view = null;
    this.#mark(witness, "end", 0, 0);
    this.note(witness, "end", () => "");
  }

  stepped(witness: MemberWitness, event: ProtocolEvent<Message>): void {
    this.counts.steps++;
    this.#checkPace(witness);
    this.#mark(witness, event.kind, 0, 0);
    this.#listener?.stepped(witness.id, event);
    // Ticks say nothing by themselves and would drown the rest.
    if (this.#onTrace === null || event.kind === "tick") return;
    this.note(witness, `> ${event.kind}`, () => describeEvent(event, this.#protocol));
  }

  /** A turn ended with these effects. */
  turned(witness: MemberWitness, effects: readonly Effect<Message>[], view: GroupView): void {
    for (const effect of effects) this.#before(witness, effect);
    this.#viewed(witness, view);
    this.#listener?.turned(witness.id, effects);
    for (const effect of effects) {
      if (effect.kind !== "apply") continue;
      for (const checker of this.#checkers) checker.applied?.(witness, effect.entries);
    }
  }

  /** A message leaves: what it promises is compared with what is durable at that moment. */
  sent(witness: MemberWitness, to: NodeId, message: Message): void {
    this.#listener?.sent(witness.id, to, message);
    const promise = this.#protocol.promise(message, to);
    if (promise === null) return;
    for (const checker of this.#checkers) checker.promised?.(witness, promise);
  }

  commandApplied(witness: MemberWitness, entry: Entry, command: number, digest: number): void {
    this.#listener?.applied(witness.id, entry);
    for (const checker of this.#checkers) {
      checker.commandApplied?.(witness, command, entry.index);
      checker.stateReached?.(witness, entry.index, digest);
    }
  }

  /** The state machine was restored to where it stands. */
  stateRestored(witness: MemberWitness, index: Index, digest: number): void {
    for (const checker of this.#checkers) checker.stateReached?.(witness, index, digest);
  }

  commandRefused(command: number): void {
    for (const checker of this.#checkers) checker.commandRefused?.(command);
  }

  commandAcknowledged(command: number, index: Index): void {
    this.counts.acknowledged++;
    this.acknowledgedThrough = Math.max(this.acknowledgedThrough, index);
    for (const checker of this.#checkers) checker.commandAcknowledged?.(command, index);
  }

  readServed(witness: MemberWitness, floor: Index, stands: Index): void {
    this.counts.acknowledged++;
    for (const checker of this.#checkers) checker.readServed?.(witness, floor, stands);
  }

  transferred(witness: MemberWitness, target: NodeId): void {
    if (witness.id !== target) this.counts.transfers++;
    for (const checker of this.#checkers) checker.transferred?.(witness, target);
  }

  /** A line for the transcript, worded only when somebody reads it. */
  note(witness: MemberWitness | null, what: string, facts: () => string): void {
    this.#onTrace?.({ time: this.#time(), member: witness?.id ?? null, what, facts: facts() });
  }

  /** Something that is no member's doing, for the hash. */
  mark(what: string, detail: number): void {
    this.#mark(null, what, detail, 0);
  }

  /** Members that keep each other busy without getting anywhere are found here, and endless turns. */
  #checkPace({ id }: MemberWitness): void {
    if (this.#time() - this.#secondBegan >= 1000) {
      this.#secondBegan = this.#time();
      this.#stepsThisSecond = 0;
    }
    this.#stepsThisSecond++;
    assert(this.#stepsThisSecond < STEPS_PER_SECOND_MAX, `${id} and others are busy with nothing`);
  }

  #before(witness: MemberWitness, effect: Effect<Message>): void {
    this.#markEffect(witness, effect);
    if (this.#onTrace !== null) {
      this.note(witness, `< ${effect.kind}`, () => describeEffect(effect, this.#protocol));
    }
    if (effect.kind === "persist") this.#wrote(witness, effect);
    else if (effect.kind === "takeSnapshot") this.counts.checkpoints++;
    else if (effect.kind === "installSnapshot") {
      this.counts.installs++;
      witness.log.reset(effect.meta.position);
      for (const checker of this.#checkers) checker.installed?.(witness, effect.meta);
    }
  }

  #wrote(witness: MemberWitness, persist: Persist): void {
    if (persist.truncateFrom !== null) witness.log.truncate(persist.truncateFrom);
    if (persist.run !== null) witness.log.append(persist.run.entries);
    for (const checker of this.#checkers) checker.wrote?.(witness, persist);
  }

  #viewed(witness: MemberWitness, view: GroupView): void {
    const before = witness.view;
    witness.view = view;
    if (view.isLeader && !(before?.isLeader === true && before.term === view.term)) {
      this.counts.leaders++;
    }
    for (const checker of this.#checkers) checker.viewed?.(witness, view, before);
    const from = Math.max(before?.commit ?? 0, witness.log.base.index) + 1;
    if (view.commit < from) return;
    for (const checker of this.#checkers) checker.committed?.(witness, from, view.commit);
    for (let index = from; index <= view.commit; index++) {
      const stamp = witness.log.stampAt(index);
      // The leader sees it first: its term is the one in which it was committed.
      if (stamp !== undefined) this.committed[index] ??= { ...stamp, committedIn: view.term };
    }
  }

  #durable(witness: MemberWitness, persist: Persist): void {
    this.#listener?.becameDurable(witness.id, persist);
    const before = witness.ballot;
    const { hardState } = witness.durableLog;
    witness.ballot = hardState === null ? null : this.#protocol.ballot(hardState);
    for (const checker of this.#checkers) checker.becameDurable?.(witness, before);
  }

  #markEffect(witness: MemberWitness, effect: Effect<Message>): void {
    switch (effect.kind) {
      case "persist":
        return this.#mark(
          witness,
          effect.kind,
          effect.ticket,
          effect.run?.entries.at(-1)?.index ?? 0,
        );
      case "send":
        return this.#mark(witness, effect.kind, nameCode(effect.to), effect.after ?? 0);
      case "apply":
        return this.#mark(witness, effect.kind, effect.entries.at(-1)?.index ?? 0, 0);
      case "leadershipChanged":
        return this.#mark(witness, effect.kind, effect.term, effect.ready ? 1 : 0);
      case "proposalAppended":
        return this.#mark(witness, effect.kind, effect.position.index, effect.position.term);
      case "readReady":
        return this.#mark(witness, effect.kind, effect.id, effect.index);
      default:
        return this.#mark(witness, effect.kind, 0, 0);
    }
  }

  #mark(witness: MemberWitness | null, what: string, a: number, b: number): void {
    const { hash } = this;
    hash.add(Math.floor(this.#time() * 1000));
    hash.add(witness?.number ?? -1);
    hash.add(nameCode(what));
    hash.add(a);
    hash.add(b);
  }
}
