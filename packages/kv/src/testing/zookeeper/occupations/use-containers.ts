import { pause, think } from "../../clients/think.ts";
import type { ZnodeRequest } from "../../sessions/facts.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import type { SimClient } from "../client/sim-client.ts";

/** Where nodes are that end by themselves. */
export const MORTALS = "/c";

/** Makes nodes that end by themselves, with children and without, and lets go of them. */
export async function useContainers(client: SimClient, world: ZooKeeperClientWorld): Promise<void> {
  const { prng } = client;
  for (let n = 1; await think(client, world); n++) {
    const path = `${MORTALS}/${client.name}.${n}`;
    const ttlMillis = prng.chance(0.5) ? prng.between(1, 5000) : null;
    await client.createMortal(path, ttlMillis);
    if (ttlMillis !== null && prng.chance(0.5)) continue;
    const child = `${path}/child`;
    const create: ZnodeRequest = {
      kind: "create",
      path: child,
      value: "",
      ephemeral: prng.chance(0.3),
      sequential: false,
    };
    await client.ask(create);
    await pause(client, prng.between(0, 5000));
    await client.ask({ kind: "delete", path: child, version: null });
  }
}
