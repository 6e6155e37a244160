import { isOver } from "../../zookeeper/store/index.ts";
import { inTime, untilEqual, untilIn } from "../cluster/in-time.ts";
import type { ZooKeeperClientWorld } from "./client/client-world.ts";
import type { SimClient } from "./client/sim-client.ts";
import { checkTree } from "./checks/check-tree.ts";
import type { ZooKeeperCluster } from "./zookeeper-cluster.ts";

/**
 * What must be without faults: clients come to an end, each is shown what there is and told all that it
 * waits for, sessions of those who fall silent end, and all members come to the same state.
 */
export async function recover(
  world: ZooKeeperClientWorld,
  clients: readonly SimClient[],
  ended: Promise<void>,
): Promise<void> {
  const { cluster, journal, applied } = world;
  await inTime(cluster, "clients do not come to an end", ended);
  const looks = clients.map((client) =>
    inTime(cluster, `${client.name} is not let in`, lookAgain(client)),
  );
  await Promise.all(looks);
  for (const client of clients) client.close();
  await untilIn(cluster, "sessions do not end", () =>
    [...applied.sessions.records].every(({ end }) => end !== null),
  );
  await untilIn(cluster, "containers do not go", () => !hasUsedUpContainers(cluster));
  await untilEqual(cluster);
  if (journal.violations.length === 0) checkTree(world);
}

/** Behind the answer to a sync nothing is left that its watches had to tell. */
async function lookAgain(client: SimClient): Promise<void> {
  while ((await client.ask({ kind: "sync" })) === null);
  while ((await client.ask({ kind: "children", path: "/", watch: false })) === null);
}

/** In ms since 1970. */
const BEFORE_ANY_TTL = 0;

/** Nodes with a time to live may have long to wait: clocks were set. */
function hasUsedUpContainers(cluster: ZooKeeperCluster): boolean {
  return cluster.ensemble.members.some((member) =>
    [...cluster.machineOf(member).tree.reapable].some((node) => isOver(node, BEFORE_ANY_TTL, 0)),
  );
}
