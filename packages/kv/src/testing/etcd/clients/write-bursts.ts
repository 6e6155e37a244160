import type { ClientWorld } from "./client-world.ts";
import { expectedFailure } from "./expected-failure.ts";
import type { SimClient } from "./sim-client.ts";
import { pause, think } from "../../clients/think.ts";

const KEYS = 4;
const BURST_MAX = 20;
const BYTES_MAX = 8000;

/** Writes a lot at once, now and then: what watchers cannot take at once, and snapshots are large of. */
export async function writeBursts(client: SimClient, world: ClientWorld): Promise<void> {
  const { prng, etcd } = client;
  while (await think(client, world)) {
    const writes = Array.from({ length: prng.between(1, BURST_MAX) }, () =>
      etcd.put(`b/${prng.below(KEYS)}`, "x".repeat(prng.below(BYTES_MAX))).catch(expectedFailure),
    );
    await Promise.all(writes);
    await pause(client, prng.between(500, 5000));
  }
}
