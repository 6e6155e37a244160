import { Prng } from "@quorate/core";
import { MemoryNetwork } from "@quorate/core/memory";
import { clusterIdentity } from "../identity.ts";
import { LocalClients } from "../local-clients.ts";
import type { EnsembleConditions } from "./ensemble-conditions.ts";
import { MemoryMember, type EnsembleWorld } from "./ensemble-member.ts";
import type { EnsembleSettings } from "./ensemble-options.ts";
import { MemoryEnsemble } from "./ensemble.ts";
import type { Timeline } from "./timeline.ts";

/** An ensemble whose members are down, and what it runs on. */
export interface AssembledEnsemble {
  readonly ensemble: MemoryEnsemble;
  readonly world: EnsembleWorld;
}

/** Joins members, network, time and clients. */
export function assembleEnsemble(
  settings: EnsembleSettings,
  timeline: Timeline,
  conditions: EnsembleConditions,
): AssembledEnsemble {
  const { delayMillis, redialMillis } = conditions;
  const network: MemoryNetwork = new MemoryNetwork({
    schedule: (id, millis, run) =>
      members.find((member) => member.id === id)?.schedule(millis, run),
    ...(delayMillis === undefined ? {} : { delayMillis }),
    ...(redialMillis === undefined ? {} : { redialMillis }),
  });
  const names = Array.from({ length: settings.members }, (_, i) => `m${i + 1}`);
  const identity = clusterIdentity(
    names.map((name) => ({ name, peerUrls: [`memory://${name}`] })),
    "ensemble",
  );
  const clients = new LocalClients({
    now: () => timeline.now().monotonic,
    after: (millis, run) => timeline.after(millis, run),
  });
  const world: EnsembleWorld = { timeline, network, clients, identity, settings, conditions };
  const prng = new Prng(settings.seed);
  const members = identity.members.map(
    ({ name, id }) => new MemoryMember(name, id, world, prng.fork()),
  );
  return { ensemble: new MemoryEnsemble(members, world), world };
}
