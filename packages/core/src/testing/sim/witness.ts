import type { Persist } from "../../effect.ts";
import type { NodeId } from "../../ids.ts";
import { MemoryLog } from "../../memory/memory-log.ts";
import { MemorySnapshots } from "../../memory/memory-snapshots.ts";
import type { GroupView } from "../../protocol.ts";
import type { Ballot, Witness } from "../checkers/checker.ts";
import { ShadowLog } from "../checkers/shadow-log.ts";

/** A durable log that tells when it changed. */
class WitnessedLog extends MemoryLog {
  readonly #changed: (persist: Persist) => void;

  constructor(segmentEntries: number, changed: (persist: Persist) => void) {
    super(segmentEntries);
    this.#changed = changed;
  }

  override persist(request: Persist): void {
    super.persist(request);
    this.#changed(request);
  }
}

/** The disks of one member and what is known of its process; the disks outlive the processes. */
export class MemberWitness implements Witness {
  readonly id: NodeId;
  /** Its number, from 0, for the trace hash. */
  readonly number: number;
  view: GroupView | null = null;
  readonly log: ShadowLog = new ShadowLog();
  readonly durableLog: MemoryLog;
  readonly durableSnapshots: MemorySnapshots = new MemorySnapshots();
  ballot: Ballot | null = null;

  constructor(
    id: NodeId,
    number: number,
    segmentEntries: number,
    becameDurable: (witness: MemberWitness, persist: Persist) => void,
  ) {
    this.id = id;
    this.number = number;
    this.durableLog = new WitnessedLog(segmentEntries, (persist) => becameDurable(this, persist));
  }
}
