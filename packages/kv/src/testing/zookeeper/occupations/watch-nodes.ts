import { think } from "../../clients/think.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import type { SimClient } from "../client/sim-client.ts";
import { EPHEMERALS } from "./keep-ephemerals.ts";
import { REGISTERS } from "./use-registers.ts";

/** Leaves watches at nodes that others use, some of which will not fire for long. */
export async function watchNodes(client: SimClient, world: ZooKeeperClientWorld): Promise<void> {
  const { prng } = client;
  const { registers } = world.workload;
  while (await think(client, world)) {
    const register = `${REGISTERS}/${prng.below(registers + 1)}`;
    const kind = prng.pick(["exists", "exists", "get", "children"] as const);
    const path = kind === "children" ? prng.pick([REGISTERS, EPHEMERALS, register]) : register;
    await client.ask({ kind, path, watch: prng.chance(0.8) });
  }
}
