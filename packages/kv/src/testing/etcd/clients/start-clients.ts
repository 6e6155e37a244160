import type { EtcdWorkload } from "../settings.ts";
import type { ClientWorld } from "./client-world.ts";
import { interrupt } from "../../clients/interrupt.ts";
import { compact } from "./compact.ts";
import { readThePast } from "./read-the-past.ts";
import { SimClient } from "./sim-client.ts";
import { keepLeases, leaveLeases } from "./use-leases.ts";
import { useLockService } from "./use-lock-service.ts";
import { useLocks } from "./use-locks.ts";
import { useRanges } from "./use-ranges.ts";
import { useRegisters } from "./use-registers.ts";
import { watchKeys } from "./watch-keys.ts";
import { writeBursts } from "./write-bursts.ts";

type Occupation = (client: SimClient, world: ClientWorld) => Promise<void>;

const OCCUPATIONS: Readonly<Record<keyof EtcdWorkload["clients"], Occupation>> = {
  registers: useRegisters,
  ranges: useRanges,
  past: readThePast,
  bursts: writeBursts,
  compactions: compact,
  keptLeases: keepLeases,
  leftLeases: leaveLeases,
  locks: useLocks,
  lockService: useLockService,
  watches: watchKeys,
};

/** These ask one member alone. */
const FAITHFUL: ReadonlySet<string> = new Set(["past", "lockService"]);

/** Clients at work. */
export interface ClientsAtWork {
  /** All but those who watch: they end some time after it is over. */
  readonly ended: Promise<void>;
  /** Ends all others. */
  close(): void;
}

export function startClients(world: ClientWorld): ClientsAtWork {
  const { workload, journal, prng, cluster, over } = world;
  const after = (millis: number, run: () => void): void => void cluster.after(millis, run);
  const clients: SimClient[] = [];
  const working: Promise<void>[] = [];
  let isClosed = false;
  for (const [kind, occupation] of Object.entries(OCCUPATIONS)) {
    const count = workload.clients[kind as keyof EtcdWorkload["clients"]];
    for (let i = 1; i <= count; i++) {
      const client = newClient(`${kind}${i}`, world, FAITHFUL.has(kind));
      clients.push(client);
      const work = occupation(client, world).catch((thrown: unknown) => {
        if (!isClosed) journal.broke(thrown);
      });
      if (kind !== "watches") working.push(work);
      if (prng.chance(workload.interruptedShare)) {
        interrupt(client.process, { prng: prng.fork(), after, over });
      }
    }
  }
  return {
    ended: Promise.all(working).then(() => undefined),
    close: () => {
      isClosed = true;
      for (const { etcd } of clients) etcd.close();
    },
  };
}

function newClient(name: string, world: ClientWorld, isFaithful: boolean): SimClient {
  const { prng, cluster } = world;
  const { members } = cluster.ensemble;
  const member = prng.pick(members);
  const isAlone = isFaithful || prng.chance(0.5);
  const others = isAlone ? [] : members.filter((other) => other !== member);
  return new SimClient(name, world, member, others);
}
