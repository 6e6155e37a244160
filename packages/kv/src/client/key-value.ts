import type { KeyValueFields } from "../etcd/codec/index.ts";

/** Keeps every character: a mark of the byte order, too, was part of what was written. */
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** One version of a key. */
export class KeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** The revision at which the key came to be; with the key, it names this life of it. */
  readonly createRevision: number;
  /** The revision at which it got this value. */
  readonly modRevision: number;
  /** How often it was put since it came to be. */
  readonly version: number;
  /** The lease that it ends with; 0 for none. */
  readonly lease: bigint;

  constructor(fields: KeyValueFields) {
    this.key = fields.key;
    this.value = fields.value;
    this.createRevision = fields.createRevision;
    this.modRevision = fields.modRevision;
    this.version = fields.version;
    this.lease = fields.lease;
  }

  /** The key as text. */
  get keyText(): string {
    return utf8.decode(this.key);
  }

  /** The value as text. */
  get text(): string {
    return utf8.decode(this.value);
  }
}

export function keyValueOrNull(fields: KeyValueFields | null | undefined): KeyValue | null {
  return fields ? new KeyValue(fields) : null;
}
