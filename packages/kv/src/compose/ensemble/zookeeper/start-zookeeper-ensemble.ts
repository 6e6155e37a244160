import { Closing } from "../../closing.ts";
import { Timeline } from "../timeline.ts";
import { assembleZooKeeperEnsemble, IDEAL_ZOOKEEPER } from "./assemble-zookeeper-ensemble.ts";
import {
  zooKeeperEnsembleSettings,
  type ZooKeeperEnsembleOptions,
} from "./zookeeper-ensemble-options.ts";
import type { ManualZooKeeperEnsemble, ZooKeeperEnsemble } from "./zookeeper-ensemble.ts";

/**
 * Starts a whole ZooKeeper ensemble in this process, for tests: the servers are real, their disks and
 * peers are in memory, and any client of ZooKeeper reaches them on ports of 127.0.0.1. It has a leader
 * when this resolves, which takes some milliseconds: the first election is not waited for.
 *
 * @throws `ERR_CONFIGURATION` naming the option
 *
 * @example
 * ```ts
 * import { startZooKeeperEnsemble } from "@quorate/kv";
 *
 * const ensemble = await startZooKeeperEnsemble();
 * const leader = await ensemble.untilLed();
 * leader.crash();
 * const next = await ensemble.untilLed();
 * console.log(next === leader, ensemble.connectString.split(",").length);
 * // → false 3
 * await ensemble.close();
 * ```
 */
export function startZooKeeperEnsemble(
  options: ZooKeeperEnsembleOptions & { readonly clock: "manual" },
): Promise<ManualZooKeeperEnsemble>;
export function startZooKeeperEnsemble(
  options?: ZooKeeperEnsembleOptions,
): Promise<ZooKeeperEnsemble>;
export function startZooKeeperEnsemble(
  options: ZooKeeperEnsembleOptions = {},
): Promise<ZooKeeperEnsemble> {
  return Closing.guard(async (closing) => {
    const settings = zooKeeperEnsembleSettings(options);
    const { ensemble } = assembleZooKeeperEnsemble(settings, new Timeline(), IDEAL_ZOOKEEPER);
    closing.add(() => ensemble.close());
    await ensemble.start(settings.clock);
    return ensemble;
  });
}
