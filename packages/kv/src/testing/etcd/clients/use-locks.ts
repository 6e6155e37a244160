import type { Lock } from "../../../client/lock.ts";
import type { ClientWorld } from "./client-world.ts";
import { expectedFailure } from "./expected-failure.ts";
import { guardedWrite } from "./guarded-write.ts";
import type { SimClient } from "./sim-client.ts";
import { pause, think } from "../../clients/think.ts";

/** Takes locks as the client library does, holds them for a while, and sleeps past their end at times. */
export async function useLocks(client: SimClient, world: ClientWorld): Promise<void> {
  const { prng, name, process } = client;
  const { journal, locks, workload, cluster } = world;
  for (let n = 1; await think(client, world); n++) {
    const key = `k${prng.below(workload.locks)}`;
    const ttlSeconds = prng.between(1, 6);
    const invoked = journal.moment();
    const lock = await takeLock(client, world, key, ttlSeconds);
    if (lock === null) continue;
    const { fencingToken: token, lease } = lock;
    const owner = `${name}#${n}`;
    const holder = locks.acquired({ key, owner, token, lease: lease.id, invoked });
    await pause(client, prng.between(1, 2000));
    if (prng.chance(0.2)) {
      process.pause();
      await cluster.sleep(ttlSeconds * 1000 + prng.between(0, 5000));
      process.resume();
    }
    await guardedWrite(client, key, lock.key, token);
    await locks.release(holder, () => lock.release()).catch(expectedFailure);
  }
}

async function takeLock(
  { etcd }: SimClient,
  { over }: ClientWorld,
  key: string,
  ttlSeconds: number,
): Promise<Lock | null> {
  try {
    return await etcd.lock(key, { ttlSeconds, signal: over });
  } catch (thrown) {
    return over.aborted ? null : expectedFailure(thrown);
  }
}
