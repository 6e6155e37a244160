import { think } from "../../clients/think.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import type { SimClient } from "../client/sim-client.ts";
import { EPHEMERALS } from "./keep-ephemerals.ts";

/** Looks whose ephemeral nodes are there, now or in some member's past. */
export async function observeEphemerals(
  client: SimClient,
  world: ZooKeeperClientWorld,
): Promise<void> {
  const { prng } = client;
  while (await think(client, world)) {
    if (prng.chance(0.3)) await client.ask({ kind: "sync" });
    const list = await client.ask({ kind: "children", path: EPHEMERALS, watch: prng.chance(0.3) });
    if (list?.result.kind !== "children" || list.result.names.length === 0) continue;
    const path = `${EPHEMERALS}/${prng.pick(list.result.names)}`;
    await client.ask({ kind: prng.pick(["exists", "get"]), path, watch: prng.chance(0.5) });
  }
}
