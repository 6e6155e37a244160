import type { QuorateError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import type { SnapshotReader, SnapshotStore } from "../ports/snapshot-store.ts";
import type { Frame } from "./frame.ts";
import type { DriverLimits } from "./limits.ts";

interface Transfer {
  readonly id: number;
  readonly reader: SnapshotReader;
  /** Everything before is at the receiver; null until it has answered the offer. */
  acked: number | null;
  /** The furthest that was ever acknowledged. */
  best: number;
  /** Next byte to read and send. */
  next: number;
  reading: boolean;
  /** When the receiver last got further. */
  progressAt: number;
  offeredAt: number;
}

/** What the sender needs of its driver. */
export interface SnapshotSenderHost {
  sendFrame(to: NodeId, frame: Exclude<Frame, { kind: "message" }>): void;
  snapshotSent(to: NodeId, delivered: boolean): void;
  storageFailed(error: QuorateError): void;
}

/**
 * Streams our newest snapshot to peers, one transfer each: an offer, then chunks a few ahead of the
 * acknowledgements. After a broken link, or silence, the offer is repeated and the transfer goes on
 * from where the receiver says it stands.
 */
export class SnapshotSender {
  readonly #snapshots: SnapshotStore;
  readonly #host: SnapshotSenderHost;
  readonly #limits: DriverLimits;
  readonly #transfers = new Map<NodeId, Transfer>();
  #nextId: number;

  /** @param firstId - differs between process lives, so that a receiver never mixes two transfers */
  constructor(
    snapshots: SnapshotStore,
    host: SnapshotSenderHost,
    limits: DriverLimits,
    firstId: number,
  ) {
    this.#snapshots = snapshots;
    this.#host = host;
    this.#limits = limits;
    this.#nextId = firstId;
  }

  start(to: NodeId, now: number): void {
    this.#end(to);
    const reader = this.#snapshots.open();
    if (reader === null) {
      this.#host.snapshotSent(to, false);
      return;
    }
    const id = this.#nextId++;
    const transfer: Transfer = {
      id,
      reader,
      acked: null,
      best: -1,
      next: 0,
      reading: false,
      progressAt: now,
      offeredAt: now,
    };
    this.#transfers.set(to, transfer);
    this.#offer(to, transfer, now);
  }

  acknowledged(from: NodeId, id: number, offset: number, complete: boolean, now: number): void {
    const transfer = this.#transfers.get(from);
    if (transfer === undefined || transfer.id !== id) return;
    if (complete) {
      this.#end(from);
      this.#host.snapshotSent(from, true);
      return;
    }
    // An answer to an offer that was repeated is no progress: a receiver whose disk stands still
    // would keep the log of every leader from being trimmed.
    if (offset > transfer.best) {
      transfer.best = offset;
      transfer.progressAt = now;
    }
    // After an offer the receiver says where it stands: go on from there.
    if (transfer.acked === null) transfer.next = offset;
    transfer.acked = Math.max(transfer.acked ?? 0, offset);
    this.#pump(from, transfer);
  }

  linkUp(peer: NodeId, now: number): void {
    const transfer = this.#transfers.get(peer);
    if (transfer !== undefined) this.#offer(peer, transfer, now);
  }

  tick(now: number): void {
    for (const [to, transfer] of this.#transfers) {
      if (now - transfer.progressAt > this.#limits.snapshotTimeoutMillis) {
        this.#end(to);
        this.#host.snapshotSent(to, false);
      } else if (
        now - Math.max(transfer.progressAt, transfer.offeredAt) >
        this.#limits.storageStallMillis
      ) {
        this.#offer(to, transfer, now);
      }
    }
  }

  stop(): void {
    for (const to of this.#transfers.keys()) this.#end(to);
  }

  #offer(to: NodeId, transfer: Transfer, now: number): void {
    transfer.acked = null;
    transfer.offeredAt = now;
    const { id, reader } = transfer;
    const { meta, size } = reader;
    this.#host.sendFrame(to, { kind: "snapshotOffer", transfer: id, meta, size });
  }

  #pump(to: NodeId, transfer: Transfer): void {
    const { reader, acked } = transfer;
    const ahead = this.#limits.snapshotWindow * this.#limits.snapshotChunkBytes;
    if (acked === null || transfer.reading) return;
    if (transfer.next >= reader.size || transfer.next - acked >= ahead) return;
    transfer.reading = true;
    const offset = transfer.next;
    reader.read(offset, this.#limits.snapshotChunkBytes, (outcome, bytes) => {
      transfer.reading = false;
      if (this.#transfers.get(to) !== transfer) return;
      if (outcome !== null) {
        this.#host.storageFailed(outcome);
        return;
      }
      if (transfer.next === offset && transfer.acked !== null) {
        transfer.next = offset + bytes.length;
        this.#host.sendFrame(to, { kind: "snapshotChunk", transfer: transfer.id, offset, bytes });
      }
      this.#pump(to, transfer);
    });
  }

  #end(to: NodeId): void {
    this.#transfers.get(to)?.reader.close();
    this.#transfers.delete(to);
  }
}
