import { pause, think } from "../../clients/think.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import type { SimClient } from "../client/sim-client.ts";

/** Where ephemeral nodes are that nobody deletes. */
export const EPHEMERALS = "/e";

/**
 * Has ephemeral nodes, lives on without asking for anything but pings, and ends its session, or stands
 * still until it has ended.
 */
export async function keepEphemerals(
  client: SimClient,
  world: ZooKeeperClientWorld,
): Promise<void> {
  const { prng, process } = client;
  const { cluster } = world;
  for (let n = 1; await think(client, world);) {
    for (let left = prng.between(1, 3); left > 0; left--, n++) {
      const path = `${EPHEMERALS}/${client.name}.${n}`;
      await client.ask({ kind: "create", path, value: "", ephemeral: true, sequential: false });
    }
    await pause(client, prng.between(0, 6000));
    if (prng.chance(0.3)) await client.ask({ kind: "close" });
    else if (prng.chance(0.4)) {
      process.pause();
      await cluster.sleep(prng.between(500, 12_000));
      process.resume();
    }
  }
}
