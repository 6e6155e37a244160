import type { KeyValue } from "@quorate/kv";
import { bytesField } from "./printable.ts";

/** A key and its value for JSON, with etcd's field names. */
export function keyValueJson(kv: KeyValue): Readonly<Record<string, unknown>> {
  return {
    ...bytesField("key", kv.key),
    ...bytesField("value", kv.value),
    create_revision: kv.createRevision,
    mod_revision: kv.modRevision,
    version: kv.version,
    // All 64 bits are used, which is more than a JSON number holds.
    ...(kv.lease === 0n ? {} : { lease: kv.lease.toString() }),
  };
}
