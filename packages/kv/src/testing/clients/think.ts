import type { ClientWorld } from "../etcd/clients/client-world.ts";
import type { SimClient } from "../etcd/clients/sim-client.ts";

/** Waits as long as a client thinks between two requests; false when it is to make no more. */
export async function think(client: SimClient, { workload, over }: ClientWorld): Promise<boolean> {
  const { from, to } = workload.think;
  await pause(client, client.prng.between(from, to));
  return !over.aborted;
}

/** Waits in the client's process. */
export function pause({ process }: SimClient, millis: number): Promise<void> {
  return new Promise((done) => void process.clock.after(millis, done));
}
