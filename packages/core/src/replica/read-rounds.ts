import type { Index, NodeId, RequestId } from "../ids.ts";

/** A read that waits for leadership to be confirmed. */
export interface ReadBarrier {
  /**
   * Who asked; null for this member itself. The session goes back with the answer: a member that has
   * started again counts its barriers anew, and an answer to the old ones would be stale.
   */
  readonly from: { readonly peer: NodeId; readonly session: number } | null;
  readonly id: RequestId;
}

/** Barriers that a round of heartbeats answers, all with the commit index at which it began. */
export interface ReadRound {
  readonly round: number;
  readonly index: Index;
  readonly barriers: readonly ReadBarrier[];
}

/**
 * ReadIndex (thesis §6.4) in batches: barriers that come in one turn share one round of heartbeats.
 * A round counts only answers to heartbeats sent after its barriers came, which is what makes a
 * leader that was stopped and deposed meanwhile unable to confirm anything.
 */
export class ReadRounds {
  #round = 0;
  #waiting: ReadBarrier[] = [];
  #rounds: ReadRound[] = [];

  /** The newest round begun; heartbeats carry it. */
  get round(): number {
    return this.#round;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(barrier: ReadBarrier): void {
    this.#waiting.push(barrier);
  }

  /** Begins a round for everything that waits. */
  begin(index: Index): void {
    this.#rounds.push({ round: ++this.#round, index, barriers: this.#waiting });
    this.#waiting = [];
  }

  /** Rounds up to the newest that a quorum confirmed, oldest first. */
  confirm(isConfirmed: (round: number) => boolean): readonly ReadRound[] {
    let count = 0;
    for (let i = this.#rounds.length - 1; i >= 0; i--) {
      const round = this.#rounds[i];
      if (round !== undefined && isConfirmed(round.round)) {
        count = i + 1;
        break;
      }
    }
    return this.#rounds.splice(0, count);
  }

  /** Leadership is over. */
  drain(): readonly ReadBarrier[] {
    const all = [...this.#rounds.flatMap((round) => round.barriers), ...this.#waiting];
    this.#rounds = [];
    this.#waiting = [];
    return all;
  }
}
