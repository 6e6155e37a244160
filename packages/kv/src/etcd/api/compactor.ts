import { encodeCommand, type EtcdResult, type EtcdStateMachine } from "../apply/index.ts";
import { encodeCompaction } from "../codec/index.ts";
import type { RequestService } from "../../service/request-service.ts";
import type { CompactionPlan } from "./compaction-plan.ts";

/**
 * Compacts the keyspace by a plan. Every member follows it, so that a new leader goes on where the last
 * one was; the leader alone proposes, through the log and in its own term.
 */
export class Compactor {
  readonly #plan: CompactionPlan;
  readonly #requests: RequestService<EtcdResult>;
  readonly #machine: EtcdStateMachine;
  #isUnderWay = false;

  constructor(
    plan: CompactionPlan,
    requests: RequestService<EtcdResult>,
    machine: EtcdStateMachine,
  ) {
    this.#plan = plan;
    this.#requests = requests;
    this.#machine = machine;
  }

  /** To be called often. */
  tick(): void {
    const { store } = this.#machine;
    const revision = this.#plan.next(this.#requests.now(), store.revision);
    // What is there already is as good as done, and what is not done is due again.
    if (revision === null || revision <= store.compacted || this.#isUnderWay) return;
    const { isLeader, ready, term } = this.#requests.view();
    if (!isLeader || !ready) return;
    this.#isUnderWay = true;
    const command = encodeCommand("compact", encodeCompaction({ revision }));
    this.#requests.propose(
      command,
      ({ kind }) => {
        this.#isUnderWay = false;
        if (kind === "done") this.#plan.done();
      },
      { onlyInTerm: term, own: true },
    );
  }
}
