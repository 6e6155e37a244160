import { think } from "../../clients/think.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import type { SimClient } from "../client/sim-client.ts";
import { REGISTERS } from "./use-registers.ts";

/** Reads and watches, and does nothing else, wherever it is let in. */
export async function readNodes(client: SimClient, world: ZooKeeperClientWorld): Promise<void> {
  const { prng } = client;
  while (await think(client, world)) {
    const kind = prng.pick(["exists", "get", "children"] as const);
    const register = `${REGISTERS}/${prng.below(world.workload.registers)}`;
    const path = kind === "children" ? REGISTERS : register;
    await client.ask({ kind, path, watch: prng.chance(0.3) });
  }
}
