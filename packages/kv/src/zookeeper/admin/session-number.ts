import type { SessionId } from "../codec/index.ts";

/** A session's id as the signed number of 64 bits that Java takes it for. */
export function sessionNumber({ sid, birth }: SessionId): bigint {
  return BigInt.asIntN(64, (BigInt(sid) << 56n) | BigInt(birth));
}
