import type { ClientWorld } from "./client-world.ts";
import { SimClient } from "./sim-client.ts";
import { useRegisters } from "./use-registers.ts";

/** Starts all clients; resolves when they have ended, which is some time after it is over. */
export async function startClients(world: ClientWorld): Promise<void> {
  const { workload, prng, members, journal } = world;
  const running: Promise<void>[] = [];
  const start = (
    name: string,
    use: (client: SimClient, world: ClientWorld) => Promise<void>,
  ): void => {
    // Half of them know one member only.
    const first = prng.below(members.length);
    const order = [...members.slice(first), ...members.slice(0, first)];
    const client = new SimClient(name, world, prng.chance(0.5) ? order.slice(0, 1) : order);
    running.push(
      use(client, world)
        .catch((thrown: unknown) => journal.broke(thrown))
        .finally(() => client.etcd.close()),
    );
  };
  for (let i = 1; i <= workload.registerClients; i++) start(`register${i}`, useRegisters);
  await Promise.all(running);
}
