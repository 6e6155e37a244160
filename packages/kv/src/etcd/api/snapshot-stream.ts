import { createHash } from "node:crypto";
import type { MeasuredImage } from "../apply/index.ts";
import type { StreamCall } from "../../grpc/index.ts";
import { SnapshotBody } from "../snapshot-file/index.ts";
import type { EtcdMember } from "./etcd-member.ts";

/** What a message carries, as in etcd. */
const BLOB_BYTES = 32 * 1024;

/** What is done in one turn of the loop: less than a millisecond. */
const SLICE_CHANGES = 4096;
const SLICE_BLOBS = 4;

/**
 * One snapshot on its way to one client, no faster than it is taken. The state is pinned once and gone
 * through twice, so that the client is told from the start how much there is, and nothing is kept.
 */
export class SnapshotStream {
  readonly #member: EtcdMember;
  readonly #call: StreamCall;
  readonly #image: MeasuredImage;
  readonly #over: () => void;
  #isOver = false;
  readonly #hash = createHash("sha256");
  /** Null until the image is measured. */
  #body: SnapshotBody | null = null;

  /** @param over - called once, when the state is let go of */
  constructor(member: EtcdMember, call: StreamCall, over: () => void) {
    this.#member = member;
    this.#call = call;
    this.#over = over;
    this.#image = member.machine.pinMeasured();
  }

  /** Begins in a later turn of the loop. */
  start(): void {
    this.#call.onCancel(() => this.#end());
    this.#call.onDrain(() => this.#goOn());
    this.#goOn();
  }

  #goOn(): void {
    this.#member.work.add(() => {
      if (this.#isOver) return false;
      return this.#body === null ? this.#measure() : this.#send(this.#body);
    });
  }

  #measure(): boolean {
    const { view, size, revision, compacted, keys, leases } = this.#image;
    if (size.advance(SLICE_CHANGES)) return true;
    const { cluster } = this.#member;
    const { bytes: imageBytes, changes: versions } = size;
    const head = { cluster, revision, compacted, keys, versions, leases, imageBytes };
    this.#body = new SnapshotBody(head, view, BLOB_BYTES);
    return true;
  }

  /** Answers whether there is more to be sent now; where the client is slow, it is not. */
  #send(body: SnapshotBody): boolean {
    for (let i = 0; i < SLICE_BLOBS; i++) {
      const blob = body.next();
      if (blob === null) {
        this.#sendBlob(this.#hash.digest(), 0);
        this.#call.end();
        this.#end();
        return false;
      }
      this.#hash.update(blob);
      if (!this.#sendBlob(blob, body.left)) return false;
    }
    return true;
  }

  #sendBlob(blob: Uint8Array, remainingBytes: number): boolean {
    const response = this.#member.begin(this.#image.revision);
    response.int64(2, remainingBytes).bytes(3, blob);
    return this.#call.sendWith(response.length, (into, at) => response.copyTo(into, at));
  }

  /** A client that is too slow for the end is told so, and gone, before it. */
  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#image.view.release();
    this.#over();
  }
}
