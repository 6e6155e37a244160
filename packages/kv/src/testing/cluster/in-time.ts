import { QuorateError } from "@quorate/core";
import type { ClusterMember, ClusterSettings, FaultyCluster } from "./faulty-cluster.ts";

type Cluster = FaultyCluster<ClusterMember, ClusterSettings>;

/** Waits for the promise; null, and a violation, when it takes too long without faults. */
export async function inTime<T>(
  cluster: Cluster,
  what: string,
  promise: Promise<T>,
): Promise<T | null> {
  const { ensemble, journal } = cluster;
  try {
    return await ensemble.until(promise, patienceMillis(cluster));
  } catch (thrown) {
    if (!(thrown instanceof QuorateError) || thrown.code !== "ERR_TIMEOUT") throw thrown;
    journal.violated("liveness", `${what} in time`);
    return null;
  }
}

/** Waits for the condition, as {@link inTime} does; not where something is wrong already. */
export async function untilIn(
  cluster: Cluster,
  what: string,
  condition: () => boolean,
): Promise<void> {
  const { journal } = cluster;
  if (journal.violations.length > 0) return;
  if (await cluster.until(condition, patienceMillis(cluster))) return;
  journal.violated("liveness", `${what} in time`);
}

/** Waits until all members have applied the same. */
export async function untilEqual(cluster: Cluster): Promise<void> {
  await untilIn(cluster, "the members did not come to the same state", () => {
    const indices = cluster.ensemble.members.map(({ view }) => view?.applied);
    return cluster.leader() !== null && indices.every((index) => index === indices[0]);
  });
}

function patienceMillis({ settings }: Cluster): number {
  return 20_000 + 40 * settings.electionMillis;
}
