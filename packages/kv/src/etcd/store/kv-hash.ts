import { crc32c, utf8Encode } from "@quorate/core";
import { ProtoWriter } from "../codec/proto-writer.ts";
import { writeKeyValueFields } from "../codec/responses.ts";
import type { PinnedChanges } from "./pinned-changes.ts";
import type { Version } from "./version.ts";

const BUCKET = utf8Encode("key");

/** A key in etcd's notation: 8 bytes of revision, `_`, 8 bytes of place; behind it `t` for a deletion. */
const KEY_BYTES = 17;
const UNDERSCORE = 0x5f;
const TOMBSTONE = 0x74;

/**
 * CRC-32C over the bucket's name, then for every change up to the revision that is not forgotten its
 * key in etcd's own notation and the key-value message. Members with equal states give equal hashes.
 *
 * A fold over pinned changes, to be taken in steps: what is written or forgotten meanwhile leaves it
 * alone.
 */
export class KvHash {
  readonly #changes: PinnedChanges;
  readonly #revision: number;
  readonly #key = new Uint8Array(KEY_BYTES + 1);
  readonly #keyView = new DataView(this.#key.buffer);
  readonly #fields = new ProtoWriter(1024);
  #value: number = crc32c(BUCKET);

  constructor(changes: PinnedChanges, revision: number) {
    this.#changes = changes;
    this.#revision = revision;
  }

  /** The hash, once {@link advance} has said that there is no more. */
  get value(): number {
    return this.#value;
  }

  /** Takes in about so many bytes of changes; answers whether there are more. */
  advance(bytesMax: number): boolean {
    for (let bytes = 0; bytes < bytesMax;) {
      const change = this.#changes.next();
      if (change === null || change.mod > this.#revision) return false;
      bytes += change.bytes;
      if (change.outlives(this.#changes.compacted)) this.#take(change);
    }
    return true;
  }

  #take(change: Version): void {
    const { key, mod, sub, isDeletion } = change;
    this.#keyView.setUint32(0, Math.floor(mod / 0x1_0000_0000));
    this.#keyView.setUint32(4, mod >>> 0);
    this.#key[8] = UNDERSCORE;
    this.#keyView.setUint32(13, sub);
    this.#key[KEY_BYTES] = TOMBSTONE;
    const fields = this.#fields.reset();
    // A deletion holds the key alone.
    if (isDeletion) fields.latin1(1, key);
    else writeKeyValueFields(fields, change);
    const keyBytes = isDeletion ? KEY_BYTES + 1 : KEY_BYTES;
    this.#value = crc32c(this.#key.subarray(0, keyBytes), this.#value);
    this.#value = crc32c(fields.finish(), this.#value);
  }
}
