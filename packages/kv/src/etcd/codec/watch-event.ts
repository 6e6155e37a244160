import { ProtoWriter } from "./proto-writer.ts";
import { writeKeyValue, type KeyValue } from "./responses.ts";

/** Field 11 of a watch response, and the fields of an event. */
const EVENT = 11;
const TYPE = 1;
const KV = 2;
const PREV_KV = 3;
const DELETE = 1;

/** What the other fields of an event take, at most. */
const OTHER_BYTES = 96;

/** One change as watchers hear of it: the same for all of them, and so encoded once. */
export class WatchEvent {
  /** What the key is now; of a deletion only the key and its revision. */
  readonly kv: KeyValue;
  /** What it was before; null when it was not there, or nobody can know any more. */
  readonly prevKv: KeyValue | null;
  #bytes: Uint8Array | null = null;
  #bytesWithPrev: Uint8Array | null = null;

  constructor(kv: KeyValue, prevKv: KeyValue | null) {
    this.kv = kv;
    this.prevKv = prevKv;
  }

  get isDeletion(): boolean {
    return this.kv.count === 0;
  }

  /** The event as a field of a response. */
  bytes(withPrev: boolean): Uint8Array {
    if (withPrev && this.prevKv !== null) {
      return (this.#bytesWithPrev ??= encode(this, this.prevKv));
    }
    return (this.#bytes ??= encode(this, null));
  }
}

function encode({ kv, isDeletion }: WatchEvent, prevKv: KeyValue | null): Uint8Array {
  const size = kv.key.length + kv.value.length;
  const prevSize = prevKv === null ? 0 : prevKv.key.length + prevKv.value.length + OTHER_BYTES;
  const writer = new ProtoWriter(size + prevSize + OTHER_BYTES);
  const event = writer.open(EVENT);
  writer.int64(TYPE, isDeletion ? DELETE : 0);
  writeKeyValue(writer, KV, kv);
  if (prevKv !== null) writeKeyValue(writer, PREV_KV, prevKv);
  return writer.close(event).finish();
}
