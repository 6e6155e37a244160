import { Closing } from "../../closing.ts";
import { Timeline } from "../timeline.ts";
import { assembleEtcdEnsemble, IDEAL_ETCD } from "./assemble-etcd-ensemble.ts";
import { ensembleSettings, type EnsembleOptions } from "./etcd-ensemble-options.ts";
import type { Ensemble, ManualEnsemble } from "./etcd-ensemble.ts";

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
    const { ensemble } = assembleEtcdEnsemble(settings, new Timeline(), IDEAL_ETCD);
    closing.add(() => ensemble.close());
    await ensemble.start(settings.clock);
    return ensemble;
  });
}
