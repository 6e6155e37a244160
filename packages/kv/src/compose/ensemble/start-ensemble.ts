import { Closing } from "../closing.ts";
import { assembleEnsemble } from "./assemble-ensemble.ts";
import { IDEAL } from "./ensemble-conditions.ts";
import { ensembleSettings, type EnsembleOptions } from "./ensemble-options.ts";
import type { Ensemble, ManualEnsemble } from "./ensemble.ts";
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
    const { ensemble } = assembleEnsemble(settings, timeline, IDEAL);
    closing.add(() => ensemble.close());
    await Promise.all(ensemble.members.map((member) => member.restart()));
    await ensemble.untilLed();
    if (settings.clock === "real") timeline.followRealTime();
    return ensemble;
  });
}
