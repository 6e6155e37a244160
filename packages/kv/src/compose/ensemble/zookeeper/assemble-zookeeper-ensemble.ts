import { majorityOf, Prng } from "@quorate/core";
import { ZooKeeperStateMachine } from "../../../zookeeper/apply/index.ts";
import { ensembleIdentity } from "../../ensemble-identity.ts";
import { IDEAL, type EnsembleConditions } from "../ensemble-conditions.ts";
import { HOST } from "../kept-port.ts";
import { memoryNetwork } from "../memory-world.ts";
import type { Timeline } from "../timeline.ts";
import { MemoryZooKeeperMember, type ZooKeeperWorld } from "./zookeeper-ensemble-member.ts";
import type { ZooKeeperEnsembleSettings } from "./zookeeper-ensemble-options.ts";
import { MemoryZooKeeperEnsemble } from "./zookeeper-ensemble.ts";

/** An ensemble whose servers are down, and what it runs on. */
export interface AssembledZooKeeperEnsemble {
  readonly ensemble: MemoryZooKeeperEnsemble;
  readonly world: ZooKeeperWorld;
}

/** Ideal conditions, and ZooKeeper's own state machine. */
export const IDEAL_ZOOKEEPER: EnsembleConditions<ZooKeeperStateMachine> = {
  ...IDEAL,
  machine: () => new ZooKeeperStateMachine(),
};

/** Joins servers, network and time. */
export function assembleZooKeeperEnsemble(
  settings: ZooKeeperEnsembleSettings,
  timeline: Timeline,
  conditions: EnsembleConditions<ZooKeeperStateMachine>,
): AssembledZooKeeperEnsemble {
  const network = memoryNetwork(conditions, () => members);
  const ids = Array.from({ length: settings.members }, (_, i) => `${i + 1}`);
  const configuration = majorityOf(ids.map((id) => ({ id, addresses: [`memory://server.${id}`] })));
  const cluster = ensembleIdentity(configuration);
  const { log } = settings;
  const world: ZooKeeperWorld = {
    timeline,
    network,
    conditions,
    log,
    cluster,
    configuration,
    membership: () => membershipOf(members),
    settings,
  };
  const prng = new Prng(settings.seed);
  const members = ids.map((id) => new MemoryZooKeeperMember(id, world, prng.fork()));
  return { ensemble: new MemoryZooKeeperEnsemble(members, world), world };
}

/** In ZooKeeper's form; servers that are joined in memory have no ports for each other. */
function membershipOf(members: readonly MemoryZooKeeperMember[]): string {
  const lines = members.map(
    ({ name, clientAddress }) => `${name}=${HOST}:0:0:participant;${clientAddress}`,
  );
  return [...lines, "version=0"].join("\n");
}
