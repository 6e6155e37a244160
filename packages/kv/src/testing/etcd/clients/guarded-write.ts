import { compare } from "../../../client/compare.ts";
import type { Bytes } from "../../../client/key-range.ts";
import { op } from "../../../client/op.ts";
import { expectedFailure } from "./expected-failure.ts";
import type { SimClient } from "./sim-client.ts";

/** Where each lock has a register that only its holder may write. */
export const GUARDED = "g/";

/** Writes a lock's token into the register that it guards, if the lock is still held. */
export async function guardedWrite(
  { etcd }: SimClient,
  name: string,
  lockKey: Bytes,
  token: number,
): Promise<void> {
  await etcd
    .txn()
    .if(compare(lockKey).createRevision.equals(token))
    .do(op.put(`${GUARDED}${name}`, `${token}`))
    .commit()
    .catch(expectedFailure);
}
