import { Prng } from "@quorate/core";
import { MemoryNetwork } from "@quorate/core/memory";
import { Closing } from "../closing.ts";
import { clusterIdentity } from "../identity.ts";
import { LocalClients } from "../local-clients.ts";
import { MemoryMember, type EnsembleWorld } from "./ensemble-member.ts";
import { ensembleSettings, type EnsembleOptions } from "./ensemble-options.ts";
import { MemoryEnsemble, type Ensemble, type ManualEnsemble } from "./ensemble.ts";
import { Timeline } from "./timeline.ts";

/**
 * Starts a whole etcd cluster in this process, for tests: the members are real, their disks and network
 * are in memory. It has a leader when this resolves, which takes some milliseconds: the first election
 * is not waited for.
 *
 * @throws `ERR_CONFIGURATION` naming the option
 *
 * @example
 * ```ts
 * import { startEnsemble } from "@quorate/kv";
 *
 * const ensemble = await startEnsemble({ clock: "manual" });
 * const leader = await ensemble.untilLed();
 * leader.pause();
 * const next = await ensemble.untilLed();
 * console.log(next === leader, ensemble.now < 5000);
 * // → false true
 * await ensemble.close();
 * ```
 */
export function startEnsemble(
  options: EnsembleOptions & { readonly clock: "manual" },
): Promise<ManualEnsemble>;
export function startEnsemble(options?: EnsembleOptions): Promise<Ensemble>;
export function startEnsemble(options: EnsembleOptions = {}): Promise<Ensemble> {
  return Closing.guard(async (closing) => {
    const settings = ensembleSettings(options);
    const timeline = new Timeline();
    const network: MemoryNetwork = new MemoryNetwork({
      schedule: (id, millis, run) =>
        members.find((member) => member.id === id)?.schedule(millis, run),
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
    const world: EnsembleWorld = { timeline, network, clients, identity, settings };
    const prng = new Prng(settings.seed);
    const members = identity.members.map(
      ({ name, id }) => new MemoryMember(name, id, world, prng.fork()),
    );
    const ensemble = new MemoryEnsemble(members, world);
    closing.add(() => ensemble.close());
    await Promise.all(members.map((member) => member.restart()));
    await ensemble.untilLed();
    if (settings.clock === "real") timeline.followRealTime();
    return ensemble;
  });
}
