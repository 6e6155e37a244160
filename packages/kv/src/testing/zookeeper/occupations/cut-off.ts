import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import type { SimClient } from "../client/sim-client.ts";

/** Breaks the client's connections, or cuts it off from a member for a while, now and then. */
export function cutOff(
  { name }: SimClient,
  { cluster, network, prng, over }: ZooKeeperClientWorld,
): void {
  const own = prng.fork();
  const next = (): void => {
    cluster.after(own.between(500, 10_000), () => {
      if (over.aborted) return;
      if (own.chance(0.5)) network.break(name);
      else {
        const member = own.pick(cluster.ids);
        network.cut(name, member);
        cluster.after(own.between(1, 8000), () => network.join(name, member));
      }
      next();
    });
  };
  next();
}
