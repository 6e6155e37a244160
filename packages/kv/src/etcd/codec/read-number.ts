import { QuorateError } from "@quorate/core";
import type { ProtoReader } from "./proto-reader.ts";

/**
 * A number that is small enough to count with: revisions, counts, sizes.
 *
 * @throws `ERR_MALFORMED` beyond 2^53
 */
export function readCount(reader: ProtoReader): number {
  const value = reader.int64();
  if (Number.isSafeInteger(value)) return value;
  throw new QuorateError("ERR_MALFORMED", "malformed protocol buffer: a number beyond 2^53");
}

/** All 64 bits, unsigned: ids of members and clusters. */
export function readMemberId(reader: ProtoReader): bigint {
  return BigInt.asUintN(64, reader.bigint64());
}
