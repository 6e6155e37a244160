import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import { SimClient } from "../client/sim-client.ts";
import { EPHEMERALS } from "./keep-ephemerals.ts";
import { MORTALS } from "./use-containers.ts";
import { GUARDED, LOCKS } from "./use-locks.ts";
import { REGISTERS } from "./use-registers.ts";

/** Creates what the clients need to be there. */
export async function prepareTree(world: ZooKeeperClientWorld): Promise<SimClient> {
  const client = new SimClient("first", world);
  const keys = Array.from({ length: world.workload.locks }, (_, i) => `k${i}`);
  const paths = [REGISTERS, EPHEMERALS, MORTALS, LOCKS, GUARDED];
  for (const key of keys) paths.push(`${LOCKS}/${key}`, `${GUARDED}/${key}`);
  for (const path of paths) {
    while ((await client.ask(persistent(path))) === null);
  }
  return client;
}

function persistent(path: string): Parameters<SimClient["ask"]>[0] {
  return { kind: "create", path, value: "0", ephemeral: false, sequential: false };
}
