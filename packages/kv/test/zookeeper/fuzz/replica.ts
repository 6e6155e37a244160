import type { Entry } from "@quorate/core";
import { ZooKeeperStateMachine } from "../../../src/zookeeper/apply/index.ts";
import { must } from "../../etcd/fuzz/replica.ts";

/** How much of a snapshot is asked for at once. */
const CHUNK_BYTES = 5000;

/** Another member's state machine, which applies the same entries later and many at a time. */
export class Replica {
  #machine = new ZooKeeperStateMachine();
  #behind: Entry[] = [];

  /** The leader has applied an entry. */
  take(entry: Entry): void {
    this.#behind.push(entry);
    if (this.#behind.length >= 50) this.#catchUp();
  }

  /** @throws unless it is in the same state as the leader, and goes on from the leader's snapshot */
  compareWith(leader: ZooKeeperStateMachine): void {
    this.#catchUp();
    const snapshot = snapshotOf(leader);
    must(snapshot.equals(snapshotOf(this.#machine)), "the same commands give the same snapshot");
    this.#machine = new ZooKeeperStateMachine();
    const sink = this.#machine.restore();
    for (let at = 0; at < snapshot.length; at += CHUNK_BYTES) {
      sink.write(snapshot.subarray(at, at + CHUNK_BYTES));
    }
    sink.finish();
    must(snapshot.equals(snapshotOf(this.#machine)), "what is restored gives the same snapshot");
  }

  #catchUp(): void {
    let results = 0;
    this.#machine.apply(this.#behind, () => void results++);
    must(results === this.#behind.length, "every command gives a result");
    this.#behind = [];
  }
}

function snapshotOf(machine: ZooKeeperStateMachine): Buffer {
  const view = machine.pin();
  const chunks: Uint8Array[] = [];
  for (let chunk = view.read(CHUNK_BYTES); chunk !== null; chunk = view.read(CHUNK_BYTES)) {
    chunks.push(chunk.slice());
  }
  return Buffer.concat(chunks);
}
