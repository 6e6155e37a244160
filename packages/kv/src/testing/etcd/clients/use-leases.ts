import type { Lease } from "../../../client/lease.ts";
import type { ClientWorld } from "./client-world.ts";
import { expectedFailure } from "./expected-failure.ts";
import type { SimClient } from "./sim-client.ts";
import { pause, think } from "../../clients/think.ts";

const TTL_SECONDS_MAX = 8;
const KEYS_MAX = 3;

/** Keeps leases alive for a while, then revokes them or sleeps past their end. */
export async function keepLeases(client: SimClient, world: ClientWorld): Promise<void> {
  const { prng, process, etcd } = client;
  while (await think(client, world)) {
    const lease = await etcd.lease(prng.between(1, TTL_SECONDS_MAX)).catch(expectedFailure);
    if (lease === null) continue;
    await putKeys(client, lease);
    await pause(client, prng.between(100, 15_000));
    if (prng.chance(0.5)) {
      process.pause();
      await world.cluster.sleep(lease.ttlSeconds * 1000 * prng.pick([0.5, 1, 2]));
      process.resume();
    }
    await lease.revoke().catch(expectedFailure);
  }
}

/** Asks for leases that nobody keeps alive. */
export async function leaveLeases(client: SimClient, world: ClientWorld): Promise<void> {
  const { prng, etcd } = client;
  while (await think(client, world)) {
    const lease = await etcd.leases.grant(prng.between(1, TTL_SECONDS_MAX)).catch(expectedFailure);
    if (lease !== null) await putKeys(client, lease);
    await pause(client, prng.between(100, 3000));
  }
}

/** Keys that end with the lease. */
async function putKeys({ prng, etcd, name }: SimClient, lease: Pick<Lease, "id">): Promise<void> {
  for (let left = prng.between(1, KEYS_MAX); left > 0; left--) {
    await etcd.put(`l/${name}/${left}`, "", { lease }).catch(expectedFailure);
  }
}
