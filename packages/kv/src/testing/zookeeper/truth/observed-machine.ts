import type { Entry, PinnedView, SnapshotSink } from "@quorate/core";
import { ZooKeeperStateMachine, type ZooKeeperResult } from "../../../zookeeper/apply/index.ts";
import type { Journal } from "../../journal.ts";
import type { AppliedZxids } from "./applied-zxids.ts";

/** A member's state machine, which tells what it applies. */
export class ObservedMachine extends ZooKeeperStateMachine {
  readonly #member: string;
  readonly #applied: AppliedZxids;
  readonly #journal: Journal;
  /** Its server is there: what is restored from now on comes from another member. */
  #serves = false;

  constructor(member: string, applied: AppliedZxids, journal: Journal) {
    super();
    this.#member = member;
    this.#applied = applied;
    this.#journal = journal;
  }

  override listen(listener: Parameters<ZooKeeperStateMachine["listen"]>[0]): void {
    this.#serves = true;
    super.listen(listener);
  }

  override apply(
    entries: readonly Entry[],
    each: (entry: Entry, result: ZooKeeperResult) => void,
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
