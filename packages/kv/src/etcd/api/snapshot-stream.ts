import { createHash } from "node:crypto";
import type { StreamCall } from "../../grpc/index.ts";
import { databaseBuckets, DatabasePieces, type DatabaseMember } from "../database/index.ts";
import { CLUSTER_VERSION } from "../version.ts";
import type { EtcdMember } from "./etcd-member.ts";

/** What a message carries, as in etcd. */
const BLOB_BYTES = 32 * 1024;

/** What is done in one turn of the loop: less than a millisecond. */
const SLICE_ITEMS = 1024;
const SLICE_BLOBS = 4;

/**
 * One snapshot, a database such as etcd's own, on its way to one client, no faster than it is taken. The state is pinned once and gone
 * through twice, so that the client is told from the start how much there is, and nothing is kept.
 */
export class SnapshotStream {
  readonly #member: EtcdMember;
  readonly #call: StreamCall;
  readonly #over: () => void;
  readonly #revision: number;
  readonly #hash = createHash("sha256");
  /** Null when it is over: the state is let go of. */
  #pieces: DatabasePieces | null;
  #isMeasured = false;

  /** @param over - called once, when the state is let go of */
  constructor(member: EtcdMember, call: StreamCall, over: () => void) {
    this.#member = member;
    this.#call = call;
    this.#over = over;
    const { store, leases, alarms } = member.machine;
    this.#revision = store.revision;
    const buckets = databaseBuckets({
      changes: [store.pin(), store.pin()],
      leases,
      alarms,
      applied: member.requests.view().applied,
      clusterVersion: CLUSTER_VERSION,
      members: membersOf(member),
    });
    this.#pieces = new DatabasePieces(buckets, BLOB_BYTES);
  }

  /** Begins in a later turn of the loop. */
  start(): void {
    this.#call.onCancel(() => this.#end());
    this.#call.onDrain(() => this.#goOn());
    this.#goOn();
  }

  #goOn(): void {
    this.#member.work.add(() => {
      const pieces = this.#pieces;
      if (pieces === null) return false;
      if (this.#isMeasured) return this.#send(pieces);
      this.#isMeasured = !pieces.measure(SLICE_ITEMS);
      return true;
    });
  }

  /** Answers whether there is more to be sent now; where the client is slow, it is not. */
  #send(pieces: DatabasePieces): boolean {
    for (let i = 0; i < SLICE_BLOBS; i++) {
      const blob = pieces.next();
      if (blob === null) {
        this.#sendBlob(this.#hash.digest(), 0);
        this.#call.end();
        this.#end();
        return false;
      }
      this.#hash.update(blob);
      if (!this.#sendBlob(blob, pieces.left)) return false;
    }
    return true;
  }

  #sendBlob(blob: Uint8Array, remainingBytes: number): boolean {
    const response = this.#member.begin(this.#revision);
    response.int64(2, remainingBytes).bytes(3, blob);
    return this.#call.sendWith(response.length, (into, at) => response.copyTo(into, at));
  }

  /** A client that is too slow for the end is told so, and gone, before it. */
  #end(): void {
    if (this.#pieces === null) return;
    this.#pieces = null;
    this.#over();
  }
}

function membersOf({ requests, machine }: EtcdMember): readonly DatabaseMember[] {
  return requests.view().configurations.latest.members.map(({ id, addresses }) => {
    const { name = "", clientUrls = [] } = machine.members.get(id) ?? {};
    return { id, name, peerUrls: addresses, clientUrls };
  });
}
