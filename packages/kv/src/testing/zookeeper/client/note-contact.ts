import type { ZooKeeperMember } from "../zookeeper-cluster.ts";
import type { ZooKeeperClientWorld } from "./client-world.ts";

/**
 * A member has answered what a client asked it at that time. Where nothing disturbs the cluster before
 * the member's next tick, the leader knows of it then, and the session has its whole time from the
 * question on; unless the leader had just given it up.
 */
export function noteContact(
  { cluster, applied: { sessions } }: ZooKeeperClientWorld,
  member: ZooKeeperMember,
  session: bigint,
  askedAt: number,
): void {
  const leader = cluster.servingLeader();
  const isFine = (): boolean =>
    cluster.disturbedAt < askedAt &&
    leader !== null &&
    cluster.servingLeader() === leader &&
    cluster.reachesLeader(member);
  if (!isFine()) return;
  const { tickMillis, delay, disk } = cluster.settings;
  cluster.after(tickMillis + 6 * delay.to + 2 * disk.to, () => {
    if (isFine() && sessions.find(session)?.end === null) sessions.promised(session, askedAt);
  });
}
