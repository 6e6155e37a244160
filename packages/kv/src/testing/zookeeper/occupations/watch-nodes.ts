import { think } from "../../clients/think.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import type { SimClient } from "../client/sim-client.ts";
import { EPHEMERALS } from "./keep-ephemerals.ts";
import { REGISTERS } from "./use-registers.ts";

/**
 * Leaves watches at nodes that others use, some of which will not fire for long, and goes to another
 * member with them.
 */
export async function watchNodes(client: SimClient, world: ZooKeeperClientWorld): Promise<void> {
  const { prng } = client;
  const { registers } = world.workload;
  for (let n = 1; await think(client, world); n++) {
    const register = `${REGISTERS}/${prng.below(registers + 1)}`;
    const kind = prng.pick(["exists", "exists", "get", "children"] as const);
    const path = kind === "children" ? prng.pick([REGISTERS, EPHEMERALS, register]) : register;
    const read = { kind, path, watch: prng.chance(0.8) };
    if (prng.chance(0.9)) await client.ask(read);
    else {
      // What it has seen last is then what it watches.
      const value = `${client.name}.${n}`;
      const write = { kind: "set", path: register, value, version: null } as const;
      await Promise.all([client.ask(write), client.ask(read)]);
      client.leave();
    }
  }
}
