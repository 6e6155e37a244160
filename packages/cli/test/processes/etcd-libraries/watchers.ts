import type { RealCluster } from "../real-cluster.ts";
import { until } from "../until.ts";

/** Waits until clients watch something at one of the members; which one that is. */
export function watchedMember(
  cluster: RealCluster,
  among: readonly number[] = [...cluster.endpoints.keys()],
): Promise<number> {
  return until("somebody watches", async () => {
    for (const index of among) if ((await watchersAt(cluster.endpoint(index))) > 0) return index;
    return null;
  });
}

/** None at a member that does not answer. */
async function watchersAt(endpoint: string): Promise<number> {
  const answer = await fetch(`${endpoint}/metrics`).catch(() => null);
  const metrics = (await answer?.text()) ?? "";
  return Number(/^etcd_debugging_mvcc_watcher_total (\d+)$/m.exec(metrics)?.[1] ?? 0);
}
