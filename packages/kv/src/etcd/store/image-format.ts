import { QuorateError, type ByteReader, type ByteWriter } from "@quorate/core";
import type { Lease } from "../lease/index.ts";
import { keyBytes, keyText } from "./key-order.ts";
import type { Change } from "./version.ts";

/**
 * The state as bytes: head, members, alarms, leases, changes, a change without a key as the end, and a
 * checksum of everything before it. How many changes there are is not said: it is not known before
 * all of them were looked at.
 */
export const IMAGE_FORMAT = 3;

/** Format 4, revision 6, compacted 6, the lease clock 6 + 6 + 6, members 4, alarms 4, leases 4. */
export const HEAD_BYTES = 46;

/** Id 8, seconds 6, how it ends 1, when 6. */
export const LEASE_BYTES = 21;

/** Which of the ends a number stands for. */
const LEASE_ENDS = ["young", "older", "at"] as const;

export function writeLease(writer: ByteWriter, { id, ttlSeconds, ends }: Lease): void {
  writeU64(writer, id);
  writer.u48(ttlSeconds).u8(LEASE_ENDS.indexOf(ends.kind));
  writer.u48(ends.kind === "at" ? ends.millis : 0);
}

export function readLease(reader: ByteReader): Lease {
  const id = readI64(reader);
  const ttlSeconds = reader.u48();
  const kind = LEASE_ENDS[reader.u8()];
  const millis = reader.u48();
  if (kind === undefined) throw damaged("a lease ends in no way that is known");
  return { id, ttlSeconds, ends: kind === "at" ? { kind, millis } : { kind } };
}

/** Sizes of key and value. */
export const SIZES_BYTES = 8;

/** What lies between the sizes and the key: mod, create, count 6 each, sub 4, lease 8. */
const NUMBERS_BYTES = 30;

export function writeChange(writer: ByteWriter, change: Change): void {
  const { key, value, lease, mod, create, count, sub } = change;
  writer.u32(key.length).u32(value.length);
  writer.u48(mod).u48(create).u48(count).u32(sub);
  writeU64(writer, lease);
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
  const lease = readI64(reader);
  const key = keyText(reader.raw(keySize));
  const value = reader.raw(valueSize);
  return { key, mod, sub, create, count, value, lease };
}

function writeU64(writer: ByteWriter, value: bigint): void {
  const bits = BigInt.asUintN(64, value);
  writer.u32(Number(bits >> 32n)).u32(Number(bits & 0xffff_ffffn));
}

function readI64(reader: ByteReader): bigint {
  const high = reader.u32();
  const low = reader.u32();
  if (high === 0 && low === 0) return 0n;
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
}

export function damaged(why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", `malformed snapshot of the keyspace: ${why}`);
}
