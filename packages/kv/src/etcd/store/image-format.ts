import { QuorateError, type ByteReader, type ByteWriter } from "@quorate/core";
import { keyBytes, keyText } from "./key-order.ts";
import type { Change } from "./version.ts";

/**
 * The state as bytes: head, members, changes, a change without a key as the end, and a checksum of
 * everything before it. How many changes there are is not said: it is not known before all of them
 * were looked at.
 */
export const IMAGE_FORMAT = 2;

/** Format 4, revision 6, compacted 6, number of members 4. */
export const HEAD_BYTES = 20;

/** Sizes of key and value. */
export const SIZES_BYTES = 8;

/** What lies between the sizes and the key: mod, create, count 6 each, sub 4, lease 8. */
const NUMBERS_BYTES = 30;

export function writeChange(writer: ByteWriter, change: Change): void {
  const { key, value, lease, mod, create, count, sub } = change;
  writer.u32(key.length).u32(value.length);
  writer.u48(mod).u48(create).u48(count).u32(sub);
  const bits = BigInt.asUintN(64, lease);
  writer.u32(Number(bits >> 32n)).u32(Number(bits & 0xffff_ffffn));
  writer.raw(keyBytes(key)).raw(value);
}

/** Bytes of a change behind its sizes. */
export function bytesBehindSizes(keySize: number, valueSize: number): number {
  return NUMBERS_BYTES + keySize + valueSize;
}

/** Reads a change of which the sizes are read already; the value is a view. */
export function readChange(reader: ByteReader, keySize: number, valueSize: number): Change {
  const mod = reader.u48();
  const create = reader.u48();
  const count = reader.u48();
  const sub = reader.u32();
  const high = reader.u32();
  const low = reader.u32();
  const lease =
    high === 0 && low === 0 ? 0n : BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
  const key = keyText(reader.raw(keySize));
  const value = reader.raw(valueSize);
  return { key, mod, sub, create, count, value, lease };
}

export function damaged(why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", `malformed snapshot of the keyspace: ${why}`);
}
