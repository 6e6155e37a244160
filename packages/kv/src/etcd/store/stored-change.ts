import { ProtoWriter } from "../codec/proto-writer.ts";
import { writeKeyValueFields } from "../codec/responses.ts";
import type { Change } from "./version.ts";

/** 8 bytes of revision, `_`, 8 bytes of place; behind it `t` for a deletion. */
export const REVISION_KEY_BYTES = 17;
const UNDERSCORE = 0x5f;
const TOMBSTONE = 0x74;

/** Puts changes as etcd stores them: under a key that is their revision, a key-value message. */
export class StoredChange {
  readonly #key = new Uint8Array(REVISION_KEY_BYTES + 1);
  readonly #keyView = new DataView(this.#key.buffer);
  readonly #fields = new ProtoWriter(1024);

  /** As views, which are written anew for the next change. */
  encode(change: Change): { readonly key: Uint8Array; readonly value: Uint8Array } {
    const { key, mod, sub, count } = change;
    this.#keyView.setUint32(0, Math.floor(mod / 0x1_0000_0000));
    this.#keyView.setUint32(4, mod >>> 0);
    this.#key[8] = UNDERSCORE;
    this.#keyView.setUint32(13, sub);
    this.#key[REVISION_KEY_BYTES] = TOMBSTONE;
    const fields = this.#fields.reset();
    const isDeletion = count === 0;
    // A deletion holds the key alone.
    if (isDeletion) fields.latin1(1, key);
    else writeKeyValueFields(fields, change);
    const keyBytes = isDeletion ? REVISION_KEY_BYTES + 1 : REVISION_KEY_BYTES;
    return { key: this.#key.subarray(0, keyBytes), value: fields.finish() };
  }
}
