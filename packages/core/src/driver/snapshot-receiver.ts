import type { QuorateError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import type { SnapshotStore, SnapshotWriter } from "../ports/snapshot-store.ts";
import type { SnapshotHandle, SnapshotMeta } from "../snapshot.ts";
import type { Frame } from "./frame.ts";
import type { DriverLimits } from "./limits.ts";

interface Intake {
  /** The sender's process life: another one counts its transfers anew. */
  readonly incarnation: number;
  readonly transfer: number;
  readonly meta: SnapshotMeta;
  readonly size: number;
  readonly writer: SnapshotWriter;
  /** Bytes accepted, of which `queue` still waits for the disk. */
  received: number;
  readonly queue: Uint8Array[];
  /** Bytes on disk. */
  written: number;
  writing: boolean;
  sealed: boolean;
}

/** What the receiver needs of its driver. */
export interface SnapshotReceiverHost {
  sendFrame(to: NodeId, frame: Exclude<Frame, { kind: "message" }>): void;
  snapshotReceived(from: NodeId, meta: SnapshotMeta, handle: SnapshotHandle): void;
  storageFailed(error: QuorateError): void;
}

/**
 * Writes the snapshots that peers send beside our own, one per peer. A chunk that does not continue
 * what is there is dropped and the sender told where we stand, so nothing is ever written twice.
 */
export class SnapshotReceiver {
  readonly #snapshots: SnapshotStore;
  readonly #host: SnapshotReceiverHost;
  readonly #aheadBytesMax: number;
  readonly #intakes = new Map<NodeId, Intake>();
  readonly #incarnations = new Map<NodeId, number>();

  constructor(snapshots: SnapshotStore, host: SnapshotReceiverHost, limits: DriverLimits) {
    this.#snapshots = snapshots;
    this.#host = host;
    // What a sender may have on the way: its window, and the chunk that went beyond it. In bytes,
    // because chunks may be smaller than they could be.
    this.#aheadBytesMax = (limits.snapshotWindow + 1) * limits.snapshotChunkBytes;
  }

  /**
   * The peer may have started again: a transfer that it offers under an old number is another one
   * (found by simulation, ZAB's seed 155).
   */
  linkUp(peer: NodeId, incarnation: number): void {
    this.#incarnations.set(peer, incarnation);
    const known = this.#intakes.get(peer);
    if (known === undefined || known.incarnation === incarnation) return;
    this.#intakes.delete(peer);
    if (!known.sealed) known.writer.abort();
  }

  offered(from: NodeId, transfer: number, meta: SnapshotMeta, size: number): void {
    const known = this.#intakes.get(from);
    if (known !== undefined && known.transfer === transfer) {
      this.#acknowledge(from, known);
      return;
    }
    if (known !== undefined && !known.sealed) known.writer.abort();
    const writer = this.#snapshots.stage(meta);
    const intake: Intake = {
      incarnation: this.#incarnations.get(from) ?? 0,
      transfer,
      meta,
      size,
      writer,
      received: 0,
      queue: [],
      written: 0,
      writing: false,
      sealed: false,
    };
    this.#intakes.set(from, intake);
    if (size === 0) this.#seal(from, intake);
    else this.#acknowledge(from, intake);
  }

  chunk(from: NodeId, transfer: number, offset: number, bytes: Uint8Array): void {
    const intake = this.#intakes.get(from);
    if (intake === undefined || intake.transfer !== transfer || intake.sealed) return;
    const fits =
      offset === intake.received &&
      offset + bytes.length <= intake.size &&
      offset + bytes.length - intake.written <= this.#aheadBytesMax;
    if (!fits || bytes.length === 0) {
      this.#acknowledge(from, intake);
      return;
    }
    intake.received += bytes.length;
    intake.queue.push(bytes);
    this.#writeNext(from, intake);
  }

  stop(): void {
    for (const { writer, sealed } of this.#intakes.values()) if (!sealed) writer.abort();
    this.#intakes.clear();
  }

  #writeNext(from: NodeId, intake: Intake): void {
    const bytes = intake.writing ? undefined : intake.queue.shift();
    if (bytes === undefined) return;
    intake.writing = true;
    intake.writer.write(bytes, (outcome) => {
      if (this.#intakes.get(from) !== intake) return;
      intake.writing = false;
      if (outcome !== null) {
        this.#refused(from, intake, outcome);
        return;
      }
      intake.written += bytes.length;
      if (intake.written === intake.size) this.#seal(from, intake);
      else {
        this.#acknowledge(from, intake);
        this.#writeNext(from, intake);
      }
    });
  }

  #seal(from: NodeId, intake: Intake): void {
    intake.writer.seal((outcome, handle) => {
      if (outcome !== null) {
        this.#refused(from, intake, outcome);
        return;
      }
      if (this.#intakes.get(from) !== intake) {
        this.#snapshots.discard(handle);
        return;
      }
      intake.sealed = true;
      this.#acknowledge(from, intake);
      this.#host.snapshotReceived(from, intake.meta, handle);
    });
  }

  /** A full disk costs this transfer, any other failure the member. */
  #refused(from: NodeId, intake: Intake, error: QuorateError): void {
    this.#intakes.delete(from);
    intake.writer.abort();
    if (error.code !== "ERR_STORAGE_FULL") this.#host.storageFailed(error);
  }

  #acknowledge(to: NodeId, { transfer, written, sealed }: Intake): void {
    this.#host.sendFrame(to, { kind: "snapshotAck", transfer, offset: written, complete: sealed });
  }
}
