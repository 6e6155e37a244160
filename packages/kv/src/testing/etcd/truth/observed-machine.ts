import type { Entry, PinnedView, SnapshotSink } from "@quorate/core";
import {
  EtcdStateMachine,
  type EtcdResult,
  type KeyspaceListener,
} from "../../../etcd/apply/index.ts";
import type { Journal } from "../../journal.ts";
import type { AppliedLog } from "./applied-log.ts";

/** A member's state machine, which tells what it applies. */
export class ObservedMachine extends EtcdStateMachine {
  readonly #member: string;
  readonly #applied: AppliedLog;
  readonly #journal: Journal;
  /** Its services are there: what is restored from now on comes from another member. */
  #serves = false;

  constructor(member: string, applied: AppliedLog, journal: Journal) {
    super();
    this.#member = member;
    this.#applied = applied;
    this.#journal = journal;
  }

  override listen(listener: KeyspaceListener): void {
    this.#serves = true;
    super.listen(listener);
  }

  override apply(
    entries: readonly Entry[],
    each: (entry: Entry, result: EtcdResult) => void,
  ): void {
    super.apply(entries, (entry, result) => {
      // Before anybody is answered.
      this.#applied.applied(this.#member, entry, result, this);
      each(entry, result);
    });
  }

  override pin(): PinnedView {
    this.#journal.counts.checkpoints++;
    return super.pin();
  }

  override restore(): SnapshotSink {
    if (this.#serves) {
      this.#journal.counts.installs++;
      this.#journal.note(this.#member, "installs a snapshot");
    }
    return super.restore();
  }
}
