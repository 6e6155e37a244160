import { utf8Encode } from "@quorate/core";
import { EtcdError } from "../../../client/etcd-error.ts";
import { ProtoWriter } from "../../../etcd/codec/index.ts";
import type { ClientWorld } from "./client-world.ts";
import { expectedFailure } from "./expected-failure.ts";
import { guardedWrite } from "./guarded-write.ts";
import type { SimClient } from "./sim-client.ts";
import { pause, think } from "../../clients/think.ts";

/** Waiting for a lock takes as long as others hold it. */
const CALL_MILLIS = 20_000;

/**
 * Takes the same locks with the service that members have for it, under leases that mostly nobody
 * keeps alive: often they end while it still waits. It asks one member alone.
 */
export async function useLockService(client: SimClient, world: ClientWorld): Promise<void> {
  const { prng } = client;
  while (await think(client, world)) {
    const lease = await client.etcd.leases.grant(prng.between(1, 8)).catch(expectedFailure);
    if (lease === null) continue;
    await useLock(client, world, `k${prng.below(world.workload.locks)}`, lease.id);
    await client.etcd.leases.revoke(lease.id).catch(expectedFailure);
  }
}

async function useLock(
  client: SimClient,
  { journal, locks }: ClientWorld,
  key: string,
  lease: bigint,
): Promise<void> {
  const { prng, etcd, name } = client;
  const lockKey = utf8Encode(`${key}/${lease.toString(16)}`);
  const invoked = journal.moment();
  const request = new ProtoWriter().bytes(1, utf8Encode(key)).uint64(2, lease).finish();
  const answer = await call(client, "Lock", request).catch(expectedLoss);
  if (answer === null) return;
  // Of the same member, as of now: what it takes for held is what counts.
  const read = await etcd.range(lockKey, { serializable: true }).catch(expectedFailure);
  const token = read?.kvs[0]?.createRevision;
  if (token === undefined) return;
  const owner = `${name}#${lease.toString(16)}`;
  const holder = locks.acquired({ key, owner, token, lease, invoked });
  await pause(client, prng.between(1, 3000));
  await guardedWrite(client, key, lockKey, token);
  const unlock = new ProtoWriter().bytes(1, lockKey).finish();
  await locks.release(holder, () => call(client, "Unlock", unlock)).catch(expectedFailure);
}

function call(
  { channel }: SimClient,
  method: "Lock" | "Unlock",
  request: Uint8Array,
): Promise<Uint8Array> {
  const options = { timeoutMillis: CALL_MILLIS, repeatable: false };
  return channel.unary(`/v3lockpb.Lock/${method}`, request, options);
}

/** As etcd words it when the lease ends before the lock is there. */
function expectedLoss(thrown: unknown): null {
  const isLost = thrown instanceof EtcdError && thrown.message === "mutex: session is expired";
  return isLost ? null : expectedFailure(thrown);
}
