import { QuorateError } from "@quorate/core";
import { EtcdError } from "../client/etcd-error.ts";
import type { MemoryMember } from "../compose/ensemble/ensemble-member.ts";
import type { EtcdCluster } from "./world/etcd-cluster.ts";

/**
 * What must be without faults: every member takes a write, whoever is at work comes to an end, and all
 * members come to the same state.
 */
export async function recover(cluster: EtcdCluster, work: Promise<void>): Promise<void> {
  const { ensemble, journal } = cluster;
  const { members } = ensemble;
  const writes = members.map((member) =>
    inTime(cluster, `no write got through at ${member.name}`, writeAt(cluster, member)),
  );
  await Promise.all([...writes, inTime(cluster, "clients do not come to an end", work)]);
  if (journal.violations.length > 0) return;
  const isEqual = (): boolean => {
    const applied = members.map(({ view }) => view?.applied);
    return ensemble.leader() !== null && applied.every((index) => index === applied[0]);
  };
  if (!(await cluster.until(isEqual, patienceMillis(cluster)))) {
    return journal.violated("liveness", "the members did not come to the same state in time");
  }
  await compareHashes(cluster);
}

async function writeAt(cluster: EtcdCluster, member: MemoryMember): Promise<void> {
  const client = member.client();
  for (;;) {
    try {
      await client.put(`alive/${member.name}`, "");
      return;
    } catch (thrown) {
      if (!(thrown instanceof EtcdError)) throw thrown;
      await cluster.sleep(cluster.settings.electionMillis);
    }
  }
}

async function compareHashes(cluster: EtcdCluster): Promise<void> {
  const { ensemble, journal } = cluster;
  const revision = Math.min(
    ...ensemble.members.map((member) => {
      const status = member.status();
      return status.state === "down" ? Infinity : status.revision;
    }),
  );
  const hashes = await Promise.all(
    ensemble.members.map(async (member) => {
      const asked = member.client().maintenance.hashKv({ revision });
      const answer = await inTime(cluster, `${member.name} does not hash its keys`, asked);
      return `${member.name} ${answer?.hash} compacted ${answer?.compactRevision}`;
    }),
  );
  const differ = new Set(hashes.map((line) => line.slice(line.indexOf(" ")))).size > 1;
  if (differ)
    journal.violated("hash", `members differ at revision ${revision}: ${hashes.join(", ")}`);
}

/** Null, and a violation, when it takes too long. */
async function inTime<T>(
  cluster: EtcdCluster,
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

function patienceMillis({ settings }: EtcdCluster): number {
  return 20_000 + 40 * settings.electionMillis;
}
