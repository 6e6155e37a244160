import type { SimFaults } from "@quorate/core/testing/sim";
import type { ClusterMember, ClusterSettings, FaultyCluster } from "./faulty-cluster.ts";

/** There are faults until all of these are met, unless their time is up. */
const GOALS = { millis: 60_000, acknowledged: 200, crashes: 2, leaders: 2 };
const FAULTS_MILLIS_MAX = 600_000;
const STEP_MILLIS = 2000;

/** Lets faults happen until the goals are met; crashes the leader where chance has not. */
export async function disturb(
  cluster: FaultyCluster<ClusterMember, ClusterSettings>,
  faults: SimFaults,
): Promise<void> {
  const { ensemble, journal } = cluster;
  const { counts, violations } = journal;
  while (ensemble.now < FAULTS_MILLIS_MAX && violations.length === 0) {
    let restart: (() => void) | null = null;
    if (ensemble.now >= GOALS.millis) {
      const leader = cluster.leader();
      const isCalm = counts.crashes < GOALS.crashes || counts.leaders < GOALS.leaders;
      if (isCalm && leader !== null) restart = faults.crash(leader);
      else if (!isCalm && counts.acknowledged >= GOALS.acknowledged) return;
    }
    await ensemble.advance(STEP_MILLIS);
    restart?.();
  }
}
