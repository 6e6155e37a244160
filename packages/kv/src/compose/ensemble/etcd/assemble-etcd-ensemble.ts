import { Prng } from "@quorate/core";
import { EtcdStateMachine } from "../../../etcd/apply/index.ts";
import { clusterIdentity } from "../../identity.ts";
import { LocalClients } from "../../local-clients.ts";
import { IDEAL, type EnsembleConditions } from "../ensemble-conditions.ts";
import { memoryNetwork } from "../memory-world.ts";
import type { Timeline } from "../timeline.ts";
import { EtcdEnsembleMember, type EtcdWorld } from "./etcd-ensemble-member.ts";
import type { EnsembleSettings } from "./etcd-ensemble-options.ts";
import { EtcdEnsemble } from "./etcd-ensemble.ts";

/** An ensemble whose members are down, and what it runs on. */
export interface AssembledEtcdEnsemble {
  readonly ensemble: EtcdEnsemble;
  readonly world: EtcdWorld;
}

/** Ideal conditions, and etcd's own state machine. */
export const IDEAL_ETCD: EnsembleConditions<EtcdStateMachine> = {
  ...IDEAL,
  machine: () => new EtcdStateMachine(),
};

/** Joins members, network, time and clients. */
export function assembleEtcdEnsemble(
  settings: EnsembleSettings,
  timeline: Timeline,
  conditions: EnsembleConditions<EtcdStateMachine>,
): AssembledEtcdEnsemble {
  const network = memoryNetwork(conditions, () => members);
  const names = Array.from({ length: settings.members }, (_, i) => `m${i + 1}`);
  const identity = clusterIdentity(
    names.map((name) => ({ name, peerUrls: [`memory://${name}`] })),
    "ensemble",
  );
  const clients = new LocalClients({
    now: () => timeline.now().monotonic,
    after: (millis, run) => timeline.after(millis, run),
  });
  const { log } = settings;
  const world: EtcdWorld = { timeline, network, conditions, log, clients, identity, settings };
  const prng = new Prng(settings.seed);
  const members = identity.members.map(
    ({ name, id }) => new EtcdEnsembleMember(name, id, world, prng.fork()),
  );
  return { ensemble: new EtcdEnsemble(members, world), world };
}
