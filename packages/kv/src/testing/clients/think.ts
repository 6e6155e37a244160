import type { ClientWorld } from "./client-world.ts";
import type { SimClient } from "./sim-client.ts";

/** Waits as long as a client thinks between two requests; false when it is to make no more. */
export async function think(client: SimClient, world: ClientWorld): Promise<boolean> {
  const { from, to } = world.workload.think;
  await pause(client, client.prng.between(from, to));
  return !world.isOver;
}

/** Waits in the client's process. */
export function pause({ process }: SimClient, millis: number): Promise<void> {
  return new Promise((done) => void process.clock.after(millis, done));
}
