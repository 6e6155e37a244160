import type { ClientWorld } from "./client-world.ts";
import { expectedFailure } from "./expected-failure.ts";
import type { SimClient } from "./sim-client.ts";
import { pause, think } from "../../clients/think.ts";

/** Revisions before the newest that are left. */
const KEPT_MAX = 50;

/** Compacts the keyspace to some revision, now and then. */
export async function compact(client: SimClient, world: ClientWorld): Promise<void> {
  const { prng, etcd } = client;
  const { keyspace } = world.applied;
  while (await think(client, world)) {
    await pause(client, prng.between(1000, 10_000));
    const revision = Math.max(1, keyspace.revision - prng.between(0, KEPT_MAX));
    await etcd.compact(revision, { physical: prng.chance(0.3) }).catch(expectedFailure);
  }
}
