import { isDeepStrictEqual } from "node:util";
import { EtcdStateMachine, type EtcdResult } from "../../../src/etcd/apply/index.ts";
import { KvHash } from "../../../src/etcd/store/index.ts";

/** How much of a snapshot is asked for at once. */
const CHUNK_BYTES = 5000;

interface Applied {
  readonly command: Uint8Array;
  readonly result: EtcdResult;
}

/**
 * Another member's state machine, which applies the same commands later and many at a time, and now
 * and then goes on from a snapshot of its own.
 */
export class Replica {
  #machine = new EtcdStateMachine();
  #index = 0;
  readonly #behind: Applied[] = [];

  /** The leader has applied a command, with this result. */
  take(command: Uint8Array, result: EtcdResult): void {
    this.#behind.push({ command, result });
    if (this.#behind.length >= 50) this.#catchUp();
  }

  /** @throws unless it is in the same state as the leader */
  compareWith(leader: EtcdStateMachine): void {
    this.#catchUp();
    const snapshot = snapshotOf(leader);
    must(hashOf(leader) === hashOf(this.#machine), "the same commands give the same hash");
    must(
      Buffer.compare(snapshot, snapshotOf(this.#machine)) === 0,
      "the same commands give the same snapshot",
    );
    this.#machine = new EtcdStateMachine();
    restore(this.#machine, snapshot);
    must(
      Buffer.compare(snapshot, snapshotOf(this.#machine)) === 0,
      "what is restored gives the same snapshot",
    );
  }

  #catchUp(): void {
    const batch = this.#behind.splice(0);
    const entries = batch.map(({ command }) => {
      return { index: ++this.#index, term: 2, time: 0, kind: "command", data: command } as const;
    });
    let at = 0;
    this.#machine.apply(entries, (_, result) => {
      const expected = batch[at++];
      must(
        isDeepStrictEqual(result, expected?.result),
        `${hex(expected?.command)} gives the same result on every member`,
      );
    });
    must(at === batch.length, "every command gives a result");
  }
}

/** All of a snapshot. */
export function snapshotOf(machine: EtcdStateMachine): Uint8Array {
  const view = machine.pin();
  const chunks: Uint8Array[] = [];
  for (let chunk = view.read(CHUNK_BYTES); chunk !== null; chunk = view.read(CHUNK_BYTES)) {
    chunks.push(chunk.slice());
  }
  return Buffer.concat(chunks);
}

/** Puts the machine into the snapshot's state. */
export function restore(machine: EtcdStateMachine, snapshot: Uint8Array): void {
  const sink = machine.restore();
  for (let at = 0; at < snapshot.length; at += CHUNK_BYTES) {
    sink.write(snapshot.subarray(at, at + CHUNK_BYTES));
  }
  sink.finish();
}

function hashOf({ store }: EtcdStateMachine): number {
  const fold = new KvHash(store.pin(), store.revision);
  while (fold.advance(Number.MAX_SAFE_INTEGER));
  return fold.value;
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}

/** @throws the rule, unless it holds */
export function must(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`broken: ${rule}`);
}
