import { interrupt } from "../../clients/interrupt.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import { SimClient } from "../client/sim-client.ts";
import type { ZooKeeperClientCounts } from "../settings.ts";
import { cutOff } from "./cut-off.ts";
import { followNodes } from "./follow-nodes.ts";
import { keepEphemerals } from "./keep-ephemerals.ts";
import { observeEphemerals } from "./observe-ephemerals.ts";
import { readNodes } from "./read-nodes.ts";
import { useContainers } from "./use-containers.ts";
import { useLocks } from "./use-locks.ts";
import { useRegisters } from "./use-registers.ts";
import { watchNodes } from "./watch-nodes.ts";

type Occupation = (client: SimClient, world: ZooKeeperClientWorld) => Promise<void>;

const OCCUPATIONS: Readonly<Record<keyof ZooKeeperClientCounts, Occupation>> = {
  registers: useRegisters,
  readers: readNodes,
  watches: watchNodes,
  followers: followNodes,
  containers: useContainers,
  ephemerals: keepEphemerals,
  locks: useLocks,
  observers: observeEphemerals,
};

/** Clients at work. */
export interface ClientsAtWork {
  readonly clients: readonly SimClient[];
  /** They end some time after it is over. */
  readonly ended: Promise<void>;
}

export function startClients(world: ZooKeeperClientWorld): ClientsAtWork {
  const { workload, journal, prng, cluster, over } = world;
  const after = (millis: number, run: () => void): void => void cluster.after(millis, run);
  const clients: SimClient[] = [];
  const working: Promise<void>[] = [];
  for (const [kind, occupation] of Object.entries(OCCUPATIONS)) {
    const count = workload.clients[kind as keyof ZooKeeperClientCounts];
    for (let i = 1; i <= count; i++) {
      const client = new SimClient(`${kind}${i}`, world, kind === "readers");
      clients.push(client);
      working.push(occupation(client, world).catch((thrown: unknown) => journal.broke(thrown)));
      if (prng.chance(workload.interruptedShare)) {
        interrupt(client.process, { prng: prng.fork(), after, over });
      }
      if (prng.chance(workload.cutShare)) cutOff(client, world);
    }
  }
  return { clients, ended: Promise.all(working).then(() => undefined) };
}
