import type { RealCluster } from "../real-cluster.ts";

/** Kills a member, and has it back after what is to happen without it, once there is a leader. */
export async function whileKilled(
  cluster: RealCluster,
  index: number,
  meanwhile: () => Promise<void>,
): Promise<void> {
  await cluster.end(index, "SIGKILL");
  try {
    await cluster.leader();
    await meanwhile();
  } finally {
    cluster.launch(index);
    await cluster.ready();
  }
}
