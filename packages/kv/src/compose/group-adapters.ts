import {
  restoreLatest,
  type LogStore,
  type Recovered,
  type SnapshotStore,
  type StateMachine,
  type Transport,
} from "@quorate/core";

/** Where one member's group keeps what it has and how it speaks to the others: on real parts or in memory. */
export interface GroupAdapters {
  readonly log: LogStore;
  readonly snapshots: SnapshotStore;
  /** Its snapshot is in the state machine. */
  readonly recovered: Recovered;
  readonly transport: Transport;
  /** Greater than in every earlier life of this member. */
  readonly incarnation: number;
}

const CHUNK_BYTES = 1024 * 1024;

/** Brings the state machine to where the newest snapshot is. */
export function restoreState(
  snapshots: SnapshotStore,
  stateMachine: StateMachine<unknown>,
): Promise<void> {
  return new Promise((done, fail) => {
    restoreLatest({ snapshots, stateMachine, chunkBytes: CHUNK_BYTES }, (outcome) =>
      outcome === null ? done() : fail(outcome),
    );
  });
}
