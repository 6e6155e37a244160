import type { GroupView, NodeId } from "@quorate/core";

/** Remembers when the present leader was first seen, to tell why a request went unanswered. */
export class LeaderWatch {
  readonly #electionMillis: number;
  #leader: NodeId | null;
  #electedAt: number;

  constructor(view: GroupView, now: number, electionMillis: number) {
    this.#leader = view.leader;
    this.#electedAt = now;
    this.#electionMillis = electionMillis;
  }

  observe(view: GroupView, now: number): void {
    if (view.leader !== null && view.leader !== this.#leader) this.#electedAt = now;
    this.#leader = view.leader;
  }

  /**
   * Whether a request begun then may have been lost with the former leader: it began before the
   * present one was elected, but not longer before than an election takes.
   */
  mayHaveDiedWithLeader(since: number): boolean {
    return since < this.#electedAt && since > this.#electedAt - 2 * this.#electionMillis;
  }
}
